import type { Quantity } from '../metering/quantity.ts';
import type { Series, ZoneChange } from '../tenancy/tenant-config.ts';
import type { Interval } from './interval.ts';

/**
 * What a series counted in one interval. A series has no scale of its own: sums are kept in units of
 * 10^-`seriesScale`, the finest that a meter may have, and counts in whole events.
 */
export interface TrafficCount {
  start: number;
  end: number;
  /** Smallest units: divide by 10^scale. */
  value: Quantity;
  /** Decimal places of `value`: 0 of a count, `seriesScale` of a sum. */
  scale: number;
  /** Records that may have belonged to it were lost: its value is a lower bound, not to be judged. */
  isPartial: boolean;
  /** Share of the tenant's events in its hours that were repeats, 0 to 1; absent where nothing was recorded. */
  duplicatesShare?: number;
}

export const seriesScale = 6;

/** How far the stream as a whole is known to be counted. */
export interface Watermark {
  /** Every interval that ends here or earlier is complete. `-Infinity` where nothing is known yet. */
  completeUntil: number;
  /**
   * `stalled`: no heartbeat was passed for 5 minutes; `lagging`: they pass more than 2 minutes late. Either way
   * what is not complete says nothing about the traffic.
   */
  state: 'ok' | 'stalled' | 'lagging';
  /** Since when it is stalled or lagging; absent where it is ok. */
  since?: number;
  /** Those that hold it up; none where it is ok. */
  shards: string[];
  /** What times the lost records may have had. An interval that meets one of them is partial. */
  gaps: Interval[];
}

/**
 * Reads what was counted.
 *
 * Promise: an interval that ends at or before the `completeUntil` of a watermark read earlier holds every event
 * that was stored up to `allowedLateness` after its end. Ask for the watermark first and for the counts then.
 */
export interface TrafficReader {
  /**
   * The intervals that begin in [from, to) and have a count or are partial, ascending. One that is absent and
   * lies before the watermark is a true zero.
   */
  counts(
    tenantId: string,
    series: Series,
    span: { zones: readonly ZoneChange[]; from: number; to: number; gaps: readonly Interval[] },
  ): Promise<TrafficCount[]>;
  watermark(): Promise<Watermark>;
  /** Share of the tenant's events between two instants that were repeats, by whole hours; undefined: none came. */
  duplicatesShare(tenantId: string, from: number, to: number): Promise<number | undefined>;
}

/** That something was counted in an interval that was complete already. */
export interface ReopenedInterval {
  series: string;
  /** Lies in the interval, and is its start but for days: `intervalOf` finds it. */
  start: number;
  /** Differs whenever the mark was set anew. */
  rev: string;
}

/**
 * Marks of the intervals that must be judged again.
 *
 * Promise: the mark stands when the record that it is for is counted, and before that record is done with. So whoever
 * reads marks, then counts, then judges, and then clears the marks at the `rev` that was read never misses one.
 */
export interface ReopenedIntervals {
  /** Sets the mark anew. `expiresAt`, epoch seconds: when the count is forgotten. */
  mark(tenantId: string, series: string, start: number, expiresAt: number): Promise<void>;
  /** At most `reopenedMax` of the tenant's marks; the rest come once these are cleared. */
  list(tenantId: string): Promise<ReopenedInterval[]>;
  /** A mark that was set anew since, or is gone, is left as it is. */
  clear(tenantId: string, reopened: ReopenedInterval): Promise<void>;
}

export const reopenedMax = 10_000;
