import { isDeepStrictEqual } from 'node:util';
import {
  ListShardsCommand,
  MergeShardsCommand,
  type Shard,
  SplitShardCommand,
} from '@aws-sdk/client-kinesis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { emptyConfig, type Series } from '../../domain/tenancy/tenant-config.ts';
import { intervalOf } from '../../domain/traffic/interval.ts';
import { trafficReader } from '../../domain/traffic/read-traffic.ts';
import type { TrafficReader } from '../../domain/traffic/traffic-reader.ts';
import { dynamoDuplicateCounts } from '../../infra/traffic/dynamo-duplicate-counts.ts';
import { dynamoIntervalCounts } from '../../infra/traffic/dynamo-interval-counts.ts';
import { dynamoReopenedIntervals } from '../../infra/traffic/dynamo-reopened-intervals.ts';
import { dynamoShardHeartbeats } from '../../infra/traffic/dynamo-shard-heartbeats.ts';
import { type LocalClients, localClients } from '../../local/resources/local-clients.ts';
import { type StackHandle, start } from '../../local/start.ts';
import { eventually } from './support/eventually.ts';
import { temporaryFolder } from './support/running-stack.ts';
import { tenantClient } from './support/tenant-client.ts';

/** Traffic from HTTP to counts that are known to be complete, on a whole stack. */

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const allowedLatenessMs = 2 * minuteMs;
const retentionMs = 168 * hourMs;
const { zones } = emptyConfig;
const seriesOf = (name: string, given: Partial<Series> = {}): Series => ({
  name,
  eventType: 'shop.view',
  aggregation: 'count',
  interval: 'PT5M',
  severityThreshold: 70,
  ...given,
});
const views = seriesOf('views');
const revenue = seriesOf('revenue', {
  eventType: 'shop.order',
  aggregation: 'sum',
  field: 'amount',
  interval: 'PT1H',
});
const series = [views, revenue];

const folder = temporaryFolder();
let stack: StackHandle;
let clients: LocalClients;
let tenant: ReturnType<typeof tenantClient>;
let reader: TrafficReader;
let reopened: ReturnType<typeof dynamoReopenedIntervals>;
let streamName: string;
/** Every view that was ever stored, by its interval: what the counts must come to. */
const truth = new Map<number, bigint>();
let posted = 0;

beforeAll(async () => {
  stack = await start({ port: 0, dataDir: folder.path, now: Date.parse('2026-11-21T10:01:00Z') });
  const { aws, resources } = stack.localJson;
  clients = localClients(aws.region, { ...aws.endpoints, apigateway: stack.control });
  streamName = resources.EventStream as string;
  const table = resources.TrafficTable as string;
  const clock = () => stack.clock.now();
  reopened = dynamoReopenedIntervals(clients.dynamodb, table, { random: Math.random });
  reader = trafficReader(
    {
      counts: dynamoIntervalCounts(clients.dynamodb, table, clock),
      heartbeats: dynamoShardHeartbeats(clients.dynamodb, table, { clock, retentionMs }),
      duplicates: dynamoDuplicateCounts(clients.dynamodb, table, { retentionMs }),
      clock,
    },
    allowedLatenessMs,
  );
  tenant = tenantClient(stack.localJson, 'T001');
  const meters = [{ name: 'orders', eventType: 'shop.order', aggregation: 'count' }];
  expect((await tenant.putConfig({ meters, series })).status).toBe(200);
});

afterAll(async () => {
  clients?.close();
  await stack?.stop();
  folder.remove();
});

/** So many views, from as many shops that they are spread over all shards. */
async function post(count: number, minutesAgo = 0, given: object = {}): Promise<void> {
  const at = stack.clock.now() - minutesAgo * minuteMs;
  const events = Array.from({ length: count }, () => {
    posted += 1;
    const time = new Date(at).toISOString();
    return {
      specversion: '1.0',
      id: `e${posted}`,
      source: `shop-${posted % 40}`,
      type: 'shop.view',
      time,
      ...given,
    };
  });
  const answer = await tenant.post(events);
  expect(answer).toMatchObject({ status: 202, body: { accepted: count } });
  if ('type' in given) return;
  const { start } = intervalOf(views, zones, at);
  truth.set(start, (truth.get(start) ?? 0n) + BigInt(count));
}

/** The counts of every interval that was posted to, as they stand. */
async function counted(): Promise<Map<number, bigint>> {
  const starts = [...truth.keys()];
  const span = { zones, gaps: [], from: Math.min(...starts), to: Math.max(...starts) + 1 };
  return new Map((await reader.counts('T001', views, span)).map(({ start, value }) => [start, value]));
}

/** Waits until all that was posted so far lies before the watermark, moving the clock on if it has to. */
async function comeToCompleteness(): Promise<void> {
  const end = Math.max(...truth.keys()) + 5 * minuteMs;
  const due = end + allowedLatenessMs + minuteMs - stack.clock.now();
  if (due > 0) await stack.clock.advance(due);
  await eventually(
    async () => {
      // What waits for a minute to pass need not wait for it in earnest.
      await stack.clock.advance(2_000);
      return reader.watermark();
    },
    ({ completeUntil }) => completeUntil >= end,
  );
}

/** Keeps a Lambda from ever finishing anything, until it is told to stop. */
function holdDown(name: string): () => Promise<number> {
  let isHeld = true;
  const holding = (async () => {
    let kills = 0;
    while (isHeld) {
      kills += await stack.killWorker(name);
      // Everything else goes on.
      await fetch(`${stack.api}/v1/health`);
    }
    return kills;
  })();
  return () => {
    isHeld = false;
    return holding;
  };
}

