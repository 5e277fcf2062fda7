import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { LocalJson } from '../../../local/local-json.ts';
import { eventually } from './eventually.ts';

/** `npm start` in a process of its own, as a person has it. */
export interface StartedProcess {
  child: ChildProcess;
  /** What it has written so far. */
  output(): string;
  /** Resolves when it says that it is ready; fails with its output when it ends instead. */
  ready(): Promise<LocalJson>;
  /** Resolves to its exit code. */
  exit(): Promise<number | null>;
}

const root = new URL('../../..', import.meta.url).pathname;

export function npmStart(
  dataDir: string,
  flags: string[] = [],
  environment: Record<string, string> = {},
): StartedProcess {
  const args = ['local/main.ts', '--data-dir', dataDir, ...flags];
  const env = { ...process.env, ...environment };
  const child = spawn(process.execPath, args, { cwd: root, detached: true, env });
  let output = '';
  const note = (chunk: Buffer) => {
    output += chunk;
  };
  child.stdout?.on('data', note);
  child.stderr?.on('data', note);
  const exited = once(child, 'exit').then(([code]) => code as number | null);
  onTestFinished(() => {
    if (child.exitCode === null && child.signalCode === null) process.kill(-(child.pid as number), 'SIGKILL');
  });
  return {
    child,
    output: () => output,
    exit: () => exited,
    async ready() {
      const hasEnded = () => child.exitCode !== null || child.signalCode !== null;
      await eventually(
        async () => output,
        (said) => said.includes('Tidegate is ready.') || hasEnded(),
      );
      if (hasEnded()) throw new Error(`It ended instead of getting ready:\n${output}`);
      return JSON.parse(readFileSync(join(dataDir, 'local.json'), 'utf8'));
    },
  };
}
