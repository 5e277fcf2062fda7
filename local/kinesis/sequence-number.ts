/**
 * A place in a shard: the millisecond a record arrived in and its ordinal within that millisecond.
 * Points rise within a shard over restarts, and a child shard begins after its parents ended.
 */
export interface SequencePoint {
  time: number;
  ordinal: number;
}

const prefix = '49';
const timeDigits = 15;
const ordinalDigits = 15;
const shardDigits = 12;
const tail = '0'.repeat(12);

const padded = (value: number, digits: number): string => String(value).padStart(digits, '0');

/** 56 decimal digits, so that numbers of a shard order as text and as numbers alike. */
export const sequenceNumberOf = (shardIndex: number, { time, ordinal }: SequencePoint): string =>
  prefix + padded(time, timeDigits) + padded(ordinal, ordinalDigits) + padded(shardIndex, shardDigits) + tail;

const pattern = new RegExp(
  `^${prefix}(\\d{${timeDigits}})(\\d{${ordinalDigits}})(\\d{${shardDigits}})${tail}$`,
);

/** The point of a sequence number of this shard; undefined for one that this shard never gave out. */
export function pointOf(shardIndex: number, sequenceNumber: string): SequencePoint | undefined {
  const match = pattern.exec(sequenceNumber);
  if (!match || Number(match[3]) !== shardIndex) return undefined;
  return { time: Number(match[1]), ordinal: Number(match[2]) };
}

/** The point of the next record: never before the clock, never at or before the last one. */
export const nextPoint = (last: SequencePoint, now: number): SequencePoint =>
  now > last.time ? { time: now, ordinal: 0 } : after(last);

/** The first point after this one, so that "after X" can be read as "at or from". */
export const after = ({ time, ordinal }: SequencePoint): SequencePoint => ({ time, ordinal: ordinal + 1 });

export const isBefore = (one: SequencePoint, other: SequencePoint): boolean =>
  one.time < other.time || (one.time === other.time && one.ordinal < other.ordinal);
