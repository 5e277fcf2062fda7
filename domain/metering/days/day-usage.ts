import { dayHours, type LocalDate } from '../../calendar/local-day.ts';
import type { ZoneChange } from '../../tenancy/tenant-config.ts';
import type { RegisteredAccount } from '../account-registry.ts';
import { eachAtOnce } from '../at-once.ts';
import type { StreamRetention } from '../horizon.ts';
import type { HourSpan, WindowReader, WindowTotals } from '../window.ts';
import {
  areWindowsKept,
  isDayKept,
  isDayOver,
  type MeteredAccount,
  noUsage,
  sumDevice,
  sumUsage,
  sumWindows,
  type UsageSum,
  utcDaysOf,
} from './day.ts';
import type { DayStore } from './day-store.ts';

export interface UsagePorts {
  windows: WindowReader;
  days: DayStore;
}

export interface UsageReadBounds extends StreamRetention {
  /** Days asked of the store at a time, without and with their devices. */
  daysPerRead: number;
  deviceDaysPerRead: number;
  /** Days summed from their hours, and stretches of hours read, at once. */
  readsAtOnce: number;
  /** Hours of one stretch. */
  hoursPerRead: number;
}

export const usageReadBounds: Omit<UsageReadBounds, 'retentionMs'> = {
  daysPerRead: 100,
  deviceDaysPerRead: 8,
  readsAtOnce: 4,
  hoursPerRead: 24,
};

/** What is asked: whose usage, under which calendar, and what the registry knew of the account before it was. */
export interface UsageQuery {
  account: MeteredAccount;
  zones: readonly ZoneChange[];
  /** Undefined for an account that never reported: it used nothing, and nothing is read. */
  registered: RegisteredAccount | undefined;
  now: number;
}

/** One local day and what was used in it. */
export interface UsedDay<Usage> {
  date: LocalDate;
  hours: HourSpan;
  usage: Usage;
}

/** One way to look at a day: how it is read as rolled up, and what it comes to from its windows. */
interface DayView<Usage> {
  datesPerRead: number;
  none: Usage;
  read(dates: LocalDate[]): Promise<Map<LocalDate, Usage>>;
  sum(windows: Iterable<WindowTotals>): Usage;
}

/**
 * Reads days. One that is over and not marked dirty is read as it was rolled up. Any other, and one that is not
 * stored although its windows may be there, is summed from its hours; so is whatever the store cannot answer.
 */
export function dayUsage(ports: UsagePorts, bounds: UsageReadBounds) {
  const { windows, days } = ports;

  const views = {
    sums: (account: MeteredAccount): DayView<UsageSum> => ({
      datesPerRead: bounds.daysPerRead,
      none: noUsage,
      read: (dates) => days.readSums(account, dates),
      sum: sumUsage,
    }),
    withDevices: (account: MeteredAccount): DayView<WindowTotals> => ({
      datesPerRead: bounds.deviceDaysPerRead,
      none: { ...noUsage, devices: [] },
      read: (dates) => days.readDays(account, dates),
      sum: sumWindows,
    }),
    ofDevice: (account: MeteredAccount, deviceId: string): DayView<UsageSum> => ({
      datesPerRead: bounds.daysPerRead,
      none: noUsage,
      read: (dates) => days.readDeviceDays(account, deviceId, dates),
      sum: (read) => sumDevice(read, deviceId),
    }),
  };

  /** A mark is made before what it stands for, and cleared after the day is stored: marks are read first. */
  function isRolledUp(hours: HourSpan, { registered, now }: UsageQuery): boolean {
    return isDayOver(hours, now) && !utcDaysOf(hours).some((day) => registered?.dirtyDays.has(day));
  }

  async function readChunk<Usage>(
    query: UsageQuery,
    view: DayView<Usage>,
    dates: readonly LocalDate[],
  ): Promise<UsedDay<Usage>[]> {
    const asked = dates.map((date) => ({ date, hours: dayHours(query.zones, date) }));
    if (!query.registered) return asked.map((day) => ({ ...day, usage: view.none }));
    const areHoursKept = (hours: HourSpan) => areWindowsKept(hours, query.now, bounds);
    const toRead = asked.filter(
      ({ hours }) => isDayKept(hours, query.now) && (isRolledUp(hours, query) || !areHoursKept(hours)),
    );
    const found = await view.read(toRead.map(({ date }) => date));
    const toSum = asked.filter(({ date, hours }) => !found.has(date) && areHoursKept(hours));
    // Days that are rolled up and yet not stored have no usage, but for one that is being put: one read of all
    // their hours finds next to nothing, where a read a day would cost the most for those who used the least.
    const stretches = stretchesOf(toSum, (day) => isRolledUp(day.hours, query));
    await eachAtOnce(stretches, bounds.readsAtOnce, async (stretch) => {
      const span = { from: stretch[0]!.hours.from, to: stretch.at(-1)!.hours.to };
      const read = [...(await windows.readWindows(query.account, span))];
      for (const { date, hours } of stretch) {
        const own = read.filter(([hour]) => hour >= hours.from && hour < hours.to);
        found.set(date, view.sum(own.map(([, totals]) => totals)));
      }
    });
    return asked.map((day) => ({ ...day, usage: found.get(day.date) ?? view.none }));
  }

  /** In the order of `dates`, a chunk at a time, so that a reader that has enough can stop. */
  async function* read<Usage>(
    query: UsageQuery,
    view: DayView<Usage>,
    dates: readonly LocalDate[],
  ): AsyncIterable<UsedDay<Usage>> {
    for (let at = 0; at < dates.length; at += view.datesPerRead) {
      yield* await readChunk(query, view, dates.slice(at, at + view.datesPerRead));
    }
  }

  return {
    sums: (query: UsageQuery, dates: readonly LocalDate[]) => read(query, views.sums(query.account), dates),
    withDevices: (query: UsageQuery, dates: readonly LocalDate[]) =>
      read(query, views.withDevices(query.account), dates),
    ofDevice: (query: UsageQuery, deviceId: string, dates: readonly LocalDate[]) =>
      read(query, views.ofDevice(query.account, deviceId), dates),
  };
}

/** Joins neighbouring days that may be read as one; every other day stands alone. */
function stretchesOf<Day extends { hours: HourSpan }>(
  days: readonly Day[],
  mayJoin: (day: Day) => boolean,
): Day[][] {
  const stretches: Day[][] = [];
  for (const day of days) {
    const last = stretches.at(-1)?.at(-1);
    const joins = last !== undefined && last.hours.to === day.hours.from && mayJoin(last) && mayJoin(day);
    if (joins) stretches.at(-1)!.push(day);
    else stretches.push([day]);
  }
  return stretches;
}
