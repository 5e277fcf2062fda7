import { expect, it } from 'vitest';
import { inFlight } from '../../../local/mappings/in-flight.ts';

it('is settled once no call is under way, those included that earlier ones led to', async () => {
  const calls = inFlight();
  const first = Promise.withResolvers<string>();
  const second = Promise.withResolvers<string>();
  const done: string[] = [];
  const call = calls.watch((what: Promise<string>) => what);
  const chain = call(first.promise).then(async (answer) => {
    done.push(answer);
    done.push(await call(second.promise));
  });
  const settled = calls.settled().then(() => done.push('settled'));
  first.resolve('first');
  await Promise.resolve();
  second.resolve('second');
  await Promise.all([chain, settled]);
  expect(done).toEqual(['first', 'second', 'settled']);
});

it('is settled when a call fails, and hands its failure on', async () => {
  const calls = inFlight();
  const failing = calls.watch(async () => {
    throw new Error('no');
  });
  await expect(failing()).rejects.toThrow('no');
  await calls.settled();
});
