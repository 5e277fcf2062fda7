import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { StackHandle } from '../../../local/start.ts';

const root = new URL('../../..', import.meta.url).pathname;
const run = promisify(execFile);

/** Runs `npm run tenant` against a running stack, as its operator does; answers the lines that it prints. */
export async function tenantCommand(stack: StackHandle, ...args: string[]): Promise<string[]> {
  const command = ['commands/tenant.ts', ...args, '--data-dir', stack.dataDir];
  const { stdout } = await run(process.execPath, command, { cwd: root });
  return stdout.trim().split('\n');
}
