import type { StreamRetention } from '../horizon.ts';
import type { HourSpan, WindowReader } from '../window.ts';
import { areWindowsKept, type DayKey, sumWindows } from './day.ts';
import type { DayStore } from './day-store.ts';

/**
 * What became of an account's day: `written`; `unchanged`, since it holds the same already; `empty`, without
 * usage; `contended`, since another roll-up keeps writing it; `expired`, since its windows may be gone, and
 * what is stored stays as it is.
 */
export type RolledDay = 'written' | 'unchanged' | 'empty' | 'contended' | 'expired';

/** Writes one day of an account and meter from its hours. Repeating it changes nothing more. */
export async function rollUpDay(
  { days, windows }: { days: DayStore; windows: WindowReader },
  bounds: StreamRetention & { triesMax: number },
  key: DayKey,
  hours: HourSpan,
  now: number,
): Promise<RolledDay> {
  if (!areWindowsKept(hours, now, bounds)) return 'expired';
  for (let tries = 0; tries < bounds.triesMax; tries++) {
    // Read before the hours are: the put then fails if anybody put what may be newer.
    const { stored, revision } = await days.readState(key);
    const totals = sumWindows((await windows.readWindows(key, hours)).values());
    if (totals.events === 0 && !stored) return 'empty';
    // Windows only grow, so the same count over the same hours is the same usage.
    const isSame =
      stored?.events === totals.events && stored.hours.from === hours.from && stored.hours.to === hours.to;
    if (isSame) return 'unchanged';
    if (await days.putDay(key, { ...totals, hours }, revision)) return 'written';
  }
  return 'contended';
}
