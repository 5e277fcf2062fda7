import { describe, expect, it } from 'vitest';
import { parseTenantSettings } from '../../domain/tenancy/tenant-settings.ts';
import { demoConfigurations } from '../../local/demo/demo-configurations.ts';
import { shopOrders, vpnUsage } from '../../local/demo/demo-events.ts';

const dayMs = 86_400_000;
const untils = ['2026-11-21T10:05:00Z', '2027-03-01T00:00:00Z', '2028-02-29T23:59:59Z'].map((time) =>
  Date.parse(time),
);

describe.each([
  ['vpn.usage', vpnUsage, 2],
  ['shop.order', shopOrders, 14],
] as const)('the demo of %s', (type, events, days) => {
  it.each(untils)('reaches up to %s and not beyond, within the horizon', (until) => {
    const times = events(until).map(({ time }) => Date.parse(time));
    expect(Math.max(...times)).toBeLessThanOrEqual(until);
    expect(Math.max(...times)).toBeGreaterThan(until - dayMs / 2);
    expect(Math.min(...times)).toBeGreaterThan(until - days * dayMs);
  });

  it('is the same again, and every event has an id of its own', () => {
    const until = untils[0] as number;
    const made = events(until);
    expect(made.length).toBeGreaterThan(500);
    expect(events(until)).toEqual(made);
    expect(new Set(made.map(({ source, id }) => `${source} ${id}`)).size).toBe(made.length);
    expect(made.every((event) => event.type === type)).toBe(true);
  });
});

it.each(Object.entries(demoConfigurations))(
  "%s's configuration is one that the contract takes",
  (_, settings) => {
    expect(parseTenantSettings(settings)).toMatchObject({ ok: true });
  },
);
