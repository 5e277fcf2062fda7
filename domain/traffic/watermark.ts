import type { Interval } from './interval.ts';
import { type HashRange, type PassedHeartbeat, type TrackedShard, wholeRange } from './shard-heartbeats.ts';
import type { Watermark } from './traffic-reader.ts';

export interface WatermarkRules {
  now: number;
  /** How long after an interval's end its events may be stored and still belong to its first judgement. */
  allowedLatenessMs: number;
}

/** Heartbeats are put that often (put-heartbeats in serverless.yml). */
export const heartbeatPeriodMs = 60_000;
/** A heartbeat is late when it is passed this long after it was put. */
export const lateMs = 120_000;
/** Nothing is passed any more when nothing was for this long. */
export const stalledMs = 300_000;

/**
 * How far the stream is known to be counted.
 *
 * The shards that ever held a hash key follow one another in time, and a consumer reads a shard only when those it
 * came from are drained. So the latest heartbeat that was passed in any of them proves that all records of that key
 * up to it are counted, and the earliest of these over all hash keys proves it of the stream. Example: of two
 * shards that passed 10:05 and 10:04 the watermark is 10:04; when the first is split, its halves stand at 10:05
 * until each has passed a heartbeat of its own.
 */
export function watermarkOf(shards: readonly TrackedShard[], rules: WatermarkRules): Watermark {
  const stretches = stretchesOf(shards);
  const faults = stretches.flatMap((stretch) => faultOf(stretch, rules.now) ?? []);
  const stalled = faults.filter(({ isStalled }) => isStalled);
  const named = stalled.length > 0 ? stalled : faults;
  const gaps = mergedGaps(shards.flatMap((shard) => shard.gaps));
  const completeUntil = passedOver(shards, wholeRange) - rules.allowedLatenessMs;
  if (named.length === 0) return { completeUntil, state: 'ok', shards: [], gaps };
  return {
    completeUntil,
    state: stalled.length > 0 ? 'stalled' : 'lagging',
    since: Math.min(...named.map(({ since }) => since)),
    shards: [...new Set(named.flatMap(({ shards: held }) => held))].sort(),
    gaps,
  };
}

/** Up to when all records of these hash keys are counted; `-Infinity` where some were in no shard that passed any. */
export function passedOver(shards: readonly TrackedShard[], range: HashRange): number {
  let next = range.from;
  let passed = Number.POSITIVE_INFINITY;
  for (const stretch of stretchesOf(shards)) {
    if (stretch.to < range.from || stretch.from > range.to) continue;
    if (stretch.from > next) return Number.NEGATIVE_INFINITY;
    passed = Math.min(passed, stretch.passed?.at ?? Number.NEGATIVE_INFINITY);
    next = stretch.to + 1n;
  }
  return next > range.to ? passed : Number.NEGATIVE_INFINITY;
}

/** Gaps that meet or touch are one. */
export function mergedGaps(gaps: readonly Interval[]): Interval[] {
  const merged: Interval[] = [];
  for (const gap of gaps.toSorted((one, other) => one.start - other.start)) {
    const last = merged.at(-1);
    if (last && gap.start <= last.end) last.end = Math.max(last.end, gap.end);
    else merged.push({ ...gap });
  }
  return merged;
}

/** Hash keys that the same shards held. */
interface Stretch extends HashRange {
  holders: TrackedShard[];
  /** The latest that was passed in any of them. */
  passed: PassedHeartbeat | undefined;
}

function stretchesOf(shards: readonly TrackedShard[]): Stretch[] {
  const ranges = shards.flatMap(({ listed }) => (listed ? [listed.range] : []));
  const bounds = [...new Set(ranges.flatMap(({ from, to }) => [from, to + 1n]))].sort(byValue);
  return bounds.slice(0, -1).flatMap((from, index) => {
    const to = (bounds[index + 1] as bigint) - 1n;
    const holders = shards.filter(
      ({ listed }) => listed && listed.range.from <= from && listed.range.to >= to,
    );
    if (holders.length === 0) return [];
    const passed = holders
      .flatMap((holder) => holder.passed ?? [])
      .toSorted((one, other) => other.at - one.at)[0];
    return [{ from, to, holders, passed }];
  });
}

const byValue = (one: bigint, other: bigint): number => (one < other ? -1 : one > other ? 1 : 0);

interface Fault {
  isStalled: boolean;
  since: number;
  shards: string[];
}

/** What is wrong with the reading of a stretch. One that has not passed anything yet is reckoned from its listing. */
function faultOf({ holders, passed }: Stretch, now: number): Fault | undefined {
  const listedAt = Math.min(...holders.map(({ listed }) => listed?.since ?? now));
  const since = passed?.at ?? listedAt;
  const isStalled = now - (passed?.on ?? listedAt) > stalledMs;
  if (!isStalled && now - since <= heartbeatPeriodMs + lateMs) return undefined;
  const open = holders.filter(({ listed }) => listed?.isOpen);
  return { isStalled, since, shards: (open.length > 0 ? open : holders).map(({ shardId }) => shardId) };
}
