import { setTimeout as delay } from 'node:timers/promises';
import {
  type _Record,
  GetRecordsCommand,
  GetShardIteratorCommand,
  type KinesisClient,
  ListShardsCommand,
  type Shard,
} from '@aws-sdk/client-kinesis';

/** Which records of a stream: those that arrived in [since, until], epoch milliseconds, of some shards or all. */
export interface StreamSpan {
  streamName: string;
  since: number;
  until: number;
  /** Whether a shard is to be read. */
  wants?: (shard: Shard) => boolean;
}

/** Records of one read, in their order, and how much of the span is read with them, from 0 to 1. */
export interface StreamPart {
  records: _Record[];
  share: number;
}

/** AWS lets five reads a second and shard through, for all consumers together. */
const readEveryMs = 250;

/** Reads shard by shard what the stream holds of the span; the last part of a shard may be empty. */
export async function* readStream(client: KinesisClient, span: StreamSpan): AsyncIterable<StreamPart> {
  const { since, until, wants = () => true } = span;
  const shards = (await listShards(client, span.streamName)).filter(wants);
  const spanMs = Math.max(1, until - since);
  for (const [index, { ShardId = '' }] of shards.entries()) {
    for await (const records of readShard(client, span, ShardId)) {
      const at = records.at(-1)?.ApproximateArrivalTimestamp?.getTime() ?? since;
      yield { records, share: (index + Math.max(0, at - since) / spanMs) / shards.length };
    }
    yield { records: [], share: (index + 1) / shards.length };
  }
}

async function listShards(client: KinesisClient, StreamName: string): Promise<Shard[]> {
  const shards: Shard[] = [];
  let NextToken: string | undefined;
  do {
    const answer = await client.send(new ListShardsCommand(NextToken ? { NextToken } : { StreamName }));
    shards.push(...(answer.Shards ?? []));
    NextToken = answer.NextToken;
  } while (NextToken);
  return shards;
}

/** Records that arrived in the span, as the shard has them. */
async function* readShard(
  client: KinesisClient,
  { streamName, since, until }: StreamSpan,
  shardId: string,
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
    const readAt = performance.now();
    const {
      Records = [],
      NextShardIterator,
      MillisBehindLatest,
    } = await client.send(new GetRecordsCommand({ ShardIterator: iterator, Limit: 10_000 }));
    const within = Records.filter(({ ApproximateArrivalTimestamp: at }) => (at?.getTime() ?? 0) <= until);
    if (within.length > 0) yield within;
    if (within.length < Records.length || (Records.length === 0 && MillisBehindLatest === 0)) return;
    iterator = NextShardIterator;
    if (iterator) await delay(Math.max(0, readAt + readEveryMs - performance.now()));
  }
}
