import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { targetOf } from '../../../commands/drive/local-target.ts';
import { stackProcess } from '../../../commands/drive/stack-process.ts';
import { driveStack, whenSent } from './drive-stack.ts';
import { faultsOfProblem, onePost } from './one-post.ts';

/**
 * The disk is full: the system refuses every write of the running stack to any file, as a limit on the size of
 * files does, which needs no disk of its own and no privilege. Then there is room again.
 */
describe('a full disk', () => {
  const parent = mkdtempSync(join(tmpdir(), 'tidegate-full-disk-'));
  const dataDir = join(parent, 'data');
  const stack = stackProcess({ dataDir });
  const limitFiles = (bytes: string) =>
    execFileSync('prlimit', ['--pid', `${stack.pid}`, `--fsize=${bytes}:`]);

  afterAll(async () => {
    await stack.stop();
    rmSync(parent, { recursive: true, force: true });
  });

  it('refuses what it cannot store in clear words, and loses nothing that it acknowledged', async () => {
    await stack.start();
    const target = targetOf({ dataDir, json: false });
    const full = whenSent(0.4, async () => void limitFiles('1'));
    const options = { accounts: 12, devices: 2, minutes: 20, rate: 400, connections: 1, probes: 0 };
    const driving = driveStack(target, options, full.progress);
    await full.done;

    const post = onePost(target);
    expect(faultsOfProblem(await post.once(), [503])).toEqual([]);

    limitFiles('unlimited');
    await stack.kill();
    await stack.start();
    const summary = await driving;
    expect(summary.differences).toEqual([]);
    expect(summary.exact).toBe(true);
    expect(await post.differencesOnceAcknowledged()).toEqual([]);
  }, 300_000);
});
