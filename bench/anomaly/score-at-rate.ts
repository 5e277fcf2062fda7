import { dayMs, hourMs, type Span, type WorldSeries, weekMs } from './worlds/world.ts';

/** A series with what a detector said of each interval: NaN where it said nothing. */
export interface Scored {
  series: WorldSeries;
  severities: Float64Array;
}

export interface Found {
  events: number;
  found: number;
  /** Intervals from the beginning, the first being 1, of those that were found. */
  delays: number[];
}

/** What is found at the lowest threshold, one for all series, that rings no more often than allowed. */
export interface AtRate {
  threshold: number;
  /** False alarms a series-week at that threshold. */
  alarms: number;
  all: Found;
  /** By `kind size`. */
  byKind: Map<string, Found>;
  /** By `kind size` and band of the series' mean: its key is `kind size | least mean of the band`. */
  byBand: Map<string, Found>;
}

/** An alarm that goes on is one alarm for this long, and another after it. */
const alarmMs = 6 * hourMs;
/** After an anomaly the traffic may still be odd. */
const graceMs = dayMs;

/** Which intervals of a series are quiet: past the first weeks, and at no anomaly nor within a day after it. */
export function quietOf({ starts, events, ambiguous, warmEnd }: WorldSeries): Uint8Array {
  const quiet = new Uint8Array(starts.length).fill(1);
  const silence = (from: number, to: number) => {
    for (let index = indexAt(starts, from); index < starts.length && starts[index]! < to; index++)
      quiet[index] = 0;
  };
  silence(Number.NEGATIVE_INFINITY, warmEnd);
  for (const span of [...events, ...ambiguous] as Span[]) silence(span.start, span.end + graceMs);
  return quiet;
}

/** Index of the first interval that starts at `at` or later. */
export function indexAt(starts: Float64Array, at: number): number {
  let low = 0;
  let high = starts.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (starts[middle]! >= at) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** The quiet intervals of a series: when, and how severe. */
export interface Quiet {
  starts: Float64Array;
  severities: Float64Array;
  stepMs: number;
  weeks: number;
}

export function quietIntervals({ series, severities }: Scored): Quiet {
  const quiet = quietOf(series);
  const judged: number[] = [];
  let count = 0;
  for (let index = 0; index < quiet.length; index++) {
    if (!quiet[index]) continue;
    count += 1;
    if (!Number.isNaN(severities[index]!)) judged.push(index);
  }
  return {
    starts: Float64Array.from(judged, (index) => series.starts[index]!),
    severities: Float64Array.from(judged, (index) => severities[index]!),
    stepMs: series.stepMs,
    weeks: (count * series.stepMs) / weekMs,
  };
}

/** How often a series rings at a threshold while nothing is wrong. */
export function countAlarms({ starts, severities, stepMs }: Quiet, threshold: number): number {
  let alarms = 0;
  let last = Number.NEGATIVE_INFINITY;
  for (let index = 0; index < starts.length; index++) {
    if (severities[index]! < threshold || starts[index]! - last < Math.max(alarmMs, 2 * stepMs)) continue;
    alarms += 1;
    last = starts[index]!;
  }
  return alarms;
}

/** Recall and delay at the threshold that gives at most so many false alarms a series-week. */
export function scoreAtRate(scored: readonly Scored[], alarmsAWeek: number): AtRate {
  const quiet = scored.map(quietIntervals);
  const weeks = quiet.reduce((sum, one) => sum + one.weeks, 0);
  const rateAt = (threshold: number) =>
    quiet.reduce((sum, one) => sum + countAlarms(one, threshold), 0) / weeks;
  const threshold = leastThreshold(quiet, (at) => rateAt(at) <= alarmsAWeek + 1e-9);
  const result: AtRate = {
    threshold,
    alarms: rateAt(threshold),
    all: { events: 0, found: 0, delays: [] },
    byKind: new Map(),
    byBand: new Map(),
  };
  for (const one of scored) addFound(result, one);
  return result;
}

/**
 * The least quiet severity that is good enough as a threshold; where too many quiet intervals share the highest, what
 * lies just above it.
 */
function leastThreshold(quiet: Quiet[], isGood: (threshold: number) => boolean): number {
  const sorted = new Float64Array(quiet.reduce((sum, one) => sum + one.severities.length, 0));
  let at = 0;
  for (const { severities } of quiet) {
    sorted.set(severities, at);
    at += severities.length;
  }
  sorted.sort();
  const highest = sorted.at(-1) ?? 0;
  if (!isGood(highest)) return highest + 1e-9;
  let low = 0;
  let high = sorted.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (isGood(sorted[middle]!)) high = middle;
    else low = middle + 1;
  }
  return sorted[low] ?? 0;
}

const bands = [0, 5, 50, 500];

function addFound(result: AtRate, { series, severities }: Scored): void {
  const mean = series.truth.reduce((sum, value) => sum + value, 0) / series.truth.length;
  const band = bands.findLast((least) => mean >= least) ?? 0;
  for (const event of series.events) {
    if (event.start < series.warmEnd) continue;
    const delay = delayOf(event, series.starts, severities, result.threshold);
    const name = `${event.kind} ${event.size}`;
    for (const found of [
      result.all,
      foundOf(result.byKind, name),
      foundOf(result.byBand, `${name} | ${band}`),
    ]) {
      found.events += 1;
      if (delay === undefined) continue;
      found.found += 1;
      found.delays.push(delay);
    }
  }
}

function foundOf(by: Map<string, Found>, name: string): Found {
  const found = by.get(name) ?? { events: 0, found: 0, delays: [] };
  by.set(name, found);
  return found;
}

/** Intervals until an event was found, the first being 1. */
export function delayOf(
  event: Span,
  starts: Float64Array,
  severities: Float64Array,
  threshold: number,
): number | undefined {
  const first = indexAt(starts, event.start);
  for (let index = first; index < starts.length && starts[index]! < event.end; index++) {
    if (severities[index]! >= threshold) return index - first + 1;
  }
  return undefined;
}

/** Joins what was found of several runs, or of several kinds. */
export function joinFound(parts: (Found | undefined)[]): Found {
  const joined: Found = { events: 0, found: 0, delays: [] };
  for (const part of parts) {
    if (!part) continue;
    joined.events += part.events;
    joined.found += part.found;
    joined.delays.push(...part.delays);
  }
  return joined;
}
