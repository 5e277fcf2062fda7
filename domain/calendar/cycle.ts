import { hourMs, hourOf } from '../metering/window.ts';
import type { ZoneChange } from '../tenancy/tenant-config.ts';
import { dayStart, type LocalDay, localDayOf, reigns, toLocalDate } from './local-day.ts';

/** A cycle, [start, end): epoch milliseconds, both on whole UTC hours. */
export interface CycleSpan {
  start: number;
  end: number;
}

/**
 * The cycle that an instant lies in, by its hour. A cycle is made of whole local days: it begins with the hours
 * of its anchor day and ends where the next one begins. Cycles tile time without gap or overlap: a change of
 * zone or anchor ends the running one, so `from` of a change should be the `end` of the cycle in force.
 */
export function cycleAt(zones: readonly ZoneChange[], instantMs: number): CycleSpan {
  const hour = hourOf(instantMs);
  const reign = reigns(zones).findLast(({ from }) => from <= hour);
  if (!reign) throw new Error('A tenant has at least one zone.');
  const { first, next } = periodOf(reign.cycle, localDayOf(zones, hour));
  return {
    start: Math.max(dayStart(zones, first), reign.from) * hourMs,
    end: Math.min(dayStart(zones, next), reign.to) * hourMs,
  };
}

interface Period {
  first: LocalDay;
  /** The first day of the period that follows. */
  next: LocalDay;
}

/**
 * The days of a period. A week begins on weekday `anchorDay`, 1 for Monday to 7 for Sunday; a month on day
 * `anchorDay`. An anchor beyond the end stands for the last day: the 31st is 28 February, the 8th weekday Sunday.
 */
const periods: Record<ZoneChange['cycle']['period'], (day: LocalDay, anchorDay: number) => Period> = {
  day: (day) => ({ first: day, next: day + 1 }),
  week: (day, anchorDay) => {
    // Day 0, 1970-01-01, was a Thursday: weekday 4.
    const weekday = modulo(day + 3, 7) + 1;
    const first = day - modulo(weekday - Math.min(anchorDay, 7), 7);
    return { first, next: first + 7 };
  },
  month: (day, anchorDay) => {
    const [year, month] = toLocalDate(day).split('-').map(Number) as [number, number];
    const anchor = anchorIn(year, month, anchorDay);
    return day < anchor
      ? { first: anchorIn(year, month - 1, anchorDay), next: anchor }
      : { first: anchor, next: anchorIn(year, month + 1, anchorDay) };
  },
};

const periodOf = ({ period, anchorDay }: ZoneChange['cycle'], day: LocalDay): Period =>
  periods[period](day, anchorDay);

/** The day on which the month's period begins. Months are numbered from 1; 0 and 13 are the neighbours' own. */
function anchorIn(year: number, month: number, anchorDay: number): LocalDay {
  const lastDay = new Date(Date.UTC(year, month, 0)).getUTCDate();
  return Date.UTC(year, month - 1, Math.min(anchorDay, lastDay)) / (24 * hourMs);
}

const modulo = (value: number, by: number): number => ((value % by) + by) % by;
