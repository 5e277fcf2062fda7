import { Logger } from '@aws-lambda-powertools/logger';
import type { Context } from 'aws-lambda';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { positionOf } from '../../domain/traffic/interval-counts.ts';
import { memoryShardHeartbeats } from '../../domain/traffic/memory-shard-heartbeats.ts';
import { putHeartbeats } from '../../domain/traffic/put-heartbeats.ts';
import type { HeartbeatStream, ListedShard, ShardHeartbeat } from '../../domain/traffic/shard-heartbeats.ts';

vi.hoisted(() => {
  // The module makes its real adapters when it is loaded; they are not used here.
  Object.assign(process.env, {
    EVENT_STREAM: 'events',
    TRAFFIC_TABLE: 'traffic',
    STREAM_RETENTION_HOURS: '168',
    AWS_REGION: 'eu-central-1',
    POWERTOOLS_DEV: 'true',
  });
});
const { createHandler } = await import('../../functions/put-heartbeats.ts');

const start = Date.parse('2026-11-21T10:30:00Z');
const half = 2n ** 127n;

const shard = (shardId: string, given: Partial<ListedShard> = {}): ListedShard => ({
  shardId,
  range: { from: 0n, to: 2n ** 128n - 1n },
  parents: [],
  isOpen: true,
  ...given,
});

describe('put-heartbeats', () => {
  let shards: ListedShard[];
  let refused: string[];
  let rounds: ShardHeartbeat[][];
  let heartbeats: ReturnType<typeof memoryShardHeartbeats>;
  let now: number;
  let sequence: number;
  /** Where a heartbeat is stored that is meant for a shard that was split meanwhile. */
  let moved: Record<string, string>;
  let invoke: () => Promise<unknown>;

  beforeEach(() => {
    vi.spyOn(console, 'info').mockImplementation(() => {});
    shards = [shard('shard-0')];
    refused = [];
    rounds = [];
    moved = {};
    now = start;
    sequence = 0;
    heartbeats = memoryShardHeartbeats();
    const stream: HeartbeatStream = {
      listShards: async () => shards,
      putAll: async (round) => {
        rounds.push([...round]);
        return round
          .map(({ shard: { shardId } }) => shardId)
          .filter((shardId) => !refused.includes(shardId))
          .map((shardId) => ({
            shardId: moved[shardId] ?? shardId,
            position: positionOf(String(++sequence)),
          }));
      },
    };
    const handler = createHandler({
      putHeartbeats: putHeartbeats({ stream, heartbeats }),
      clock: () => now,
      logger: new Logger({ serviceName: 'put-heartbeats' }),
    });
    invoke = () => handler({}, { getRemainingTimeInMillis: () => 50_000 } as Context);
  });
  afterEach(() => vi.restoreAllMocks());

  const afterOf = (round: ShardHeartbeat[] = []) =>
    round.map(({ shard: { shardId }, heartbeat: { after } }) => [
      shardId,
      Object.fromEntries([...after].map(([named, position]) => [named, Number(position)])),
    ]);

  it('puts one into each open shard, stamped with the time, that names the one before', async () => {
    await invoke();
    now += 60_000;
    await invoke();
    expect(rounds.map((round) => round.map(({ heartbeat: { at } }) => at))).toEqual([
      [start],
      [start + 60_000],
    ]);
    expect(rounds.map(afterOf)).toEqual([[['shard-0', {}]], [['shard-0', { 'shard-0': 1 }]]]);
  });

  it('notes the shards before it puts', async () => {
    refused = ['shard-0'];
    await expect(invoke()).rejects.toThrow('1 of 1 shards got no heartbeat: shard-0');
    expect(await heartbeats.readAll()).toMatchObject([
      { shardId: 'shard-0', listed: { isOpen: true, since: start } },
    ]);
    refused = [];
    await invoke();
    expect(rounds.map(afterOf).at(-1)).toEqual([['shard-0', {}]]);
  });

  it('names the last of its parents in the first of a child, however far up it is', async () => {
    await invoke();
    const left = { from: 0n, to: half - 1n };
    const right = { from: half, to: 2n ** 128n - 1n };
    shards = [
      shard('shard-0', { isOpen: false }),
      shard('shard-1', { range: left, parents: ['shard-0'], isOpen: false }),
      shard('shard-2', { range: right, parents: ['shard-0'], isOpen: false }),
      shard('shard-3', { parents: ['shard-1', 'shard-2'] }),
    ];
    await invoke();
    await invoke();
    expect(rounds.slice(1).map(afterOf)).toEqual([
      [['shard-3', { 'shard-0': 1 }]],
      [['shard-3', { 'shard-3': 2 }]],
    ]);
    expect((await heartbeats.readAll()).find(({ shardId }) => shardId === 'shard-0')?.listed?.isOpen).toBe(
      false,
    );
  });

  it('notes one where it was stored, if its shard was split on the way', async () => {
    moved = { 'shard-0': 'shard-1' };
    await expect(invoke()).rejects.toThrow('1 of 1 shards got no heartbeat');
    shards = [shard('shard-0', { isOpen: false }), shard('shard-1', { parents: ['shard-0'] })];
    await invoke();
    expect(rounds.map(afterOf).at(-1)).toEqual([['shard-1', { 'shard-1': 1 }]]);
  });
});
