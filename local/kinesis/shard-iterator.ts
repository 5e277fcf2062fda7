import { invalidArgument, KinesisError } from './kinesis-error.ts';
import type { SequencePoint } from './sequence-number.ts';

/** Where a reader goes on: the first record of the shard at or after the point. */
export interface ShardIterator {
  streamName: string;
  /** The stream's creation: an iterator of a stream that was deleted must not read its successor. */
  createdAt: number;
  shardId: string;
  from: SequencePoint;
}

const lifetimeMs = 5 * 60_000;

/**
 * Iterators carry all they mean, so they outlive a restart. They expire by time that passes, not by the
 * stack's clock: advancing that by an hour should age the data, not cut off whoever is reading it.
 */
export interface IteratorCodec {
  encode(iterator: ShardIterator): string;
  decode(token: string): ShardIterator;
}

export function iteratorCodec(elapsedMs: () => number, session: string): IteratorCodec {
  return {
    encode: ({ streamName, createdAt, shardId, from }) =>
      Buffer.from(
        JSON.stringify([
          streamName,
          createdAt,
          shardId,
          from.time,
          from.ordinal,
          session,
          Math.floor(elapsedMs()),
        ]),
      ).toString('base64'),
    decode(token) {
      const parts = parse(token);
      const [streamName, createdAt, shardId, time, ordinal, origin, issuedAt] = parts;
      if (origin === session && elapsedMs() - Number(issuedAt) > lifetimeMs) {
        throw new KinesisError(
          'ExpiredIteratorException',
          'Iterator expired. It was issued more than 5 minutes ago; ask for a new one with GetShardIterator.',
        );
      }
      return {
        streamName: String(streamName),
        createdAt: Number(createdAt),
        shardId: String(shardId),
        from: { time: Number(time), ordinal: Number(ordinal) },
      };
    },
  };
}

function parse(token: string): unknown[] {
  try {
    const parts = JSON.parse(Buffer.from(token, 'base64').toString());
    if (Array.isArray(parts) && parts.length === 7) return parts;
  } catch {
    // Falls through to the one answer for a token that is none of ours.
  }
  throw invalidArgument('Invalid ShardIterator: it is not one that GetShardIterator or GetRecords gave');
}
