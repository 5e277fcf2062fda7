import type { DayKey, DayTotals } from '../metering/days/day.ts';
import type { DayStore } from '../metering/days/day-store.ts';
import type { WindowReader } from '../metering/window.ts';
import { asExactSum } from '../metering/windows/exact-sum.ts';
import type { TouchedWindow } from '../metering/windows/record-usage.ts';
import type { CheckLimits } from './check-limits.ts';

export interface DayLimits {
  windows: WindowReader;
  check: CheckLimits;
  /** False for a tenant that limits none of its accounts: its windows need not be read. */
  isLimited: (tenantId: string) => Promise<boolean>;
  now: () => number;
}

/**
 * Days that hold what they sum against the limits before they are put: the net under batches that were counted
 * and then given up before their limits were checked. A day is put only when its usage has grown, so this is
 * done as often as there is anything to find; where it fails the day is not put, and the next roll-up does both.
 */
export const daysWithinLimits = (
  days: DayStore,
  { windows, check, isLimited, now }: DayLimits,
): DayStore => ({
  ...days,
  async putDay(key, day, revision) {
    if (!(await isLimited(key.tenantId))) return days.putDay(key, day, revision);
    const touched = await touchedWindows(windows, key, day);
    await check(touched, now());
    const fault = touched.find(({ failure }) => failure)?.failure;
    if (fault) throw fault;
    return days.putDay(key, day, revision);
  },
});

/** The hours of the day, as if a batch had just touched them. */
async function touchedWindows(
  windows: WindowReader,
  key: DayKey,
  { hours }: DayTotals,
): Promise<TouchedWindow[]> {
  const { tenantId, accountId, meter } = key;
  const read = await windows.readWindows({ tenantId, accountId, meter }, hours);
  return [...read].map(([hour, { value, events }]) => ({
    window: { tenantId, accountId, meter, hour },
    firstRecord: 0,
    records: 0,
    counted: 0,
    duplicates: 0,
    totals: { value: asExactSum(value), events },
  }));
}
