import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { emptySettings, versionsOf } from '../../../domain/tenancy/tenant-config.ts';
import { parseTenantSettings, settingsBounds } from '../../../domain/tenancy/tenant-settings.ts';

const bytes = { name: 'bytes', eventType: 'vpn.usage', aggregation: 'sum', field: 'bytes', unit: 'By' };
const orders = { name: 'orders', eventType: 'order', aggregation: 'count' };
const views = { name: 'views', eventType: 'view', aggregation: 'count', interval: 'PT5M' };

/** A configuration that uses everything the contract has. */
const full = {
  meters: [{ ...bytes, scale: 2 }, orders],
  plans: [
    { name: 'free', default: true, limits: [{ meter: 'bytes', perCycle: 10.25, nearPercent: [50, 90] }] },
    {
      name: 'pro',
      limits: [
        { meter: 'orders', perCycle: 5, onReached: 'notify' },
        { meter: 'bytes', perCycle: 1e9 },
      ],
    },
  ],
  cycle: { period: 'week', timeZone: 'Europe/Paris', anchorDay: 3 },
  onSuspended: 'accept',
  series: [views, { ...views, name: 'sales', aggregation: 'sum', field: 'amount', relativeTo: 'views' }],
  timeZone: 'Europe/Paris',
  calendar: [{ date: '2028-02-29', name: 'Leap day' }],
  archiveOnly: ['audit'],
  versions: { 'vpn.usage': [1, 2] },
};

function faultsOf(value: unknown): Record<string, string> {
  const parsed = parseTenantSettings(value);
  return parsed.ok ? {} : Object.fromEntries(parsed.faults.map(({ path, detail }) => [path, detail]));
}
const pathsOf = (value: unknown): string[] => Object.keys(faultsOf(value)).toSorted();

