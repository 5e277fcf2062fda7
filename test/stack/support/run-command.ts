import { execFile } from 'node:child_process';

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
  const options = { cwd: root, maxBuffer: 64 * 1024 * 1024 };
  return new Promise((resolve) => {
    execFile(process.execPath, command, options, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : 255;
      resolve({ code, stdout, stderr });
    });
  });
}
