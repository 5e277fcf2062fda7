import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cycleAt } from '../../../domain/calendar/cycle.ts';
import { dayHours, lastDates } from '../../../domain/calendar/local-day.ts';
import { accountPartition } from '../../../domain/metering/account-partition.ts';
import { utcDayOf } from '../../../domain/metering/account-registry.ts';
import { cycleUsage } from '../../../domain/metering/days/cycle-usage.ts';
import { dayUsage, type UsageQuery, usageReadBounds } from '../../../domain/metering/days/day-usage.ts';
import { hourUsage } from '../../../domain/metering/days/hour-usage.ts';
import { memoryDayStore, memoryTenantDayStore } from '../../../domain/metering/days/memory-day-store.ts';
import { rollUpBounds, rollUpPartition } from '../../../domain/metering/days/roll-up.ts';
import { memoryAccountRegistry } from '../../../domain/metering/memory-account-registry.ts';
import { hourMs, hourOf } from '../../../domain/metering/window.ts';
import type { TenantConfig, ZoneChange } from '../../../domain/tenancy/tenant-config.ts';
import { all, memoryWindows } from './day-world.ts';

const retentionMs = 168 * hourMs;
const account = { tenantId: 'T001', accountId: 'acct-1', meter: 'bytes' };
const now = Date.parse('2026-11-10T10:20:00Z');
const partition = accountPartition(account.accountId);

const zone = fc.constantFrom(
  'UTC',
  'Europe/Berlin',
  'Asia/Kolkata',
  'America/New_York',
  'Pacific/Kiritimati',
);
const cycle = fc.record({
  period: fc.constantFrom('day' as const, 'week' as const, 'month' as const),
  anchorDay: fc.integer({ min: 1, max: 31 }),
});
const age = fc.integer({ min: 0, max: 35 * 24 });
const zones = fc
  .tuple(zone, cycle, fc.array(fc.tuple(age, zone, cycle), { maxLength: 3 }))
  .map(([timeZone, first, changes]): ZoneChange[] => [
    { from: 0, timeZone, cycle: first },
    ...changes
      .toSorted(([a], [b]) => b - a)
      .map(([ago, timeZone, cycle]) => ({ from: now - ago * hourMs, timeZone, cycle })),
  ]);
const uses = fc.array(fc.record({ ago: age, device: fc.integer({ min: 1, max: 3 }) }), { maxLength: 40 });

async function world(zones: ZoneChange[], early: { ago: number; device: number }[], late: typeof early) {
  const windows = memoryWindows();
  const days = memoryDayStore();
  const registry = memoryAccountRegistry();
  const use = async ({ ago, device }: { ago: number; device: number }, at: number) => {
    const hour = hourOf(now) - ago;
    await registry.mark(account.tenantId, account.accountId, [utcDayOf(hour)], at);
    windows.add({ ...account, hour }, `d${device}`, 7);
  };
  for (const one of early) await use(one, now - hourMs);
  const config = { zones, meters: [{ name: 'bytes' }], retiredMeters: [] } as unknown as TenantConfig;
  const ports = { windows, days, registry, tenantDays: memoryTenantDayStore() };
  await rollUpPartition(ports, { ...rollUpBounds, retentionMs })('T001', config, partition, now);
  for (const one of late) await use(one, now);
  const registered = await registry.find(account.tenantId, account.accountId);
  const query: UsageQuery = { account, zones, registered, now };
  return { ports, query, bounds: { ...usageReadBounds, retentionMs, daysPerRead: 7 }, windows };
}

describe('any usage, rolled up and then added to, under any changes of zone', () => {
  it('reads by day as the sum of the hours that start in it', async () => {
    await fc.assert(
      fc.asyncProperty(zones, uses, uses, async (zones, early, late) => {
        const { ports, query, bounds, windows } = await world(zones, early, late);
        const dates = lastDates(zones, hourOf(now), 40);
        const read = dayUsage(ports, bounds);
        const truth = dates.map((date) => {
          const { from, to } = dayHours(zones, date);
          return windows.truth(account, (hour) => hour >= from && hour < to);
        });
        const full = await all(read.withDevices(query, dates));
        expect(full.map(({ usage }) => usage)).toEqual(truth);
        expect(full.map(({ date }) => date)).toEqual(dates);
        const sums = await all(read.sums(query, dates));
        expect(sums.map(({ usage }) => usage)).toEqual(truth.map(({ value, events }) => ({ value, events })));
        const device = await all(read.ofDevice(query, 'd2', dates));
        expect(device.map(({ usage }) => usage.events)).toEqual(
          truth.map(({ devices }) => devices.find(({ deviceId }) => deviceId === 'd2')?.events ?? 0),
        );
      }),
      { numRuns: 60 },
    );
  });

  it('reads by cycle as the sum of the hours in it', async () => {
    await fc.assert(
      fc.asyncProperty(zones, uses, uses, age, async (zones, early, late, ago) => {
        const { ports, query, bounds, windows } = await world(zones, early, late);
        const span = cycleAt(zones, now - ago * hourMs);
        const used = await cycleUsage(ports, bounds, query, span);
        const truth = windows.truth(
          account,
          (hour) => hour * hourMs >= span.start && hour * hourMs < span.end,
        );
        expect(used).toEqual({ value: truth.value, events: truth.events });
      }),
      { numRuns: 60 },
    );
  });

  it('reads by hour every hour of the span, in order', async () => {
    await fc.assert(
      fc.asyncProperty(uses, age, fc.integer({ min: 0, max: 300 }), async (early, ago, length) => {
        const { ports, query, bounds, windows } = await world(
          [{ from: 0, timeZone: 'UTC', cycle: { period: 'day', anchorDay: 1 } }],
          early,
          [],
        );
        const from = hourOf(now) - ago;
        const span = { from, to: from + length };
        const read = await all(hourUsage(ports.windows, bounds, query, span));
        expect(read.map(({ hour }) => hour)).toEqual(Array.from({ length }, (_, index) => from + index));
        for (const { hour, usage } of read) {
          expect(usage).toEqual(windows.truth(account, (other) => other === hour));
        }
      }),
      { numRuns: 40 },
    );
  });
});

describe('hours read ahead', () => {
  it('stop where the reader stops, and a fault reaches it', async () => {
    const { bounds, query } = await world(
      [{ from: 0, timeZone: 'UTC', cycle: { period: 'day', anchorDay: 1 } }],
      [{ ago: 1, device: 1 }],
      [],
    );
    let reads = 0;
    const failing = {
      readWindows: async () => {
        reads += 1;
        if (reads > 2) throw new Error('throttled');
        return new Map();
      },
    };
    const span = { from: 0, to: 2_400 };
    for await (const { hour } of hourUsage(failing, bounds, query, span)) if (hour === 10) break;
    expect(reads).toBeLessThanOrEqual(bounds.readsAtOnce);
    await expect(all(hourUsage(failing, bounds, query, span))).rejects.toThrow('throttled');
  });
});
