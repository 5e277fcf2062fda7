import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cycleAt } from '../../../domain/calendar/cycle.ts';
import { historyBounds, reviseConfig } from '../../../domain/tenancy/revise-config.ts';
import {
  allMeters,
  allSeries,
  emptyConfig,
  emptySettings,
  type Meter,
  type Series,
  type TenantConfig,
  type TenantSettings,
} from '../../../domain/tenancy/tenant-config.ts';

const now = Date.parse('2026-11-21T10:30:00Z');
const hour = 3_600_000;
const bytes: Meter = { name: 'bytes', eventType: 'vpn.usage', aggregation: 'sum', field: 'bytes', scale: 0 };
const orders: Meter = { name: 'orders', eventType: 'order', aggregation: 'count', scale: 0 };
const views: Series = {
  name: 'views',
  eventType: 'view',
  aggregation: 'count',
  interval: 'PT5M',
  severityThreshold: 70,
};

function revised(previous: TenantConfig, change: Partial<TenantSettings>, at = now): TenantConfig {
  const result = reviseConfig(previous, { ...emptySettings, ...change }, at);
  if (!result.ok) throw new Error(JSON.stringify(result));
  return result.config;
}

describe('reviseConfig', () => {
  it('makes the next revision', () => {
    const config = revised(emptyConfig, { meters: [bytes] });
    expect(config).toMatchObject({ revision: 2, meters: [bytes], retiredMeters: [] });
  });

  it('makes none where nothing changes, so that a repeated PUT is harmless', () => {
    const config = revised(emptyConfig, { meters: [bytes], timeZone: 'Asia/Kolkata' });
    expect(revised(config, { meters: [bytes], timeZone: 'Asia/Kolkata' })).toBe(config);
  });

  it('retires what is left out, and takes it back as it was', () => {
    const both = revised(emptyConfig, { meters: [bytes, orders], series: [views] });
    const one = revised(both, { meters: [orders] });
    expect(one).toMatchObject({
      meters: [orders],
      retiredMeters: [bytes],
      series: [],
      retiredSeries: [views],
    });
    const again = revised(one, { meters: [{ ...bytes, unit: 'By' }] });
    expect(again).toMatchObject({ meters: [{ name: 'bytes', unit: 'By' }], retiredMeters: [orders] });
  });

  it.each([
    ['eventType', { eventType: 'other' }],
    ['field', { field: 'other' }],
    ['aggregation', { aggregation: 'count' as const }],
    ['scale', { scale: 2 }],
  ])("never changes a meter's %s, in force or retired", (member, change) => {
    const inForce = revised(emptyConfig, { meters: [orders, bytes] });
    const retired = revised(inForce, { meters: [orders] });
    for (const previous of [inForce, retired]) {
      const result = reviseConfig(previous, { ...emptySettings, meters: [{ ...bytes, ...change }] }, now);
      expect(result).toMatchObject({ ok: false, code: 'immutable_meter' });
      expect(!result.ok && result.faults.map(({ path }) => path)).toEqual([`/meters/0/${member}`]);
    }
  });

  it("never changes a series' definition, but its threshold", () => {
    const config = revised(emptyConfig, { series: [views] });
    const change = { ...views, interval: 'PT1H' as const, severityThreshold: 5 };
    const result = reviseConfig(config, { ...emptySettings, series: [change] }, now);
    expect(!result.ok && result.faults.map(({ path }) => path)).toEqual(['/series/0/interval']);
    expect(revised(config, { series: [{ ...views, severityThreshold: 5 }] }).revision).toBe(3);
  });

  it('bounds what was ever defined and says so', () => {
    let config = emptyConfig;
    for (let round = 0; round < historyBounds.metersEverMax / 100; round += 1) {
      const meters = Array.from({ length: 100 }, (_, index) => ({ ...orders, name: `m${round}-${index}` }));
      config = revised(config, { meters });
    }
    const result = reviseConfig(config, { ...emptySettings, meters: [orders] }, now);
    expect(result).toMatchObject({ ok: false, code: 'invalid_config', faults: [{ path: '/meters' }] });
    expect(!result.ok && result.faults[0]?.detail).toContain('at most 500');
    // What is known already may come back.
    expect(revised(config, { meters: [{ ...orders, name: 'm0-0' }] }).meters).toHaveLength(1);
  });
});

