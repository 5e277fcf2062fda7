import type { UsageReadBounds } from '../metering/days/day-usage.ts';
import { windowExpiresAt } from '../metering/horizon.ts';
import type { Hour } from '../metering/window.ts';
import type { ExactSum } from '../metering/windows/exact-sum.ts';
import type { ZoneChange } from '../tenancy/tenant-config.ts';
import { type CycleCalendar, isOfCalendar } from './cycle-calendar.ts';
import type { CycleItem, CycleKey } from './cycle-item.ts';
import type { EffectiveLimit } from './effective-limits.ts';
import { daysToSum, foldCycle, greaterTotals } from './fold-cycle.ts';
import { type CycleUsagePorts, sumCycle, sumDay } from './sum-cycle.ts';

/** A cycle of an account, and the limit that it is held to. */
export interface LimitedCycle {
  tenantId: string;
  accountId: string;
  limit: EffectiveLimit;
  calendar: CycleCalendar;
  zones: readonly ZoneChange[];
}

export const keyOf = ({ tenantId, accountId, limit, calendar }: LimitedCycle): CycleKey => ({
  tenantId,
  accountId,
  meter: limit.meter.name,
  start: calendar.start,
});

/**
 * Was the item put by somebody who knew a later limit or another calendar? Then what we go by may be out of date
 * and has to be read anew before the item is touched.
 */
export const isAhead = (item: CycleItem, { limit, calendar }: LimitedCycle): boolean =>
  item.limitRev > limit.revision || !isOfCalendar(item, calendar);

/**
 * The item as it should be put: with the window totals that were seen, and made anew from days and windows where
 * there is none, where it is of another limit or calendar, or where `isRebuilt` asks for it. The very same item
 * where nothing changes.
 */
export async function advanceCycle(
  ports: CycleUsagePorts,
  bounds: UsageReadBounds,
  { cycle, item, seen, isRebuilt, now }: Advance,
): Promise<CycleItem> {
  const { limit, calendar, zones } = cycle;
  const account = { tenantId: cycle.tenantId, accountId: cycle.accountId, meter: limit.meter.name };
  const isOfLimit = item?.limitRev === limit.revision;
  const isSameCalendar = item !== undefined && isOfCalendar(item, calendar);
  let totals = { days: item?.days ?? [], hours: item?.hours ?? [] };
  if (!isOfLimit || !isSameCalendar || isRebuilt) {
    const summed = await sumCycle(ports, bounds, { account, calendar, zones, now });
    totals = isSameCalendar ? greaterTotals(totals, summed) : summed;
  }
  const days = new Map<number, ExactSum>();
  for (const day of daysToSum(totals, calendar, seen.keys())) {
    days.set(day, await sumDay(ports, { account, calendar }, day));
  }
  const folded = foldCycle(totals, calendar, { hours: seen, days });
  if (item && isOfLimit && isSameCalendar && isSameTotals(item, folded)) return item;
  return {
    rev: (item?.rev ?? 0) + 1,
    end: calendar.end,
    timeZone: calendar.timeZone,
    limitRev: limit.revision,
    ...folded,
    sent: isOfLimit ? item.sent : [],
    told: isOfLimit ? item.told : [],
    expiresAt: windowExpiresAt(calendar.end - 1, bounds),
  };
}

export interface Advance {
  cycle: LimitedCycle;
  item: CycleItem | undefined;
  /** Totals of windows of the cycle, as they were seen just now. */
  seen: ReadonlyMap<Hour, ExactSum>;
  isRebuilt: boolean;
  now: number;
}

const isSameTotals = (
  { days, hours }: Pick<CycleItem, 'days' | 'hours'>,
  other: Pick<CycleItem, 'days' | 'hours'>,
): boolean => `${days.join()};${hours.join()}` === `${other.days.join()};${other.hours.join()}`;
