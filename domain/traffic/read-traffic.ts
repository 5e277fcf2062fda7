import type { Quantity } from '../metering/quantity.ts';
import { type Hour, hourMs } from '../metering/window.ts';
import type { DuplicateCount, DuplicateCounts } from './duplicate-counts.ts';
import { intervalOf, intervalsBetween } from './interval.ts';
import type { IntervalCounts } from './interval-counts.ts';
import type { ShardHeartbeats } from './shard-heartbeats.ts';
import { seriesScale, type TrafficCount, type TrafficReader } from './traffic-reader.ts';
import { watermarkOf } from './watermark.ts';

export interface ReadTrafficPorts {
  counts: IntervalCounts;
  heartbeats: ShardHeartbeats;
  duplicates: DuplicateCounts;
  clock: () => number;
}

/** A tenant's shares are read once for all of its series; they need not be newer than this. */
const sharesKeptMs = 30_000;
const sharesKeptMax = 1_000;

type Shares = Map<Hour, DuplicateCount>;

/** Reads traffic from what is stored of it. */
export function trafficReader(ports: ReadTrafficPorts, allowedLatenessMs: number): TrafficReader {
  const kept = new Map<string, { readAt: number; shares: Promise<Shares> }>();

  const sharesOf = (tenantId: string, from: Hour, to: Hour): Promise<Shares> => {
    const key = `${tenantId}#${from}#${to}`;
    const known = kept.get(key);
    const now = ports.clock();
    if (known && now - known.readAt < sharesKeptMs) return known.shares;
    const shares = ports.duplicates.read(tenantId, from, to);
    // What could not be read is asked for again.
    shares.catch(() => kept.delete(key));
    kept.delete(key);
    kept.set(key, { readAt: now, shares });
    if (kept.size > sharesKeptMax) kept.delete(kept.keys().next().value as string);
    return shares;
  };

  return {
    async watermark() {
      return watermarkOf(await ports.heartbeats.readAll(), { now: ports.clock(), allowedLatenessMs });
    },

    async counts(tenantId, series, { zones, from, to, gaps }) {
      const intervals = [...intervalsBetween(series, zones, from, to)].filter(({ start }) => start >= from);
      const [first] = intervals;
      const last = intervals.at(-1);
      if (!first || !last) return [];
      const steps = await ports.counts.read(tenantId, series.name, first.start, last.end);
      const values = new Map<number, Quantity>();
      for (const [step, value] of steps) {
        const { start } = intervalOf(series, zones, step);
        values.set(start, (values.get(start) ?? 0n) + value);
      }
      const shares = steps.size > 0 ? await sharesOf(tenantId, ...hoursOf(first.start, last.end)) : new Map();
      const scale = series.aggregation === 'count' ? 0 : seriesScale;
      return intervals.flatMap((interval): TrafficCount[] => {
        const value = values.get(interval.start);
        const isPartial = gaps.some((gap) => gap.start < interval.end && gap.end > interval.start);
        if (value === undefined && !isPartial) return [];
        const duplicatesShare = shareIn(shares, ...hoursOf(interval.start, interval.end));
        const count = { ...interval, value: value ?? 0n, scale, isPartial };
        return [duplicatesShare === undefined ? count : { ...count, duplicatesShare }];
      });
    },

    async duplicatesShare(tenantId, from, to) {
      const [fromHour, toHour] = hoursOf(from, to);
      return shareIn(await ports.duplicates.read(tenantId, fromHour, toHour), fromHour, toHour);
    },
  };
}

/** The hours that an interval lies in, [from, to). */
const hoursOf = (start: number, end: number): [Hour, Hour] => [
  Math.floor(start / hourMs),
  Math.ceil(end / hourMs),
];

function shareIn(shares: Shares, from: Hour, to: Hour): number | undefined {
  let records = 0;
  let duplicates = 0;
  for (let hour = from; hour < to; hour += 1) {
    records += shares.get(hour)?.records ?? 0;
    duplicates += shares.get(hour)?.duplicates ?? 0;
  }
  return records === 0 ? undefined : duplicates / records;
}
