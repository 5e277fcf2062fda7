import { Worker } from 'node:worker_threads';
import { expect, it, onTestFinished } from 'vitest';
import { createOffset } from '../../../local/clock/offset-clock.ts';

const source = new URL('../../../local/clock/offset-clock.ts', import.meta.url).href;

/** A thread with the stack's clock that answers each question with the value of an expression. */
const thread = `
  const { parentPort, workerData } = require('node:worker_threads');
  import(${JSON.stringify(source)}).then(({ installClock }) => {
    installClock(workerData);
    parentPort.on('message', (text) => parentPort.postMessage(eval(text)));
  });
`;

it('tells every thread the same time, by every way to ask for it', async () => {
  const hourMs = 3_600_000;
  const offset = createOffset(10 * hourMs);
  const worker = new Worker(thread, { eval: true, workerData: offset });
  onTestFinished(async () => void (await worker.terminate()));
  const ask = (text: string) =>
    new Promise<unknown>((resolve) => {
      worker.once('message', resolve);
      worker.postMessage(text);
    });
  const ahead = async (text: string) => Math.round((Number(await ask(text)) - Date.now()) / hourMs);
  expect(await ahead('Date.now()')).toBe(10);
  expect(await ahead('new Date().getTime()')).toBe(10);
  expect(await ahead('Date.parse(Date())')).toBe(10);
  Atomics.store(offset, 0, BigInt(20 * hourMs));
  expect(await ahead('Date.now()')).toBe(20);
  expect(await ask('new Date(0).toISOString() + new Date(2026, 0).getFullYear() + Date.UTC(1970, 0)')).toBe(
    '1970-01-01T00:00:00.000Z20260',
  );
  expect(await ask('[new Date() instanceof Date, new Date().constructor === Date].join()')).toBe('true,true');
});
