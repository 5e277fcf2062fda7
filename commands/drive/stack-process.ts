import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

/**
 * A local stack as a process group of its own, on a data folder: it can be killed whole, and started again. What
 * it prints goes to a file beside the folder, `<dataDir>.log`.
 */
export interface StackProcess {
  /** Ends when the stack is ready; throws with the end of its output if it ended instead. */
  start(): Promise<void>;
  /** Starts it without waiting for anything. */
  spawn(): void;
  /** Undefined where it does not run. */
  readonly pid: number | undefined;
  /** SIGKILL to every process of the group. Throws with the end of its output if it had ended by itself. */
  kill(): Promise<void>;
  /** SIGTERM, as a person would end it. */
  stop(): Promise<void>;
}

export interface StackProcessOptions {
  dataDir: string;
  /** Further flags of `npm start`. */
  flags?: string[];
}

const root = new URL('../..', import.meta.url).pathname;
const pollMs = 50;
const readyMsMax = 120_000;

export function stackProcess({ dataDir, flags = [] }: StackProcessOptions): StackProcess {
  const file = join(dataDir, 'local.json');
  const log = `${dataDir}.log`;
  let child: ChildProcess | undefined;
  let closed: Promise<unknown> = Promise.resolve();
  let spawnedAt = 0;

  const begin = () => {
    // The port stays, so that whoever drives finds the stack where it was.
    const port = existing(file)?.api.match(/:(\d+)/)?.[1] ?? '0';
    const args = ['local/main.ts', '--no-demo', '--port', port, '--data-dir', dataDir, ...flags];
    spawnedAt = Date.now();
    child = spawn(process.execPath, args, { cwd: root, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
    closed = once(child, 'close');
    for (const output of [child.stdout, child.stderr])
      output?.on('data', (text) => appendFileSync(log, text));
  };

  const end = async (signal: 'SIGKILL' | 'SIGTERM') => {
    const ending = child;
    child = undefined;
    if (ending?.pid === undefined) return;
    const byItself = hasEnded(ending);
    if (!byItself) process.kill(signal === 'SIGKILL' ? -ending.pid : ending.pid, signal);
    await closed;
    if (byItself) throw new Error(`The local stack ended by itself:\n${tail(log)}`);
  };

  return {
    spawn: begin,
    get pid() {
      return child !== undefined && !hasEnded(child) ? child.pid : undefined;
    },
    async start() {
      begin();
      while (!isFresh(file, spawnedAt)) {
        if (child === undefined || hasEnded(child)) {
          child = undefined;
          await closed;
          throw new Error(`The local stack ended instead of getting ready:\n${tail(log)}`);
        }
        if (Date.now() - spawnedAt > readyMsMax)
          throw new Error(`The local stack is not ready after ${readyMsMax / 1_000} s:\n${tail(log)}`);
        await delay(pollMs);
      }
    },
    kill: () => end('SIGKILL'),
    stop: () => end('SIGTERM'),
  };
}

const hasEnded = (child: ChildProcess): boolean => child.exitCode !== null || child.signalCode !== null;

/** The file of an earlier start is there before the stack is ready. */
const isFresh = (file: string, since: number): boolean =>
  (statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0) >= since;

function existing(file: string): { api: string } | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as { api: string };
  } catch {
    return undefined;
  }
}

function tail(file: string): string {
  const text = statSync(file, { throwIfNoEntry: false }) === undefined ? '' : readFileSync(file, 'utf8');
  return text.split('\n').slice(-15).join('\n');
}
