import { beforeEach, expect, it } from 'vitest';
import type { ConfigHistory } from '../../../domain/tenancy/config-history.ts';
import { emptyConfig, type TenantConfig } from '../../../domain/tenancy/tenant-config.ts';

const revision = (number: number, unit = 'By'): TenantConfig => ({
  ...emptyConfig,
  meters: [{ name: 'bytes', eventType: 'vpn.usage', aggregation: 'sum', field: 'bytes', unit, scale: 0 }],
  versions: JSON.parse('{"__proto__": [1, 2]}'),
  revision: number,
});

/** What every ConfigHistory promises; `make` answers an empty one. */
export function configHistoryContract(make: () => Promise<ConfigHistory>): void {
  let history: ConfigHistory;
  beforeEach(async () => {
    history = await make();
  });

  it('knows no revision of a tenant that has none', async () => {
    expect(await history.latest('T001')).toBeUndefined();
    expect(await history.at('T001', 1)).toBeUndefined();
  });

  it('answers the revision that was stored, whole', async () => {
    expect(await history.appendOnce('T001', revision(1))).toBe(true);
    expect(await history.at('T001', 1)).toEqual(revision(1));
    expect(JSON.stringify(await history.latest('T001'))).toBe(JSON.stringify(revision(1)));
  });

  it('has the highest revision in force, also past nine, and keeps the others', async () => {
    for (const number of [1, 2, 9, 10, 11]) await history.appendOnce('T001', revision(number));
    expect((await history.latest('T001'))?.revision).toBe(11);
    expect((await history.at('T001', 2))?.revision).toBe(2);
    expect(await history.at('T001', 3)).toBeUndefined();
  });

  it('never stores a revision twice: the first one stands', async () => {
    await history.appendOnce('T001', revision(1, 'By'));
    expect(await history.appendOnce('T001', revision(1, 'KiBy'))).toBe(false);
    expect(await history.at('T001', 1)).toEqual(revision(1, 'By'));
  });

  it('lets exactly one of many writers at once have a revision', async () => {
    const units = ['a', 'b', 'c', 'd', 'e'];
    const stored = await Promise.all(units.map((unit) => history.appendOnce('T001', revision(1, unit))));
    const winner = units.filter((_, index) => stored[index]);
    expect(winner).toHaveLength(1);
    expect((await history.latest('T001'))?.meters[0]?.unit).toBe(winner[0]);
  });

  it('keeps tenants apart, also where one id begins with the other', async () => {
    await history.appendOnce('T001', revision(5));
    await history.appendOnce('T0012', revision(7));
    expect((await history.latest('T001'))?.revision).toBe(5);
    expect((await history.latest('T0012'))?.revision).toBe(7);
    expect(await history.latest('T00')).toBeUndefined();
  });

  it('hands out copies: what a reader does to one changes nothing', async () => {
    const given = revision(1);
    await history.appendOnce('T001', given);
    given.meters = [];
    const read = await history.latest('T001');
    read?.meters.pop();
    expect((await history.latest('T001'))?.meters).toHaveLength(1);
  });
}
