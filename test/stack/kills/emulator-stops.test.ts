import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createApiClient } from '../../../commands/drive/http.ts';
import { usagePath } from '../../../commands/drive/target.ts';
import { type StackHandle, start } from '../../../local/start.ts';
import { driveStack, firstTenant, whenSent } from './drive-stack.ts';
import { faultsOfProblem, onePost } from './one-post.ts';

/** One emulator after another stops in the midst of a drive, and is started again on its data. */
describe('an emulator that stops', () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'tidegate-emulator-stops-'));
  let stack: StackHandle;

  beforeAll(async () => {
    stack = await start({ port: 0, dataDir, batchWindowSeconds: 1 });
  });

  afterAll(async () => {
    await stack?.stop();
    rmSync(dataDir, { recursive: true, force: true });
  });

  /** Slow enough that the stop comes in its midst; one connection, so that it does not use up the workers. */
  const midst = { accounts: 12, devices: 2, minutes: 20, rate: 400, connections: 1, probes: 0 };

  it('Kinesis: posts are refused as unavailable, and nothing acknowledged is lost', async () => {
    const target = firstTenant(stack.localJson);
    const stopped = whenSent(0.3, () => stack.stopEmulator('kinesis'));
    const driving = driveStack(target, { ...midst, seed: 1 }, stopped.progress);
    await stopped.done;
    const post = onePost(target);

    const answer = await post.once();
    expect(faultsOfProblem(answer, [503])).toEqual([]);
    expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);

    await stack.startEmulator('kinesis');
    const summary = await driving;
    expect(summary.differences).toEqual([]);
    expect(summary.exact).toBe(true);
    expect(Object.values(summary.retries).length).toBeGreaterThan(0);
    expect(await post.differencesOnceAcknowledged()).toEqual([]);
  }, 300_000);

  it('DynamoDB: the query is refused as unavailable, a post is stored or refused', async () => {
    const target = firstTenant(stack.localJson);
    const stopped = whenSent(0.3, () => stack.stopEmulator('dynamodb'));
    const driving = driveStack(target, { ...midst, seed: 2 }, stopped.progress);
    await stopped.done;
    const post = onePost(target);

    const { tenantId, keys, api } = target.current();
    const client = createApiClient(api, 1);
    const hour = 3_600_000;
    const now = Math.floor(Date.now() / hour) * hour;
    const path = usagePath(tenantId, post.accountId, { meter: 'bytes', from: now, to: now + hour });
    const asked = await client.call({ method: 'GET', path, key: keys.read });
    client.close();
    expect(faultsOfProblem(asked, [500, 503])).toEqual([]);
    const answer = await post.once();
    if (answer.status !== 202) expect(faultsOfProblem(answer, [500, 503])).toEqual([]);

    await stack.startEmulator('dynamodb');
    const summary = await driving;
    expect(summary.differences).toEqual([]);
    expect(summary.exact).toBe(true);
    expect(await post.differencesOnceAcknowledged()).toEqual([]);
  }, 300_000);

  it('queues, topics and buckets: usage is counted without them', async () => {
    const target = firstTenant(stack.localJson);
    const stopped = whenSent(0.3, () => stack.stopEmulator('queues'));
    const driving = driveStack(target, { ...midst, seed: 3 }, stopped.progress);
    await stopped.done;

    const post = onePost(target);
    expect((await post.once()).status).toBe(202);
    expect(await post.differencesOnceAcknowledged()).toEqual([]);
    const summary = await driving;
    expect(summary.exact).toBe(true);
    expect(summary.retries).toEqual({});
    await stack.startEmulator('queues');
  }, 300_000);
});
