import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createApiClient } from '../../../commands/drive/http.ts';
import type { DriveSummary } from '../../../commands/drive/report.ts';
import { type TargetSource, usagePath } from '../../../commands/drive/target.ts';
import { type StackHandle, start } from '../../../local/start.ts';
import { driveStack, firstTenant, whenSent } from './drive-stack.ts';
import { faultsOfProblem, onePost } from './one-post.ts';

/** One emulator after another stops in the midst of a drive, and is started again on its data. */
describe('an emulator that stops', () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'tidegate-emulator-stops-'));
  let stack: StackHandle;
  let target: TargetSource;

  beforeAll(async () => {
    stack = await start({ port: 0, dataDir, batchWindowSeconds: 1 });
    target = firstTenant(stack.localJson);
  });

  afterAll(async () => {
    await stack?.stop();
    rmSync(dataDir, { recursive: true, force: true });
  });

  /** Slow enough that the stop comes in its midst; one connection, so that it does not use up the workers. */
  const midst = { accounts: 12, devices: 2, minutes: 20, rate: 400, connections: 1, probes: 0 };

  /** Drives; with a third sent the emulator stops, what is to be seen then is looked at, and it starts again. */
  async function driveAcross(
    name: Parameters<StackHandle['stopEmulator']>[0],
    look: () => Promise<void>,
  ): Promise<DriveSummary> {
    const stopped = whenSent(0.3, () => stack.stopEmulator(name));
    const driving = driveStack(target, midst, stopped.progress);
    const looking = stopped.done.then(look).finally(() => stack.startEmulator(name));
    const [summary] = await Promise.all([driving, looking]);
    return summary;
  }

  it('Kinesis: posts are refused as unavailable, and nothing acknowledged is lost', async () => {
    const post = onePost(target);
    const summary = await driveAcross('kinesis', async () => {
      // Twice: a post is refused after as long as ingest may try, so by the second one the drive's own was as well.
      for (const answer of [await post.once(), await post.once()]) {
        expect(faultsOfProblem(answer, [503])).toEqual([]);
        expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
      }
    });
    expect(summary.differences).toEqual([]);
    expect(summary.exact).toBe(true);
    expect(Object.keys(summary.retries)).toContain('503');
    expect(await post.differencesOnceAcknowledged()).toEqual([]);
  });

  it('DynamoDB: the query is refused as unavailable, a post is stored or refused', async () => {
    const post = onePost(target);
    const summary = await driveAcross('dynamodb', async () => {
      const { tenantId, keys, api } = target.current();
      const client = createApiClient(api, 1);
      const hourMs = 3_600_000;
      const from = Math.floor(Date.now() / hourMs) * hourMs;
      const path = usagePath(tenantId, post.accountId, { meter: 'bytes', from, to: from + hourMs });
      const asked = await client.call({ method: 'GET', path, key: keys.read });
      client.close();
      // The gateway's own answer where even the credential cannot be looked up.
      expect(faultsOfProblem(asked, [500, 503])).toEqual([]);
      const answer = await post.once();
      if (answer.status !== 202) expect(faultsOfProblem(answer, [500, 503])).toEqual([]);
    });
    expect(summary.differences).toEqual([]);
    expect(summary.exact).toBe(true);
    expect(await post.differencesOnceAcknowledged()).toEqual([]);
  });

  it('queues, topics and buckets: usage is counted without them', async () => {
    const post = onePost(target);
    const summary = await driveAcross('queues', async () => {
      expect((await post.once()).status).toBe(202);
      expect(await post.differencesOnceAcknowledged()).toEqual([]);
    });
    expect(summary.exact).toBe(true);
    expect(summary.retries).toEqual({});
  });
});