describe('zones', () => {
  const metered = revised(emptyConfig, { meters: [bytes] });
  const zonesOf = (change: Partial<TenantSettings>, at = now, previous = metered) =>
    revised(previous, { meters: [bytes], ...change }, at).zones;

  it('hold from the start while nothing has been counted', () => {
    expect(revised(emptyConfig, { timeZone: 'Asia/Kolkata', meters: [bytes] }).zones).toEqual([
      { from: 0, timeZone: 'Asia/Kolkata', cycle: { period: 'month', anchorDay: 1 } },
    ]);
  });

  it.each([
    { timeZone: 'Asia/Kolkata' },
    { cycle: { period: 'week' as const, anchorDay: 1 } },
    { cycle: { period: 'month' as const, anchorDay: 15 } },
  ])('change with the next cycle: %o', (change) => {
    expect(zonesOf(change).map(({ from }) => from)).toEqual([0, Date.parse('2026-12-01T00:00:00Z')]);
  });

  it('forget a change that has not begun when another comes, or the former returns', () => {
    const once = revised(metered, { meters: [bytes], timeZone: 'Asia/Kolkata' });
    expect(zonesOf({ timeZone: 'Asia/Tokyo' }, now + hour, once).map(({ timeZone }) => timeZone)).toEqual([
      'UTC',
      'Asia/Tokyo',
    ]);
    expect(zonesOf({}, now + hour, once)).toEqual(metered.zones);
  });

  it('are bounded by refusing what changes too often, and by forgetting what nobody asks for', () => {
    let config = metered;
    let at = now;
    const change = (round: number) => ({
      meters: [bytes],
      timeZone: ['UTC', 'Asia/Tokyo'][round % 2] as string,
      cycle: { period: 'day' as const, anchorDay: 1 },
    });
    const refused = () => {
      for (let round = 0; round < 100; round += 1) {
        at = cycleAt(config.zones, at).end + hour;
        const result = reviseConfig(config, { ...emptySettings, ...change(round) }, at);
        if (!result.ok) return result;
        config = result.config;
      }
      return undefined;
    };
    expect(refused()).toMatchObject({ code: 'invalid_config', faults: [{ path: '/timeZone' }] });
    expect(config.zones).toHaveLength(historyBounds.zoneChangesMax);
    const later = revised(config, { meters: [bytes], timeZone: 'Europe/Paris' }, at + 600 * 24 * hour);
    expect(later.zones.map(({ timeZone }) => timeZone)).toEqual([config.timeZone, 'Europe/Paris']);
  });
});

const settings = fc.record({
  meters: fc.uniqueArray(
    fc.record({
      name: fc.constantFrom('a', 'b', 'c'),
      eventType: fc.constantFrom('x', 'y'),
      aggregation: fc.constant('count' as const),
      scale: fc.constantFrom(0, 1),
    }),
    { selector: ({ name }) => name },
  ),
  series: fc.uniqueArray(
    fc.record({
      name: fc.constantFrom('s', 't'),
      interval: fc.constantFrom('PT5M' as const, 'P1D' as const),
    }),
    { selector: ({ name }) => name },
  ),
  timeZone: fc.constantFrom('UTC', 'Asia/Kolkata', 'America/St_Johns'),
  period: fc.constantFrom('day' as const, 'week' as const, 'month' as const),
  waitHours: fc.integer({ min: 0, max: 2_000 }),
});

describe('any sequence of configurations', () => {
  it('keeps definitions for ever, loses none, and never rewrites the past', () => {
    fc.assert(
      fc.property(fc.array(settings, { minLength: 1, maxLength: 12 }), (sequence) => {
        let config = emptyConfig;
        let at = now;
        const defined = new Map<string, string>();
        for (const { meters, series, timeZone, period, waitHours } of sequence) {
          const wasUsed = defined.size > 0;
          at += waitHours * hour;
          const next = reviseConfig(
            config,
            {
              ...emptySettings,
              meters,
              series: series.map((one) => ({ ...views, ...one })),
              timeZone,
              cycle: { period, anchorDay: 1 },
            },
            at,
          );
          if (!next.ok) continue;
          if (next.config !== config) expect(next.config.revision).toBe(config.revision + 1);
          if (wasUsed) {
            for (const past of [at, at - 100 * hour, at - 5_000 * hour]) {
              expect(cycleAt(next.config.zones, past)).toEqual(cycleAt(config.zones, past));
            }
          }
          config = next.config;
          const names = [...allMeters(config), ...allSeries(config)].map(({ name }) => name);
          expect(new Set(names).size).toBe(names.length);
          for (const { name, ...rest } of [...allMeters(config), ...allSeries(config)]) {
            const definition = JSON.stringify(rest);
            expect(definition).toBe(defined.get(name) ?? definition);
            defined.set(name, definition);
          }
          expect(names.toSorted()).toEqual([...defined.keys()].toSorted());
          const froms = config.zones.map(({ from }) => from);
          expect(froms).toEqual(froms.toSorted((a, b) => a - b));
        }
      }),
      { numRuns: 300 },
    );
  });
});
