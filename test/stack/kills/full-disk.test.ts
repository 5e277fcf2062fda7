import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { ApiAnswer } from '../../../commands/drive/http.ts';
import { targetOf } from '../../../commands/drive/local-target.ts';
import { stackProcess } from '../../../commands/drive/stack-process.ts';
import { driveStack, whenSent } from './drive-stack.ts';
import { faultsOfProblem, onePost } from './one-post.ts';

/** The size of the largest file below a folder. */
const largest = (folder: string): number =>
  Math.max(
    ...readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => statSync(join(entry.parentPath, entry.name)).size),
  );

/**
 * The disk fills up: the system refuses the running stack every byte beyond a size, as a limit on the size of
 * files does; that needs no disk of its own and no privilege. Then the stack is killed, and started again where
 * there is room.
 */
describe('a full disk', () => {
  it.each([
    { when: 'between two writes', bytes: () => 1 },
    {
      when: 'in the midst of a write to the stream',
      bytes: (dataDir: string) => largest(join(dataDir, 'kinesis')) + 2_500,
    },
  ])(
    '$when: refuses what it cannot store in clear words, and loses nothing that it acknowledged',
    async ({ bytes }) => {
      const parent = mkdtempSync(join(tmpdir(), 'tidegate-full-disk-'));
      const dataDir = join(parent, 'data');
      const stack = stackProcess({ dataDir });
      onTestFinished(async () => {
        await stack.stop();
        rmSync(parent, { recursive: true, force: true });
      });
      await stack.start();
      const target = targetOf({ dataDir, json: false });
      const full = whenSent(0.4, async () => {
        execFileSync('prlimit', ['--pid', `${stack.pid}`, `--fsize=${bytes(dataDir)}:`]);
      });
      const options = { accounts: 12, devices: 2, minutes: 20, rate: 400, connections: 1, probes: 0 };
      const driving = driveStack(target, options, full.progress);
      const posts: ReturnType<typeof onePost>[] = [];
      const filling = full.done.then(async () => {
        let answer: ApiAnswer | undefined;
        do {
          posts.push(onePost(target));
          answer = await posts
            .at(-1)!
            .once()
            .catch(() => undefined);
        } while (answer?.status === 202);
        // A database that cannot write ends itself, and the stack with it: then there is no answer any more.
        if (answer !== undefined) expect(faultsOfProblem(answer, [500, 502, 503])).toEqual([]);
        await stack.kill().catch((ended: Error) => {
          expect(ended.message).toMatch(/may not grow any further: raise the limit/);
        });
        await stack.start();
      });

      const [summary] = await Promise.all([driving, filling]);
      expect(summary.differences).toEqual([]);
      expect(summary.exact).toBe(true);
      expect(Object.keys(summary.retries).length).toBeGreaterThan(0);
      for (const post of posts) expect(await post.differencesOnceAcknowledged()).toEqual([]);
    },
    300_000,
  );
});
