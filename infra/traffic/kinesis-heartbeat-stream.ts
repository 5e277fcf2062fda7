import { setTimeout as delay } from 'node:timers/promises';
import {
  type KinesisClient,
  ListShardsCommand,
  PutRecordsCommand,
  type PutRecordsRequestEntry,
  type PutRecordsResultEntry,
  type Shard,
} from '@aws-sdk/client-kinesis';
import { positionOf } from '../../domain/traffic/interval-counts.ts';
import type {
  HeartbeatStream,
  ListedShard,
  ShardHeartbeat,
  StoredHeartbeat,
} from '../../domain/traffic/shard-heartbeats.ts';
import { encodeLine } from '../../events/stream-record.ts';
import { type Backoff, fullJitterMs } from '../full-jitter.ts';
import type { Pauses } from '../metering/kinesis-event-stream.ts';

/** Bound of one PutRecords call. */
const callRecordsMax = 500;
const backoff: Backoff = { baseMs: 100, capMs: 2_000 };

/**
 * Shards and heartbeats on Kinesis: a record's explicit hash key, the first of its shard, takes it there. What is
 * refused is put again until the time runs out; the next round comes anyway.
 */
export function kinesisHeartbeatStream(
  client: KinesisClient,
  streamName: string,
  { random, wait = delay }: Pauses,
): HeartbeatStream {
  return {
    async listShards() {
      const shards: ListedShard[] = [];
      let token: string | undefined;
      do {
        const input = token === undefined ? { StreamName: streamName } : { NextToken: token };
        const { Shards = [], NextToken } = await client.send(new ListShardsCommand(input));
        shards.push(...Shards.map(fromShard));
        token = NextToken;
      } while (token !== undefined);
      return shards;
    },

    async putAll(heartbeats, timeLeftMs) {
      const stored: StoredHeartbeat[] = [];
      let left = [...heartbeats];
      for (let attempt = 0; left.length > 0; attempt += 1) {
        const pauseMs = attempt === 0 ? 0 : fullJitterMs(attempt - 1, backoff, random);
        if (pauseMs >= timeLeftMs()) break;
        await wait(pauseMs);
        const refused: ShardHeartbeat[] = [];
        for (let at = 0; at < left.length; at += callRecordsMax) {
          const call = left.slice(at, at + callRecordsMax);
          const places = await putOnce(client, streamName, call);
          for (const [index, heartbeat] of call.entries()) {
            const place = places[index];
            if (place) stored.push(place);
            else refused.push(heartbeat);
          }
        }
        left = refused;
      }
      return stored;
    },
  };
}

/** Where each heartbeat was stored; undefined: it was not. A call that fails as a whole has stored none for sure. */
async function putOnce(
  client: KinesisClient,
  streamName: string,
  heartbeats: readonly ShardHeartbeat[],
): Promise<(StoredHeartbeat | undefined)[]> {
  const Records = heartbeats.map(toEntry);
  try {
    const { Records: results = [] } = await client.send(
      new PutRecordsCommand({ StreamName: streamName, Records }),
    );
    return heartbeats.map((_, index) => placeOf(results[index]));
  } catch {
    return heartbeats.map(() => undefined);
  }
}

function placeOf(result: PutRecordsResultEntry | undefined): StoredHeartbeat | undefined {
  const { ShardId: shardId, SequenceNumber } = result ?? {};
  if (shardId === undefined || SequenceNumber === undefined) return undefined;
  return { shardId, position: positionOf(SequenceNumber) };
}

function toEntry({ shard, heartbeat }: ShardHeartbeat): PutRecordsRequestEntry {
  const line = encodeLine({
    heartbeat: new Date(heartbeat.at).toISOString(),
    shardId: shard.shardId,
    ...(heartbeat.after.size > 0 && { after: Object.fromEntries(heartbeat.after) }),
  });
  return {
    PartitionKey: 'heartbeat',
    ExplicitHashKey: String(shard.range.from),
    Data: Buffer.from(`${line}\n`),
  };
}

function fromShard(shard: Shard): ListedShard {
  const { StartingHashKey, EndingHashKey } = shard.HashKeyRange ?? {};
  return {
    shardId: shard.ShardId as string,
    range: { from: BigInt(StartingHashKey as string), to: BigInt(EndingHashKey as string) },
    parents: [shard.ParentShardId, shard.AdjacentParentShardId].filter((id) => id !== undefined),
    isOpen: shard.SequenceNumberRange?.EndingSequenceNumber === undefined,
  };
}
