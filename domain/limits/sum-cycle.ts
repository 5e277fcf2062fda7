import type { AccountRegistry } from '../metering/account-registry.ts';
import { areWindowsKept, type MeteredAccount, sumUsage } from '../metering/days/day.ts';
import type { DayStore } from '../metering/days/day-store.ts';
import { dayUsage, type UsageReadBounds } from '../metering/days/day-usage.ts';
import { type Hour, hourOf, type WindowReader } from '../metering/window.ts';
import { asExactSum, type ExactSum } from '../metering/windows/exact-sum.ts';
import type { ZoneChange } from '../tenancy/tenant-config.ts';
import { type CycleCalendar, dayOf, placeOf } from './cycle-calendar.ts';
import { type CycleTotals, foldCycle } from './fold-cycle.ts';

export interface CycleUsagePorts {
  registry: Pick<AccountRegistry, 'find'>;
  windows: WindowReader;
  days: DayStore;
}

/** What is asked: whose usage, in which cycle of which calendar. */
export interface CycleQuery {
  account: MeteredAccount;
  calendar: CycleCalendar;
  zones: readonly ZoneChange[];
  now: number;
}

/**
 * What all windows of a cycle come to: rolled-up days where they are up to date, and the hours of the others. It
 * has everything that was counted before it was called.
 */
export async function sumCycle(
  ports: CycleUsagePorts,
  bounds: UsageReadBounds,
  { account, calendar, zones, now }: CycleQuery,
): Promise<CycleTotals> {
  // Marks of dirty days are read before the days are.
  const registered = await ports.registry.find(account.tenantId, account.accountId);
  if (!registered) return { days: [], hours: [] };
  const present = Math.min(Math.max(hourOf(now), calendar.start), calendar.end - 1);
  const moving = dayOf(calendar, placeOf(calendar, present).day);
  const isMoving = areWindowsKept(moving, now, bounds);
  const dates = isMoving ? calendar.dates.slice(0, calendar.dayStarts.indexOf(moving.from)) : calendar.dates;
  const days: ExactSum[] = [];
  const query = { account, zones, registered, now };
  for await (const { usage } of dayUsage(ports, bounds).sums(query, dates))
    days.push(asExactSum(usage.value));
  if (!isMoving) return { days, hours: [] };
  // Up to the cycle's end: events may be a little ahead.
  const hours = await readHours(ports, account, { from: moving.from, to: calendar.end });
  return foldCycle({ days, hours: [] }, calendar, { hours, days: new Map() });
}

/** The total of one day of the cycle, from its windows. */
export async function sumDay(
  { windows }: Pick<CycleUsagePorts, 'windows'>,
  { account, calendar }: Pick<CycleQuery, 'account' | 'calendar'>,
  day: number,
): Promise<ExactSum> {
  const read = await windows.readWindows(account, dayOf(calendar, day));
  return asExactSum(sumUsage(read.values()).value);
}

async function readHours(
  { windows }: Pick<CycleUsagePorts, 'windows'>,
  account: MeteredAccount,
  span: { from: Hour; to: Hour },
): Promise<Map<Hour, ExactSum>> {
  const read = await windows.readWindows(account, span);
  return new Map([...read].map(([hour, { value }]) => [hour, asExactSum(value)]));
}
