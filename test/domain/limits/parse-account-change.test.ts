import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseAccountChange } from '../../../domain/limits/parse-account-change.ts';
import { emptySettings, type TenantSettings } from '../../../domain/tenancy/tenant-config.ts';

const settings: TenantSettings = {
  ...emptySettings,
  meters: [
    { name: 'bytes', eventType: 'x', aggregation: 'sum', field: 'bytes', scale: 0 },
    { name: 'hours', eventType: 'x', aggregation: 'sum', field: 'hours', scale: 1 },
  ],
  plans: [{ name: 'basic', default: true, limits: [] }],
};
const faultsOf = (value: unknown) => {
  const parsed = parseAccountChange(value, settings);
  return parsed.ok ? [] : parsed.faults.map(({ path, detail }) => `${path} ${detail}`);
};

describe('what is set of an account', () => {
  it('has the defaults of the contract', () => {
    expect(parseAccountChange({ limits: [{ meter: 'bytes', perCycle: 5 }] }, settings)).toEqual({
      ok: true,
      change: { limits: [{ meter: 'bytes', perCycle: 5, onReached: 'suspend', nearPercent: [80] }] },
    });
  });

  it.each([{}, { plan: 'basic' }, { limits: [] }])('may be %j', (change) => {
    expect(parseAccountChange(change, settings)).toEqual({ ok: true, change });
  });

  it.each([
    [{ plan: 'gold' }, '/plan "gold" is no plan of the configuration: there are "basic"'],
    [{ plan: null }, '/plan must be a string that matches'],
    [
      { limits: [{ meter: 'calls', perCycle: 1 }] },
      '/limits/0/meter "calls" is no meter of this configuration',
    ],
    [{ limits: [{ meter: 'hours', perCycle: 1.25 }] }, '/limits/0/perCycle has more than 1 decimal places'],
    [{ limits: [{ meter: 'bytes', perCycle: 0 }] }, '/limits/0/perCycle must be a number above 0'],
    [{ limits: {} }, '/limits must be a list of at most'],
    [{ limit: [] }, '/limit is not known here: the members are plan, limits'],
    ['gold', ' must be an object with plan, limits'],
  ])('%j is refused', (value, fault) => {
    expect(faultsOf(value)).toEqual([expect.stringContaining(fault)]);
  });

  it('names every fault', () => {
    const limits = [
      { meter: 'bytes', perCycle: -1, onReached: 'stop' },
      { meter: 'bytes', perCycle: 5, nearPercent: [50, 50, 101] },
    ];
    expect(faultsOf({ plan: 'gold', limits })).toEqual([
      expect.stringMatching('^/limits/0/perCycle must'),
      expect.stringMatching('^/limits/0/onReached must'),
      expect.stringMatching('^/limits/1/nearPercent/2 must'),
      expect.stringMatching('^/plan "gold"'),
      expect.stringMatching('^/limits/1/meter "bytes" has a limit here already'),
      expect.stringMatching('^/limits/1/nearPercent/1 50 stands'),
    ]);
  });

  it('never throws', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.jsonValue(), fc.record({ plan: fc.jsonValue(), limits: fc.jsonValue() })),
        (value) => {
          expect(typeof parseAccountChange(value, settings).ok).toBe('boolean');
        },
      ),
    );
  });
});
