/** `npm start`: the local stack for a person. */
import { writeFileSync } from 'node:fs';
import { playDemo } from './demo/play-demo.ts';
import { type Flags, help, parseFlags } from './flags.ts';
import { reasonOf, StackFault } from './stack-fault.ts';
import { type StackHandle, start } from './start.ts';
import type { StartOptions } from './start-options.ts';
import { welcome } from './welcome.ts';

/** Straight to the terminal, so that the last words are there before the process is gone. */
const complain = (text: string): void => writeFileSync(2, `${text}\n`);

/** A signal during the start or the demo gives it up; later ones end the stack. */
const interrupted = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => interrupted.abort());

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  const isWanted = interrupted.signal.aborted;
  if (!isWanted)
    complain(
      error instanceof StackFault
        ? error.message
        : `The local stack failed: ${(error as Error)?.stack ?? reasonOf(error)}`,
    );
  process.exitCode = isWanted ? 0 : 1;
}
// Nothing is left by now but what a library may hold open.
process.exit();

async function main(args: string[]): Promise<number> {
  const flags = parseFlags(args);
  if (flags.help) {
    console.log(help);
    return 0;
  }
  const say = flags.quiet ? () => {} : (line: string) => console.log(line);
  const stack = await start({
    ...startOptions(flags),
    report: (line) => say(`… ${line}`),
    signal: interrupted.signal,
  });
  const stopOnSignal = () => void stack.stop();
  interrupted.signal.addEventListener('abort', stopOnSignal);
  await showRound(stack, flags, say);
  const fault = await stack.ended;
  if (fault) complain(fault.message);
  return fault ? 1 : 0;
}

function startOptions({
  port,
  dataDir,
  fresh,
  batchWindowSeconds,
  lakeBufferSeconds,
  now,
  logs,
}: Flags): StartOptions {
  return {
    port,
    dataDir,
    fresh,
    batchWindowSeconds,
    lakeBufferSeconds,
    ...(now !== undefined && { now }),
    ...(logs && { echoLogs: (text: string) => void process.stdout.write(text) }),
  };
}

/** The demo may fail without ending the stack: what is there is there. */
async function showRound(stack: StackHandle, flags: Flags, say: (line: string) => void): Promise<void> {
  try {
    if (flags.demo) await playDemo(stack, { say, isQuiet: flags.quiet, signal: interrupted.signal });
  } catch (error) {
    if (!interrupted.signal.aborted) complain(`The demo is not complete: ${reasonOf(error)}`);
  }
  if (!interrupted.signal.aborted) say(welcome(stack));
}
