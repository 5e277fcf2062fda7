import { eachAtOnce } from '../metering/at-once.ts';
import type { StreamRetention } from '../metering/horizon.ts';
import { windowExpiresAt } from '../metering/horizon.ts';
import type { Quantity } from '../metering/quantity.ts';
import { hourOf } from '../metering/window.ts';
import type { Series, ZoneChange } from '../tenancy/tenant-config.ts';
import { intervalOf } from './interval.ts';
import type { IntervalCounts, Position } from './interval-counts.ts';
import { passHeartbeats } from './pass-heartbeats.ts';
import type { ReadHeartbeat, ShardHeartbeats } from './shard-heartbeats.ts';
import type { ReopenedIntervals } from './traffic-reader.ts';
import { watermarkOf } from './watermark.ts';

/** What a batch adds to one step of a series: all of its records that concern it, ascending. */
export interface TrafficPart {
  tenantId: string;
  series: Series;
  zones: readonly ZoneChange[];
  /** Start of the step. */
  start: number;
  positions: Position[];
  /** What each of the records adds. */
  amounts: Quantity[];
}

/** What a batch of one shard counts: all records of the shard between its first and its last. */
export interface TrafficBatch {
  shardId: string;
  parts: TrafficPart[];
  heartbeats: ReadHeartbeat[];
}

/** What is not counted yet, and why. */
export interface UncountedPart {
  /** All before it is counted. */
  position: Position;
  cause: Error;
}

export interface CountTrafficPorts {
  counts: IntervalCounts;
  heartbeats: ShardHeartbeats;
  reopened: ReopenedIntervals;
}

export interface CountTrafficBounds extends StreamRetention {
  allowedLatenessMs: number;
  writesAtOnce: number;
  /** A count that others keep adding to is given up after so many tries, for the batch to be sent again. */
  triesMax: number;
}

export const countTrafficBounds = { writesAtOnce: 32, triesMax: 8 };

/** When a batch is counted, and how long it may take. */
export interface CountTime {
  now: number;
  timeLeftMs: () => number;
}

/**
 * Counts a batch: each record once in its steps, however the shard is cut into batches when it comes again, and
 * whenever a process dies. It rests on two things: a batch leaves out no record between its first and its last, and
 * comes only when all before it is counted.
 *
 * Strictly in this order: the counts; the marks of intervals that were complete already, for those that were
 * counted before as well, since whoever counted them may have died before marking; and the heartbeats. So nothing
 * is complete before it is counted, and what is judged anew sees the count that it is judged anew for.
 */
export type CountTraffic = (batch: TrafficBatch, time: CountTime) => Promise<UncountedPart[]>;

export function countTraffic(ports: CountTrafficPorts, bounds: CountTrafficBounds): CountTraffic {
  return async (batch, time) => {
    const uncounted: UncountedPart[] = [];
    /** Does the work of each part; what fails comes again from its first record on. */
    const each = async (parts: readonly TrafficPart[], work: (part: TrafficPart) => Promise<unknown>) => {
      const done: TrafficPart[] = [];
      await eachAtOnce(parts, bounds.writesAtOnce, async (part) => {
        try {
          if (time.timeLeftMs() <= 0) throw new Error('There was no time left to count the batch.');
          await work(part);
          done.push(part);
        } catch (cause) {
          uncounted.push({ position: firstOf(part), cause: cause as Error });
        }
      });
      return done;
    };
    // In the order of the shard, so that a batch that takes too long is further each time.
    const parts = batch.parts.toSorted((one, other) => (firstOf(one) < firstOf(other) ? -1 : 1));
    const counted = await each(parts, (part) => countPart(ports.counts, batch.shardId, part, bounds));
    const isReopened = await reopenedBy(counted, ports.heartbeats, time.now, bounds).catch((cause: Error) => {
      for (const part of counted) uncounted.push({ position: firstOf(part), cause });
      return () => false;
    });
    await each(counted.filter(isReopened), ({ tenantId, series, start }) =>
      ports.reopened.mark(tenantId, series.name, start, expiryOf(start, bounds)),
    );
    uncounted.push(...(await heartbeatsPassed(batch, uncounted, ports.heartbeats, time.now, bounds)));
    return uncounted;
  };
}

const firstOf = ({ positions }: TrafficPart): Position => positions[0] as Position;

/** Counts outlive the last time at which they may be written, as windows do. */
const expiryOf = (start: number, retention: StreamRetention): number =>
  windowExpiresAt(hourOf(start), retention);

/** Adds what is not counted yet of a part. */
async function countPart(
  counts: IntervalCounts,
  shardId: string,
  { tenantId, series, start, positions, amounts }: TrafficPart,
  bounds: CountTrafficBounds,
): Promise<void> {
  const key = { tenantId, series: series.name, start, shardId };
  let from = 0;
  for (let tries = 0; tries < bounds.triesMax; tries += 1) {
    const part = {
      amount: amounts.slice(from).reduce((sum, amount) => sum + amount, 0n),
      first: positions[from] as Position,
      last: positions.at(-1) as Position,
      expiresAt: expiryOf(start, bounds),
    };
    if (await counts.add(key, part)) return;
    const last = (await counts.lastOf(key)) ?? '';
    from = positions.findIndex((position) => position > last);
    if (from === -1) return;
  }
  throw new Error(`Others still added to the count after ${bounds.triesMax} tries.`);
}

const endOf = ({ series, zones, start }: TrafficPart): number => intervalOf(series, zones, start).end;

/** A heartbeat is stamped by another process, whose clock may be ahead of ours by so much. */
const clockSkewMs = 10_000;

/**
 * Which of these parts may have been judged without what they add: their interval was complete once they were
 * counted. Most are of an interval that has not even ended, which costs no read.
 */
async function reopenedBy(
  parts: readonly TrafficPart[],
  heartbeats: ShardHeartbeats,
  now: number,
  { allowedLatenessMs }: CountTrafficBounds,
): Promise<(part: TrafficPart) => boolean> {
  const ends = new Map(parts.map((part) => [part, endOf(part)]));
  const latest = now + clockSkewMs - allowedLatenessMs;
  if ([...ends.values()].every((end) => end > latest)) return () => false;
  const { completeUntil } = watermarkOf(await heartbeats.readAll(), { now, allowedLatenessMs });
  return (part) => (ends.get(part) as number) <= completeUntil;
}

/** Notes the heartbeats before the first record that is not counted. */
async function heartbeatsPassed(
  { shardId, heartbeats }: TrafficBatch,
  uncounted: readonly UncountedPart[],
  store: ShardHeartbeats,
  now: number,
  bounds: CountTrafficBounds,
): Promise<UncountedPart[]> {
  const isBefore = (position: Position) => uncounted.every((part) => position < part.position);
  const passed = heartbeats.filter(({ position }) => isBefore(position));
  const [first] = passed;
  if (!first) return [];
  try {
    await passHeartbeats(store, { shardId, heartbeats: passed, now }, bounds);
    return [];
  } catch (cause) {
    return [{ position: first.position, cause: cause as Error }];
  }
}
