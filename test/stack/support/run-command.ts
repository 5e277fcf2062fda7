import { execFile } from 'node:child_process';
import { join } from 'node:path';

const root = new URL('../../..', import.meta.url).pathname;

/** What a command came to. */
export interface CommandRun {
  code: number;
  stdout: string;
  stderr: string;
}

/** Runs `npm run NAME -- …` against the stack of a data folder, as its operator does. */
export function runCommand(dataDir: string, name: string, ...args: string[]): Promise<CommandRun> {
  const command = [`commands/${name}.ts`, ...args, '--data-dir', dataDir];
  // Copies of the lake's files go when the stack's data go.
  const env = { ...process.env, XDG_CACHE_HOME: join(dataDir, 'cache') };
  const options = { cwd: root, env, maxBuffer: 64 * 1024 * 1024 };
  return new Promise((resolve) => {
    execFile(process.execPath, command, options, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : 255;
      resolve({ code, stdout, stderr });
    });
  });
}
