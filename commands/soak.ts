import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { terminalProgress } from './drive/progress.ts';
import { soak, soakText } from './drive/soak.ts';

const help = `npm run soak -- --minutes N [--seed S] [--rate R] [--data-dir DIR] [--json]

Drives a local stack of its own while that is killed at random moments and started again on its data folder, and
compares every window with what was sent. What is drawn follows from the seed. Exit code 1: anything differs; then
the data folder is kept.`;

/** `npm run soak`: kills for as long as one likes. */
async function main(args: string[]): Promise<number> {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({
    args,
    options: {
      ...{ minutes: text, seed: text, rate: text, 'data-dir': text },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  const minutes = Number(values.minutes);
  const seed = Number(values.seed ?? 1);
  const rate = Number(values.rate ?? 400);
  if (values.help || !(minutes > 0) || !Number.isInteger(seed) || seed < 0 || !(rate > 0)) {
    console.error(help);
    return values.help ? 0 : 2;
  }
  const interrupted = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => interrupted.abort());
  const dataDir = values['data-dir'] ?? mkdtempSync(join(tmpdir(), 'tidegate-soak-'));
  const run = Date.now().toString(36);
  const summary = await soak(
    { seed, minutes, rate, dataDir, run, signal: interrupted.signal },
    console.error,
    process.stderr.isTTY ? terminalProgress() : undefined,
  );
  console.log(values.json ? JSON.stringify(summary, undefined, 2) : soakText(summary));
  if (summary.exact && values['data-dir'] === undefined) rmSync(dataDir, { recursive: true, force: true });
  if (!summary.exact) console.error(`The data folder is ${dataDir}, the output of the stack ${dataDir}.log.`);
  return summary.exact ? 0 : 1;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (fault) {
  if ((fault as Error).name !== 'AbortError') throw fault;
  console.error('Interrupted; the stack has been stopped.');
  process.exitCode = 130;
}
