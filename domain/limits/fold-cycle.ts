import type { Quantity } from '../metering/quantity.ts';
import type { Hour } from '../metering/window.ts';
import { asExactSum, type ExactSum, plusSum } from '../metering/windows/exact-sum.ts';
import { type CycleCalendar, placeOf } from './cycle-calendar.ts';
import type { CycleItem } from './cycle-item.ts';

/** What a cycle's days and hours come to. */
export type CycleTotals = Pick<CycleItem, 'days' | 'hours'>;

/** Totals that were seen: of windows, and of whole days by their place. Each is at most what is true now. */
export interface SeenTotals {
  hours: ReadonlyMap<Hour, ExactSum>;
  days: ReadonlyMap<number, ExactSum>;
}

export const noTotals: CycleTotals = { days: [], hours: [] };

export function cycleTotal({ days, hours }: CycleTotals): Quantity {
  return BigInt(sum(days)) + BigInt(sum(hours));
}

const sum = (parts: readonly ExactSum[]): ExactSum => parts.reduce(plusSum, 0);
const greater = (a: ExactSum | undefined, b: ExactSum): ExactSum => (a !== undefined && a >= b ? a : b);

/**
 * The places of the days that are kept as one total each and of which an hour was seen: they have to be summed
 * from their windows, since an hour's growth cannot be told from its total.
 */
export function daysToSum(totals: CycleTotals, calendar: CycleCalendar, hours: Iterable<Hour>): number[] {
  const places = [...hours].map((hour) => placeOf(calendar, hour).day);
  return [...new Set(places)].filter((day) => day < totals.days.length);
}

/**
 * Takes what was seen into the totals, the greater of two each. The day that moves is the latest of which an
 * hour was seen; when a later one begins, its hours are folded into one total. The very same totals where
 * nothing grows. Every one of `daysToSum` must be among the days seen.
 */
export function foldCycle(totals: CycleTotals, calendar: CycleCalendar, seen: SeenTotals): CycleTotals {
  const days = [...totals.days];
  let hours = [...totals.hours];
  const places = [...seen.hours]
    .map(([hour, total]) => ({ ...placeOf(calendar, hour), total }))
    .sort((a, b) => a.day - b.day);
  for (const { day, hour, total } of places) {
    if (day < days.length) continue;
    if (day > days.length) {
      days.push(sum(hours));
      while (days.length < day) days.push(0);
      hours = [];
    }
    while (hours.length <= hour) hours.push(0);
    hours[hour] = greater(hours[hour], total);
  }
  for (const [day, total] of seen.days) {
    if (day < days.length) days[day] = greater(days[day], total);
  }
  const next = { days: days.map(exact), hours: hours.map(exact) };
  return isSame(totals, next) ? totals : next;
}

/** A sum has one form, whichever way it came. */
const exact = (value: ExactSum): ExactSum => (typeof value === 'bigint' ? asExactSum(value) : value);

/** The greater of two totals of the same calendar. */
export function greaterTotals(a: CycleTotals, b: CycleTotals): CycleTotals {
  const [later, earlier] = a.days.length >= b.days.length ? [a, b] : [b, a];
  const isSameDay = later.days.length === earlier.days.length;
  // What is left of the earlier one is its moving day, which the later one has folded.
  const earlierDays = isSameDay ? earlier.days : [...earlier.days, sum(earlier.hours)];
  const hours = isSameDay ? earlier.hours : [];
  return {
    days: later.days.map((total, day) => greater(earlierDays[day], total)),
    hours: Array.from({ length: Math.max(later.hours.length, hours.length) }, (_, hour) =>
      greater(later.hours[hour], hours[hour] ?? 0),
    ),
  };
}

const isSame = (a: CycleTotals, b: CycleTotals): boolean =>
  isSameList(a.days, b.days) && isSameList(a.hours, b.hours);

const isSameList = (a: readonly ExactSum[], b: readonly ExactSum[]): boolean =>
  a.length === b.length && a.every((value, index) => value === b[index]);
