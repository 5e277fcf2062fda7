import type { Quantity } from '../metering/quantity.ts';

/** A record's place in its shard: its sequence number, padded with zeros so that it sorts as text. */
export type Position = string;

/** The digits of the longest sequence number. */
const positionDigits = 56;

export const positionOf = (sequenceNumber: string): Position => sequenceNumber.padStart(positionDigits, '0');

/** One shard's share of what a series counts in the step that begins at `start`. */
export interface CountKey {
  tenantId: string;
  series: string;
  /** Epoch milliseconds. */
  start: number;
  shardId: string;
}

/** What records of a shard add to a count: all that lie from `first` to `last` and concern it. */
export interface CountedPart {
  amount: Quantity;
  first: Position;
  last: Position;
  /** When the count may be forgotten, epoch seconds. */
  expiresAt: number;
}

/**
 * Counts by position: each knows the last record that it counted.
 *
 * Promise: whatever is tried in whatever order, a record is added at most once, as `add` takes a part only where
 * every record counted so far comes before it. So a part that is added again changes nothing.
 */
export interface IntervalCounts {
  /** Whether it was added; where not, records from `first` on are counted already, up to `lastOf`. */
  add(key: CountKey, part: CountedPart): Promise<boolean>;
  /** The last record that was counted; undefined where none was. Never behind an `add` that has answered. */
  lastOf(key: CountKey): Promise<Position | undefined>;
  /** The steps that begin in [from, to), whole minutes, and have a count: the sum of their shards. Never behind an `add`. */
  read(tenantId: string, series: string, from: number, to: number): Promise<Map<number, Quantity>>;
}
