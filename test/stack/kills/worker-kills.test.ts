import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type StackHandle, start } from '../../../local/start.ts';
import { driveStack, firstTenant } from './drive-stack.ts';
import { type DynamoProxy, type Moment, takeDynamodbsPlace } from './dynamo-proxy.ts';

/**
 * The worker of record-usage is killed at every one of the writes that it makes, once just before the write
 * reaches the database and once just after it is done: what is counted must be exact each time.
 */
describe('a worker that dies between two of its writes', () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'tidegate-worker-kills-'));
  let stack: StackHandle;
  let proxy: DynamoProxy;

  beforeAll(async () => {
    stack = await start({ port: 0, dataDir, batchWindowSeconds: 1 });
    proxy = await takeDynamodbsPlace(stack, stack.localJson.resources.UsageTable as string);
  });

  afterAll(async () => {
    await proxy?.stop();
    await stack?.stop();
    rmSync(dataDir, { recursive: true, force: true });
  });

  /** Answers how many workers died: none where there are fewer writes than n. */
  async function driveAndKillAt(n: number, moment: Moment): Promise<number> {
    let killed = 0;
    proxy.strikeAt(n, moment, async () => {
      killed = await stack.killWorker('record-usage');
    });
    const summary = await driveStack(firstTenant(stack.localJson), {
      // Few accounts with old windows each, so that a batch of one partition has many writes.
      ...{ accounts: 2, devices: 3, minutes: 6, late: 0.8, duplicates: 0.2, faulty: 0 },
      ...{ connections: 4, probes: 0, seed: n },
    });
    expect(summary.differences).toEqual([]);
    expect(summary.exact).toBe(true);
    return killed;
  }

  it.each(['before', 'after'] as const)(
    'counts exactly, killed %s each of them',
    async (moment) => {
      let n = 1;
      while ((await driveAndKillAt(n, moment)) > 0) n++;
      // Each account has a window and a mark an hour at the least.
      expect(n).toBeGreaterThan(8);
      expect(proxy.writes).toBeLessThan(n);
    },
    300_000,
  );
});
