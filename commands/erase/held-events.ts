import { createHash } from 'node:crypto';
import type { Shard } from '@aws-sdk/client-kinesis';
import { streamPartition } from '../../domain/metering/intake/stream-partition.ts';
import { decodeStreamRecord, isHeartbeat } from '../../events/stream-record.ts';
import type { StreamPart } from '../replay/read-stream.ts';

/** What the stream still holds of an account, or of a tenant. */
export interface HeldEvents {
  /** Lines: each event as often as it was sent or replayed. */
  count: number;
  /** How much of what may hold some was read, from 0 to 1. Below 1 there may be more. */
  share: number;
}

/** A tenant, or one account of it. */
export interface Subject {
  tenantId: string;
  accountId?: string;
}

/** Whether a shard may hold lines of it: those of an account all have one partition key. */
export function mayHold({ tenantId, accountId }: Subject): (shard: Shard) => boolean {
  if (accountId === undefined) return () => true;
  const key = partitionKey(tenantId, accountId);
  const hash = BigInt(`0x${createHash('md5').update(key).digest('hex')}`);
  return ({ HashKeyRange: range }) =>
    range === undefined ||
    (BigInt(range.StartingHashKey ?? 0) <= hash && hash <= BigInt(range.EndingHashKey ?? hash));
}

const partitionKey = (tenantId: string, accountId: string): string =>
  `${tenantId}/${streamPartition(accountId)}`;

/** Counts the lines of it, until all is read or no time is left. */
export async function countHeld(
  parts: AsyncIterable<StreamPart>,
  { tenantId, accountId }: Subject,
  hasTime: () => boolean,
): Promise<HeldEvents> {
  const held: HeldEvents = { count: 0, share: 0 };
  for await (const { records, share } of parts) {
    for (const { Data = new Uint8Array() } of records) {
      for (const line of decodeStreamRecord(Data).lines) {
        if (isHeartbeat(line) || line.tenantId !== tenantId) continue;
        if (accountId === undefined || line.event.subject === accountId) held.count += 1;
      }
    }
    held.share = share;
    if (share < 1 && !hasTime()) return held;
  }
  return { ...held, share: 1 };
}
