import { setTimeout as delay } from 'node:timers/promises';
import {
  type _Record,
  GetRecordsCommand,
  GetShardIteratorCommand,
  type KinesisClient,
  ListShardsCommand,
} from '@aws-sdk/client-kinesis';
import { eventAheadMaxMs } from '../../domain/metering/intake/accept-events.ts';
import { parseInstant } from '../../events/rfc3339.ts';
import { type EventLine, isHeartbeat } from '../../events/stream-record.ts';
import { exactLines } from './exact-lines.ts';
import type { ReplaySource } from './run-replay.ts';
import type { ReplayLine } from './sender.ts';

/** Which events, by their own time. */
export interface EventFilter {
  tenantId: string;
  /** Epoch milliseconds, [from, to). */
  from: number;
  to: number;
  types?: readonly string[] | undefined;
}

export function isWanted({ tenantId, event }: EventLine, filter: EventFilter): boolean {
  if (tenantId !== filter.tenantId) return false;
  const at = typeof event.time === 'string' ? parseInstant(event.time) : Number.NaN;
  if (!(at >= filter.from && at < filter.to)) return false;
  return filter.types === undefined || filter.types.includes(event.type);
}

/** AWS lets five reads a second and shard through, for all consumers together. */
const readPauseMs = 250;
/** Nobody knows how many events a span holds: progress is how much of the span has been read. */
const steps = 1_000;

/**
 * Events that the stream still holds. Each was sent before its shard was read, so a replay never meets its own lines;
 * lines of earlier replays are passed over: what they repeat is there as well.
 */
export function streamSource(
  client: KinesisClient,
  streamName: string,
  filter: EventFilter,
  startedAt: number,
): ReplaySource {
  // An event may be a little ahead of its receipt, never the other way round.
  const since = Math.min(filter.from - eventAheadMaxMs, startedAt);
  const spanMs = Math.max(1, startedAt - since);
  return {
    total: steps,
    async *batches() {
      const shards = await listShards(client, streamName);
      let done = 0;
      /** Whole steps up to this part of the way through all shards, each from `since` to `startedAt`. */
      const advanceTo = (shard: number, arrivedAt: number): number => {
        const share = (shard + (arrivedAt - since) / spanMs) / shards.length;
        const advance = Math.max(0, Math.floor(steps * share) - done);
        done += advance;
        return advance;
      };
      for (const [index, shardId] of shards.entries()) {
        const span = { streamName, shardId, since, until: startedAt };
        for await (const records of readShard(client, span)) {
          const last = records.at(-1)?.ApproximateArrivalTimestamp?.getTime() ?? since;
          yield { lines: wantedOf(records, filter), advance: advanceTo(index, last) };
        }
        yield { lines: [], advance: advanceTo(index, startedAt) };
      }
    },
  };
}

function wantedOf(records: readonly _Record[], filter: EventFilter): ReplayLine[] {
  const lines = records.flatMap(({ Data }) => exactLines(Data ?? new Uint8Array()).lines);
  return lines
    .filter(
      (line): line is EventLine => !isHeartbeat(line) && line.for === undefined && isWanted(line, filter),
    )
    .map((line) => ({ line }));
}

async function listShards(client: KinesisClient, StreamName: string): Promise<string[]> {
  const ids: string[] = [];
  let NextToken: string | undefined;
  do {
    const answer = await client.send(new ListShardsCommand(NextToken ? { NextToken } : { StreamName }));
    ids.push(...(answer.Shards ?? []).map(({ ShardId }) => ShardId as string));
    NextToken = answer.NextToken;
  } while (NextToken);
  return ids;
}

interface ShardSpan {
  streamName: string;
  shardId: string;
  since: number;
  until: number;
}

/** Records that arrived in the span, as the shard has them. */
async function* readShard(
  client: KinesisClient,
  { streamName, shardId, since, until }: ShardSpan,
): AsyncIterable<_Record[]> {
  const first = await client.send(
    new GetShardIteratorCommand({
      StreamName: streamName,
      ShardId: shardId,
      ShardIteratorType: 'AT_TIMESTAMP',
      Timestamp: new Date(since),
    }),
  );
  let iterator = first.ShardIterator;
  while (iterator) {
    const {
      Records = [],
      NextShardIterator,
      MillisBehindLatest,
    } = await client.send(new GetRecordsCommand({ ShardIterator: iterator, Limit: 10_000 }));
    const within = Records.filter(({ ApproximateArrivalTimestamp: at }) => (at?.getTime() ?? 0) <= until);
    if (within.length > 0) yield within;
    if (within.length < Records.length || (Records.length === 0 && MillisBehindLatest === 0)) return;
    iterator = NextShardIterator;
    if (iterator) await delay(readPauseMs);
  }
}
