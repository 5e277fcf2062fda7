import { create as plainDate, toZonedDateTime } from 'temporal-polyfill/fns/PlainDate';
import { offsetNanoseconds, create as zonedDateTime } from 'temporal-polyfill/fns/ZonedDateTime';
import { type Hour, type HourSpan, hourMs } from '../metering/window.ts';
import type { ZoneChange } from '../tenancy/tenant-config.ts';

/** A day of the tenant's calendar, `2026-11-21`. Sorts as text from year 0 to 9999. */
export type LocalDate = string;

/** The same, counted in whole days since 1970-01-01: what the arithmetic of this folder works on. */
export type LocalDay = number;

const dayMs = 24 * hourMs;

export const toLocalDate = (day: LocalDay): LocalDate => new Date(day * dayMs).toISOString().slice(0, 10);

export const toLocalDay = (date: LocalDate): LocalDay => Date.parse(`${date}T00:00:00Z`) / dayMs;

/**
 * The local day that an hour belongs to: the one in which it starts, in the zone then in force.
 *
 * Days never go backwards. Where a new zone is behind the one it follows, the date that the old one had at the
 * change goes on until the new one has caught up; where it is ahead, the dates between are skipped.
 */
export function localDayOf(zones: readonly ZoneChange[], hour: Hour): LocalDay {
  let day = Number.NEGATIVE_INFINITY;
  for (const { timeZone, from, to } of reigns(zones)) {
    if (hour < from) break;
    // Taken at `to` where the zone has ended: the date it had at the change binds its successor.
    day = Math.max(day, dayInZone(timeZone, Math.min(hour, to)));
  }
  return day;
}

/** `localDayOf` as a date. For an instant give the hour it lies in. */
export const localDateOf = (zones: readonly ZoneChange[], hour: Hour): LocalDate =>
  toLocalDate(localDayOf(zones, hour));

/** The first hour of this local day, or of the next one where a change of zone or the zone itself skips it. */
export function dayStart(zones: readonly ZoneChange[], day: LocalDay): Hour {
  let last = Number.NaN;
  for (const { timeZone, from, to } of reigns(zones)) {
    last = Math.max(from, firstHourInZone(timeZone, day));
    // At `to` itself the successor takes over, bound to the date that this zone has then.
    if (last <= to) return last;
  }
  return last;
}

/** The hours of a local day. Days tile time: each ends where the next begins; a skipped day has no hours. */
export function dayHours(zones: readonly ZoneChange[], date: LocalDate): HourSpan {
  const day = toLocalDay(date);
  return { from: dayStart(zones, day), to: dayStart(zones, day + 1) };
}

/** The local days that the hours of this span lie in, in order; skipped days are not among them. */
export function datesOf(zones: readonly ZoneChange[], span: HourSpan): LocalDate[] {
  const dates: LocalDate[] = [];
  for (let hour = span.from; hour < span.to; ) {
    const day = localDayOf(zones, hour);
    dates.push(toLocalDate(day));
    hour = dayStart(zones, day + 1);
  }
  return dates;
}

/** The last `count` dates up to and with the one of `hour`, oldest first; skipped days are not counted. */
export function lastDates(zones: readonly ZoneChange[], hour: Hour, count: number): LocalDate[] {
  const dates: LocalDate[] = [];
  for (let at = hour; dates.length < count; ) {
    const day = localDayOf(zones, at);
    dates.unshift(toLocalDate(day));
    at = dayStart(zones, day) - 1;
  }
  return dates;
}

interface Reign extends ZoneChange {
  /** The last hour's end: the first hour of the next change, or infinity. */
  to: Hour;
}

/** Each zone with the whole hours [from, to) that it rules; an hour follows the zone in force when it starts. */
export function reigns(zones: readonly ZoneChange[]): Reign[] {
  return zones.map((change, index) => ({
    ...change,
    from: index === 0 ? Number.NEGATIVE_INFINITY : Math.ceil(change.from / hourMs),
    to: Math.ceil((zones[index + 1]?.from ?? Number.POSITIVE_INFINITY) / hourMs),
  }));
}

function dayInZone(timeZone: string, hour: Hour): LocalDay {
  const instantMs = hour * hourMs;
  return Math.floor((instantMs + offsetMs(timeZone, instantMs)) / dayMs);
}

function offsetMs(timeZone: string, instantMs: number): number {
  return offsetNanoseconds(zonedDateTime(BigInt(instantMs) * 1_000_000n, timeZone)) / 1_000_000;
}

/**
 * The first hour that starts on this day or later. Where clocks go back just after midnight (00:01 in St.
 * John's until 2011) an hour after the first midnight starts on the day before once more, and belongs to it.
 */
function firstHourInZone(timeZone: string, day: LocalDay): Hour {
  const date = new Date(day * dayMs);
  const midnight = toZonedDateTime(
    plainDate(date.getUTCFullYear(), date.getUTCMonth() + 1, date.getUTCDate()),
    timeZone,
  );
  let hour = Math.ceil(Number(midnight.epochNanoseconds / 1_000_000n) / hourMs);
  while (dayInZone(timeZone, hour) < day) hour += 1;
  return hour;
}
