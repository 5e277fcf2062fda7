import { type CycleSpan, cycleAt } from '../calendar/cycle.ts';
import { datesOf, dayStart, type LocalDate, reigns, toLocalDay } from '../calendar/local-day.ts';
import { type Hour, hourMs } from '../metering/window.ts';
import type { ZoneChange } from '../tenancy/tenant-config.ts';
import type { CycleItem } from './cycle-item.ts';

/** A cycle and its local days. */
export interface CycleCalendar {
  start: Hour;
  end: Hour;
  timeZone: string;
  dates: LocalDate[];
  /** The first hour of each date. */
  dayStarts: Hour[];
}

const cyclesKeptMax = 64;
const kept = new WeakMap<readonly ZoneChange[], CycleCalendar[]>();

/** The cycle that an hour lies in. A batch asks for few cycles again and again: they are kept with their zones. */
export function cycleOf(zones: readonly ZoneChange[], hour: Hour): CycleCalendar {
  const known = kept.get(zones) ?? [];
  const found = known.find(({ start, end }) => start <= hour && hour < end);
  if (found) return found;
  const calendar = calendarOf(zones, hour);
  kept.set(zones, [...known.slice(-cyclesKeptMax + 1), calendar]);
  return calendar;
}

function calendarOf(zones: readonly ZoneChange[], hour: Hour): CycleCalendar {
  const span = cycleAt(zones, hour * hourMs);
  const [start, end] = [span.start / hourMs, span.end / hourMs];
  const dates = datesOf(zones, { from: start, to: end });
  const { timeZone } = reigns(zones).findLast(({ from }) => from <= start) as ZoneChange;
  const dayStarts = dates.map((date) => Math.max(start, dayStart(zones, toLocalDay(date))));
  return { start, end, timeZone, dates, dayStarts };
}

/** Where an hour of the cycle stands in it. */
export function placeOf({ dayStarts }: CycleCalendar, hour: Hour): { day: number; hour: number } {
  const day = dayStarts.findLastIndex((start) => start <= hour);
  return { day, hour: hour - (dayStarts[day] as Hour) };
}

/** The hours of the cycle's day of this place. */
export const dayOf = ({ dayStarts, end }: CycleCalendar, day: number): { from: Hour; to: Hour } => ({
  from: dayStarts[day] as Hour,
  to: dayStarts[day + 1] ?? end,
});

export const spanOf = ({ start, end }: Pick<CycleCalendar, 'start' | 'end'>): CycleSpan => ({
  start: start * hourMs,
  end: end * hourMs,
});

/** Does the item count by the same days? A change of zone or anchor that its writer did not know makes others. */
export const isOfCalendar = (item: CycleItem, { end, timeZone }: CycleCalendar): boolean =>
  item.end === end && item.timeZone === timeZone;