describe('parseTenantSettings', () => {
  it('fills in what is not set', () => {
    expect(parseTenantSettings({})).toEqual({ ok: true, settings: emptySettings });
    const parsed = parseTenantSettings({
      meters: [orders],
      plans: [{ name: 'free', limits: [{ meter: 'orders', perCycle: 5 }] }],
      series: [views],
      cycle: {},
    });
    expect(parsed).toMatchObject({
      ok: true,
      settings: {
        meters: [{ ...orders, scale: 0 }],
        plans: [{ default: false, limits: [{ onReached: 'suspend', nearPercent: [80] }] }],
        series: [{ severityThreshold: 70 }],
        cycle: { period: 'month', anchorDay: 1 },
      },
    });
  });

  it('takes everything that the contract has, and what GET answers as it is', () => {
    const parsed = parseTenantSettings(full);
    if (!parsed.ok) throw new Error(JSON.stringify(parsed.faults));
    const again = parseTenantSettings(JSON.parse(JSON.stringify({ ...parsed.settings, revision: 7 })));
    expect(again).toEqual(parsed);
  });

  it('names every fault of a configuration, with its path', () => {
    expect(
      pathsOf({
        meters: [{ name: 'Bytes', eventType: '', aggregation: 'max', scale: 7, fild: 'x' }, 5],
        plans: [{ name: 'free', limits: [{ meter: 'x', perCycle: 0, nearPercent: [0] }] }],
        timeZone: 'Mars/Olympus',
        colour: 'red',
      }),
    ).toEqual([
      '/colour',
      '/meters/0/aggregation',
      '/meters/0/eventType',
      '/meters/0/fild',
      '/meters/0/name',
      '/meters/0/scale',
      '/meters/1',
      '/plans/0/limits/0/nearPercent/0',
      '/plans/0/limits/0/perCycle',
      '/timeZone',
    ]);
  });

  it.each([
    ['no object', [], ''],
    ['null', null, ''],
    ['a name twice', { meters: [orders, orders] }, '/meters/1/name'],
    ['a plan twice', { plans: [{ name: 'a' }, { name: 'a' }] }, '/plans/1/name'],
    ['a series twice', { series: [views, views] }, '/series/1/name'],
    [
      'two default plans',
      {
        plans: [
          { name: 'a', default: true },
          { name: 'b', default: true },
        ],
      },
      '/plans/1/default',
    ],
    ['a sum without field', { meters: [{ ...bytes, field: undefined }] }, '/meters/0/field'],
    ['a count with field', { meters: [{ ...orders, field: 'x' }] }, '/meters/0/field'],
    ['a series that sums nothing', { series: [{ ...views, aggregation: 'sum' }] }, '/series/0/field'],
    [
      'an unknown meter',
      { plans: [{ name: 'a', limits: [{ meter: 'x', perCycle: 1 }] }] },
      '/plans/0/limits/0/meter',
    ],
    ['a zone of another cycle', { timeZone: 'UTC', cycle: { timeZone: 'Asia/Tokyo' } }, '/cycle/timeZone'],
    ['an offset for a zone', { timeZone: '+01:00' }, '/timeZone'],
    ['a date that is none', { calendar: [{ date: '2027-02-29', name: 'x' }] }, '/calendar/0/date'],
    ['a date of another form', { calendar: [{ date: '2027-2-9', name: 'x' }] }, '/calendar/0/date'],
    ['a version 0', { versions: { a: [0] } }, '/versions/a/0'],
    ['a version 10', { versions: { a: [10] } }, '/versions/a/0'],
    ['no version', { versions: { a: [] } }, '/versions/a'],
    ['a version twice', { versions: { 'a/b~c': [1, 1] } }, '/versions/a~1b~0c/1'],
    ['an unknown series', { series: [{ ...views, relativeTo: 'x' }] }, '/series/0/relativeTo'],
    ['a series relative to itself', { series: [{ ...views, relativeTo: 'views' }] }, '/series/0/relativeTo'],
    [
      'another interval',
      { series: [views, { ...views, name: 'b', interval: 'PT1H', relativeTo: 'views' }] },
      '/series/1/relativeTo',
    ],
    ['a control character', { archiveOnly: ['a\u0000'] }, '/archiveOnly/0'],
    ['a lone surrogate', { archiveOnly: ['a\ud800'] }, '/archiveOnly/0'],
    ['129 characters', { archiveOnly: ['a'.repeat(129)] }, '/archiveOnly/0'],
    ['257 bytes', { archiveOnly: ['€'.repeat(86)] }, '/archiveOnly/0'],
    [
      'too many meters of one type',
      {
        meters: [
          orders,
          ...Array.from({ length: settingsBounds.metersPerTypeMax }, (_, at) => ({
            ...orders,
            name: `o${at}`,
          })),
        ],
      },
      `/meters/${settingsBounds.metersPerTypeMax}/eventType`,
    ],
    [
      'too many series of one type',
      {
        series: Array.from({ length: settingsBounds.seriesPerTypeMax + 1 }, (_, at) => ({
          ...views,
          name: `v${at}`,
        })),
      },
      `/series/${settingsBounds.seriesPerTypeMax}/eventType`,
    ],
    ['too many meters', { meters: Array(settingsBounds.metersMax + 1).fill(orders) }, '/meters'],
    ['a revision that is none', { revision: '7' }, '/revision'],
    ['an anchor of 32', { cycle: { anchorDay: 32 } }, '/cycle/anchorDay'],
    [
      'Infinity',
      {
        meters: [orders],
        plans: [{ name: 'a', limits: [{ meter: 'orders', perCycle: Number.POSITIVE_INFINITY }] }],
      },
      '/plans/0/limits/0/perCycle',
    ],
  ])('refuses %s', (_, value, path) => {
    expect(pathsOf(value)).toEqual([path]);
  });

  it('finds loops of any length once for each series in them, and none beside them', () => {
    const series = ['a', 'b', 'c', 'd'].map((name, index) => ({
      ...views,
      name,
      relativeTo: ['b', 'c', 'a', 'a'][index],
    }));
    expect(pathsOf({ series })).toEqual([
      '/series/0/relativeTo',
      '/series/1/relativeTo',
      '/series/2/relativeTo',
    ]);
  });

  it.each([
    [0, 1.5, 'decimal'],
    [2, 0.001, 'decimal'],
    [0, 2 ** 53, '2^53'],
    [6, 1e10, '2^53'],
  ])('at scale %s refuses a limit of %s', (scale, perCycle, text) => {
    const value = {
      meters: [{ ...bytes, scale }],
      plans: [{ name: 'a', limits: [{ meter: 'bytes', perCycle }] }],
    };
    expect(faultsOf(value)['/plans/0/limits/0/perCycle']).toContain(text);
  });

  it('takes a type called __proto__ or constructor like any other', () => {
    const parsed = parseTenantSettings(JSON.parse('{"versions": {"__proto__": [2, 3], "a": [4]}}'));
    if (!parsed.ok) throw new Error(JSON.stringify(parsed.faults));
    expect(versionsOf(parsed.settings, '__proto__')).toEqual([2, 3]);
    expect(versionsOf(parsed.settings, 'constructor')).toEqual([1]);
    expect(JSON.stringify(parsed.settings)).toContain('"__proto__":[2,3]');
    expect(pathsOf(JSON.parse('{"__proto__": {"timeZone": "UTC"}}'))).toEqual(['/__proto__']);
  });

  it('writes zones as the database does', () => {
    const parsed = parseTenantSettings({ timeZone: 'europe/paris', cycle: { timeZone: 'EUROPE/PARIS' } });
    expect(parsed).toMatchObject({
      settings: { timeZone: 'Europe/Paris', cycle: { timeZone: 'Europe/Paris' } },
    });
  });

  it('bounds the whole document, and the faults it lists', () => {
    const days = Array(settingsBounds.calendarDaysMax).fill({ date: '2026-11-27', name: '"'.repeat(128) });
    expect(faultsOf({ calendar: days })['']).toContain('bytes');
    const wrong = Object.fromEntries(Array.from({ length: 10_000 }, (_, index) => [`x${index}`, 1]));
    const parsed = parseTenantSettings(wrong);
    expect(!parsed.ok && parsed.faults).toHaveLength(101);
    expect(JSON.stringify(parseTenantSettings({ ['x'.repeat(100_000)]: 1 })).length).toBeLessThan(1_000);
  });

  it('never throws, whatever the JSON', () => {
    let deep: unknown = 1;
    for (let level = 0; level < 20_000; level += 1) deep = [deep];
    for (const member of Object.keys(full)) expect(parseTenantSettings({ [member]: deep }).ok).toBe(false);
    fc.assert(fc.property(fc.jsonValue(), (value) => typeof parseTenantSettings(value).ok === 'boolean'));
  });

  it('never throws where one member of a good configuration is replaced, and names a path below it', () => {
    const paths = pointersOf(full);
    fc.assert(
      fc.property(fc.constantFrom(...paths), fc.jsonValue({ maxDepth: 2 }), (path, value) => {
        const parsed = parseTenantSettings(replaced(full, path, value));
        if (parsed.ok)
          expect(parseTenantSettings(JSON.parse(JSON.stringify(parsed.settings)))).toEqual(parsed);
        else expect(parsed.faults.length).toBeGreaterThan(0);
      }),
      { numRuns: 1_000 },
    );
  });
});

type Path = (string | number)[];

function pointersOf(value: unknown, path: Path = []): Path[] {
  if (typeof value !== 'object' || value === null) return [path];
  return [path, ...Object.entries(value).flatMap(([name, member]) => pointersOf(member, [...path, name]))];
}

function replaced(value: unknown, path: Path, by: unknown): unknown {
  if (path.length === 0) return by;
  const copy = structuredClone(value) as Record<string, unknown>;
  const parent = path.slice(0, -1).reduce((at, name) => at[name] as Record<string, unknown>, copy);
  parent[path.at(-1) as string] = by;
  return copy;
}
