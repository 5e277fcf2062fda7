import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cycleOf } from '../../../domain/limits/cycle-calendar.ts';
import {
  type CycleTotals,
  cycleTotal,
  daysToSum,
  foldCycle,
  greaterTotals,
  noTotals,
} from '../../../domain/limits/fold-cycle.ts';
import { type Hour, hourOf } from '../../../domain/metering/window.ts';
import { asExactSum } from '../../../domain/metering/windows/exact-sum.ts';
import type { ZoneChange } from '../../../domain/tenancy/tenant-config.ts';

const zones: ZoneChange[] = [
  { from: 0, timeZone: 'Europe/Paris', cycle: { period: 'month', anchorDay: 15 } },
];
/** The clocks go back in it. */
const calendar = cycleOf(zones, hourOf(Date.parse('2026-10-20T10:00:00Z')));

/** Usage as it comes: to which hour of the cycle, and how much. */
const growth = fc.array(
  fc.record({
    hour: fc.integer({ min: calendar.start, max: calendar.end - 1 }),
    amount: fc.bigInt({ min: 1n, max: 2n ** 54n }),
  }),
  { maxLength: 40 },
);

function sumOfDay(windows: ReadonlyMap<Hour, bigint>, day: number): bigint {
  const [from, to] = [calendar.dayStarts[day] ?? 0, calendar.dayStarts[day + 1] ?? calendar.end];
  return [...windows].reduce((sum, [hour, value]) => (from <= hour && hour < to ? sum + value : sum), 0n);
}

/** What a consumer does that saw these hours of the windows as they are now. */
function fold(totals: CycleTotals, windows: ReadonlyMap<Hour, bigint>, hours: Hour[]): CycleTotals {
  const seen = new Map(hours.map((hour) => [hour, asExactSum(windows.get(hour) ?? 0n)]));
  const days = daysToSum(totals, calendar, hours).map(
    (day) => [day, asExactSum(sumOfDay(windows, day))] as const,
  );
  return foldCycle(totals, calendar, { hours: seen, days: new Map(days) });
}

describe('the totals of a cycle', () => {
  it('are those of its windows, in whatever order usage comes', () => {
    fc.assert(
      fc.property(growth, (grown) => {
        const windows = new Map<Hour, bigint>();
        let totals = noTotals;
        for (const { hour, amount } of grown) {
          windows.set(hour, (windows.get(hour) ?? 0n) + amount);
          totals = fold(totals, windows, [hour]);
          expect(cycleTotal(totals)).toBe([...windows.values()].reduce((sum, value) => sum + value, 0n));
          // What is seen again changes nothing.
          expect(fold(totals, windows, [hour])).toBe(totals);
        }
        expect(totals.hours.length).toBeLessThanOrEqual(25);
        expect(totals.days.length).toBeLessThan(calendar.dates.length);
      }),
    );
  });

  it('are the greater of two that were folded apart', () => {
    fc.assert(
      fc.property(growth, fc.nat({ max: 40 }), (grown, at) => {
        const windows = new Map<Hour, bigint>();
        let totals = noTotals;
        let former = noTotals;
        for (const [index, { hour, amount }] of grown.entries()) {
          windows.set(hour, (windows.get(hour) ?? 0n) + amount);
          totals = fold(totals, windows, [hour]);
          if (index === at) former = totals;
        }
        expect(cycleTotal(greaterTotals(former, totals))).toBe(cycleTotal(totals));
        expect(cycleTotal(greaterTotals(totals, former))).toBe(cycleTotal(totals));
      }),
    );
  });

  it('have a day of 25 hours where the clocks go back', () => {
    const [from = 0, to = 0] = calendar.dayStarts.slice(10, 12);
    expect(calendar.dates[10]).toBe('2026-10-25');
    expect(to - from).toBe(25);
    const all = Array.from({ length: 25 }, (_, index) => from + index);
    const totals = fold(noTotals, new Map(all.map((hour) => [hour, 1n])), all);
    expect(totals).toEqual({ days: Array(10).fill(0), hours: Array(25).fill(1) });
  });
});