const shardsOf = async (): Promise<Shard[]> => {
  const { Shards = [] } = await clients.kinesis.send(new ListShardsCommand({ StreamName: streamName }));
  const open = Shards.filter((shard) => shard.SequenceNumberRange?.EndingSequenceNumber === undefined);
  const from = (shard: Shard) => BigInt(shard.HashKeyRange?.StartingHashKey ?? 0);
  return open.toSorted((one, other) => (from(one) < from(other) ? -1 : 1));
};

async function split(): Promise<void> {
  const [shard] = await shardsOf();
  const { StartingHashKey = '0', EndingHashKey = '0' } = shard?.HashKeyRange ?? {};
  const NewStartingHashKey = String((BigInt(StartingHashKey) + BigInt(EndingHashKey)) / 2n);
  const ShardToSplit = shard?.ShardId;
  await clients.kinesis.send(
    new SplitShardCommand({ StreamName: streamName, ShardToSplit, NewStartingHashKey }),
  );
}

async function merge(): Promise<void> {
  const [one, other] = await shardsOf();
  await clients.kinesis.send(
    new MergeShardsCommand({
      StreamName: streamName,
      ShardToMerge: one?.ShardId,
      AdjacentShardToMerge: other?.ShardId,
    }),
  );
}

describe('traffic', () => {
  it('is counted by interval, and known to be complete when its time is over', async () => {
    await post(30);
    await post(7, 10);
    await post(2, 0, { type: 'shop.order', subject: 'acct-1', data: { amount: 19.99 } });
    await comeToCompleteness();
    expect(await counted()).toEqual(truth);
    expect(await reader.watermark()).toMatchObject({ state: 'ok', shards: [], gaps: [] });
    const hour = intervalOf(revenue, zones, stack.clock.now()).start;
    const span = { zones, gaps: [], from: hour, to: hour + 1 };
    expect(await reader.counts('T001', revenue, span)).toMatchObject([
      { start: hour, value: 39_980_000n, scale: 6, isPartial: false },
    ]);
  });

  it('is a true zero where nothing came, and another tenant’s is another’s', async () => {
    await stack.clock.advance(20 * minuteMs);
    const from = stack.clock.now() - 15 * minuteMs;
    const span = { zones, gaps: [], from, to: from + 5 * minuteMs };
    const { completeUntil } = await eventually(
      () => reader.watermark(),
      (watermark) => watermark.completeUntil >= span.to,
    );
    expect(completeUntil).toBeLessThanOrEqual(stack.clock.now() - allowedLatenessMs);
    expect(await reader.counts('T001', views, span)).toEqual([]);
    const all = { zones, gaps: [], from: 0, to: stack.clock.now() };
    expect(await reader.counts('T002', views, { ...all, from: all.to - hourMs })).toEqual([]);
  });

  it('opens an interval again that more comes for, and counts it', async () => {
    for (const mark of await reopened.list('T001')) await reopened.clear('T001', mark);
    const late = Math.max(...truth.keys());
    const minutesAgo = (stack.clock.now() - late) / minuteMs - 1;
    await post(5, minutesAgo);
    const marks = await eventually(
      () => reopened.list('T001'),
      ({ length }) => length > 0,
    );
    expect(marks).toMatchObject([{ series: 'views', start: late }]);
    // One shard's mark says nothing of the others.
    await eventually(counted, (counts) => isDeepStrictEqual(counts, truth));
  });

  it('is exact where the worker is killed again and again while it counts', async () => {
    let isPosting = true;
    const killing = (async () => {
      let kills = 0;
      while (isPosting) {
        kills += await stack.killWorker('count-traffic');
        // Now and then it gets as far as a few of its writes, and now and then to its end.
        for (let asked = 0; asked < 20 + 5 * (kills % 8); asked += 1) await fetch(`${stack.api}/v1/health`);
      }
      return kills;
    })();
    for (let round = 0; round < 12; round += 1) {
      await post(40, (round % 4) * 5);
      await stack.clock.advance(30_000);
    }
    isPosting = false;
    expect(await killing).toBeGreaterThan(0);
    await comeToCompleteness();
    expect(await counted()).toEqual(truth);
    expect((await reader.watermark()).gaps).toEqual([]);
  });

  it('says nothing while its consumer stands still, and is exact and complete once it goes on', async () => {
    const before = await reader.watermark();
    const release = holdDown('count-traffic');
    const first = stack.clock.now();
    for (let step = 0; step < 12; step += 1) {
      await post(10);
      await stack.clock.advance(5 * minuteMs);
    }
    const during = await reader.watermark();
    expect(during).toMatchObject({ state: 'stalled' });
    expect(during.shards.length).toBeGreaterThan(0);
    expect(during.since).toBeLessThanOrEqual(first);
    expect(during.completeUntil).toBeLessThan(first);
    expect(during.completeUntil).toBeGreaterThanOrEqual(before.completeUntil);
    expect(await release()).toBeGreaterThan(0);
    await comeToCompleteness();
    expect(await counted()).toEqual(truth);
    expect(await reader.watermark()).toMatchObject({ state: 'ok', gaps: [] });
  });

  it('is exact and complete while shards are split and merged', async () => {
    const changes = [split, split, merge, split, merge, merge];
    for (const change of changes) {
      await post(60);
      await Promise.all([post(60), change()]);
      await stack.clock.advance(2 * minuteMs);
    }
    await post(60);
    await comeToCompleteness();
    expect(await counted()).toEqual(truth);
    expect(await reader.watermark()).toMatchObject({ state: 'ok', gaps: [] });
  });
});
