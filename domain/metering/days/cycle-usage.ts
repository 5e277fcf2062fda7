import type { CycleSpan } from '../../calendar/cycle.ts';
import { datesOf, dayHours } from '../../calendar/local-day.ts';
import { hourMs, hourOf } from '../window.ts';
import { sumUsage, type UsageSum } from './day.ts';
import { dayUsage, type UsagePorts, type UsageQuery, type UsageReadBounds } from './day-usage.ts';

/**
 * What an account has used of a meter in a cycle: its days, and the hours of a day that the cycle holds only a
 * part of, which a change of zone or anchor in the middle of a day brings about.
 */
export async function cycleUsage(
  ports: UsagePorts,
  bounds: UsageReadBounds,
  query: UsageQuery,
  cycle: CycleSpan,
): Promise<UsageSum> {
  const { account, zones, now } = query;
  if (!query.registered) return sumUsage([]);
  // Events may be a few minutes ahead: nothing can be beyond the hour that follows.
  const span = { from: cycle.start / hourMs, to: Math.min(cycle.end / hourMs, hourOf(now) + 2) };
  const used: UsageSum[] = [];
  const wholeDates: string[] = [];
  for (const date of datesOf(zones, span)) {
    const hours = dayHours(zones, date);
    if (hours.from * hourMs >= cycle.start && hours.to * hourMs <= cycle.end) wholeDates.push(date);
    else {
      const part = { from: Math.max(hours.from, span.from), to: Math.min(hours.to, span.to) };
      used.push(...(await ports.windows.readWindows(account, part)).values());
    }
  }
  for await (const { usage } of dayUsage(ports, bounds).sums(query, wholeDates)) used.push(usage);
  return sumUsage(used);
}
