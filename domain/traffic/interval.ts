import { dayHours, localDateOf } from '../calendar/local-day.ts';
import { hourMs, hourOf } from '../metering/window.ts';
import type { Series, ZoneChange } from '../tenancy/tenant-config.ts';

/** One step of a series, [start, end) in epoch milliseconds. */
export interface Interval {
  start: number;
  end: number;
}

type Steps = Pick<Series, 'interval'>;

/** How long the steps are that begin at whole multiples of their length since 1970 in UTC; days do not. */
const steadyMs = { PT5M: 300_000, PT10M: 600_000, PT1H: hourMs } as const;

/**
 * The interval that an instant lies in. A day is the tenant's local one: the hours that start in it, in the zone
 * then in force, so that days tile time also where clocks or the zone change.
 */
export function intervalOf(series: Steps, zones: readonly ZoneChange[], at: number): Interval {
  if (series.interval === 'P1D') return localDay(zones, at);
  const stepMs = steadyMs[series.interval];
  const start = Math.floor(at / stepMs) * stepMs;
  return { start, end: start + stepMs };
}

/** The interval that begins where this one ends. */
export const nextInterval = (series: Steps, zones: readonly ZoneChange[], { end }: Interval): Interval =>
  intervalOf(series, zones, end);

/** Every interval that begins before `to` and ends after `from`, in order: the first holds `from`. */
export function* intervalsBetween(
  series: Steps,
  zones: readonly ZoneChange[],
  from: number,
  to: number,
): Generator<Interval> {
  if (from >= to) return;
  for (let at = intervalOf(series, zones, from); at.start < to; at = nextInterval(series, zones, at))
    yield at;
}

function localDay(zones: readonly ZoneChange[], at: number): Interval {
  const { from, to } = dayHours(zones, localDateOf(zones, hourOf(at)));
  return { start: from * hourMs, end: to * hourMs };
}

/** How long the steps are that a series is counted by: its intervals, and the hours that a day is made of. */
export const countedStepMs = ({ interval }: Steps): number =>
  interval === 'P1D' ? hourMs : steadyMs[interval];

/** Start of the step that an instant is counted in: the same whatever zone is in force, now or later. */
export const countedStepOf = (series: Steps, at: number): number =>
  Math.floor(at / countedStepMs(series)) * countedStepMs(series);
