import { GetItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { positionOf } from '../../../domain/traffic/interval-counts.ts';
import { dynamoDuplicateCounts } from '../../../infra/traffic/dynamo-duplicate-counts.ts';
import { dynamoIntervalCounts } from '../../../infra/traffic/dynamo-interval-counts.ts';
import { dynamoReopenedIntervals } from '../../../infra/traffic/dynamo-reopened-intervals.ts';
import { dynamoShardHeartbeats } from '../../../infra/traffic/dynamo-shard-heartbeats.ts';
import { duplicateCountsContract } from '../../domain/traffic/duplicate-counts-contract.ts';
import { intervalCountsContract } from '../../domain/traffic/interval-counts-contract.ts';
import { reopenedIntervalsContract } from '../../domain/traffic/reopened-intervals-contract.ts';
import { shardHeartbeatsContract } from '../../domain/traffic/shard-heartbeats-contract.ts';
import { type EmulatedDynamo, startDynamo } from '../support/dynamo.ts';

const retentionMs = 7 * 86_400_000;
const now = Date.parse('2026-11-21T10:12:00Z');

let dynamo: EmulatedDynamo;
beforeAll(async () => {
  dynamo = await startDynamo();
});
afterAll(() => dynamo.stop());

describe('dynamoIntervalCounts', () => {
  intervalCountsContract(async (at) =>
    dynamoIntervalCounts(dynamo.client, await dynamo.createTable(), () => at),
  );

  it('reads more than an answer holds', async () => {
    const counts = dynamoIntervalCounts(dynamo.client, await dynamo.createTable(), () => now);
    // The names of shards are as long as they like, so that few items fill a megabyte.
    const steps = Array.from({ length: 1_300 }, (_, index) => now + index * 300_000);
    for (let at = 0; at < steps.length; at += 50) {
      await Promise.all(
        steps.slice(at, at + 50).map((start) => {
          const key = { tenantId: 'T001', series: 'views', start, shardId: 's'.repeat(1_000) };
          const position = positionOf('1');
          return counts.add(key, { amount: 1n, first: position, last: position, expiresAt: 2_000_000_000 });
        }),
      );
    }
    expect((await counts.read('T001', 'views', now, now + 1_300 * 300_000)).size).toBe(1_300);
  });

  it('knows a count no more once it has expired, whether it was removed or not', async () => {
    const table = await dynamo.createTable();
    let at = now;
    const counts = dynamoIntervalCounts(dynamo.client, table, () => at);
    const key = { tenantId: 'T001', series: 'views', start: now, shardId: 'shard-1' };
    const position = positionOf('1');
    await counts.add(key, { amount: 1n, first: position, last: position, expiresAt: now / 1000 + 60 });
    expect((await counts.read('T001', 'views', now, now + 60_000)).size).toBe(1);
    at += 60_000;
    expect((await counts.read('T001', 'views', now, now + 60_000)).size).toBe(0);
  });
});

describe('dynamoShardHeartbeats', () => {
  shardHeartbeatsContract(async (at) =>
    dynamoShardHeartbeats(dynamo.client, await dynamo.createTable(), { clock: () => at, retentionMs }),
  );

  it('forgets a shard when the counts of its time are forgotten', async () => {
    const table = await dynamo.createTable();
    let at = now;
    const store = dynamoShardHeartbeats(dynamo.client, table, { clock: () => at, retentionMs });
    await store.notePut('shard-1', '1', now);
    await store.notePut('shard-2', '1', now);
    at += 30 * 86_400_000;
    await store.notePut('shard-2', '2', at);
    at += 20 * 86_400_000;
    expect((await store.readAll()).map(({ shardId }) => shardId)).toEqual(['shard-2']);
  });
});

describe('dynamoReopenedIntervals', () => {
  reopenedIntervalsContract(async () =>
    dynamoReopenedIntervals(dynamo.client, await dynamo.createTable(), { random: Math.random }),
  );
});

describe('dynamoDuplicateCounts', () => {
  duplicateCountsContract(async () =>
    dynamoDuplicateCounts(dynamo.client, await dynamo.createTable(), { retentionMs }),
  );
});

describe('keys of TrafficTable', () => {
  it('begin with a kind and the tenant', async () => {
    const table = await dynamo.createTable();
    const counts = dynamoIntervalCounts(dynamo.client, table, () => now);
    const start = Date.parse('2026-11-21T10:05:00Z');
    const position = positionOf('1');
    const part = { amount: 1n, first: position, last: position, expiresAt: 2_000_000_000 };
    await counts.add({ tenantId: 'T001', series: 'views', start, shardId: 'shard-1' }, part);
    const Key = { pk: { S: 'i#T001#views' }, sk: { S: '2026-11-21T10:05#shard-1' } };
    const { Item } = await dynamo.client.send(new GetItemCommand({ TableName: table, Key }));
    expect(Item).toMatchObject({ amount: { N: '1' }, last: { S: position } });
  });
});
