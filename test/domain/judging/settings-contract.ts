import { expect, it } from 'vitest';
import { noTweak, type SeriesTweak, type SeriesTweaks } from '../../../domain/judging/series-tweak.ts';
import {
  nothingWatched,
  type TenantWatch,
  type TenantWatches,
} from '../../../domain/judging/tenant-watch.ts';

export function seriesTweaksContract(make: () => Promise<SeriesTweaks>): void {
  const tweak = (rev: number): SeriesTweak => ({
    rev,
    muted: true,
    threshold: { severity: 80, insteadOf: 70 },
    lessons: [{ anomalyId: 'orders~20261121T100000Z', direction: 'below', ratio: 0.5, at: 1, until: 9 }],
  });

  it('stores what is set of a series, by one alone of those who read the former', async () => {
    const tweaks = await make();
    expect(await tweaks.read('T001', 'orders')).toEqual(noTweak);
    expect(await tweaks.put('T001', 'orders', tweak(1))).toBe(true);
    expect(await tweaks.put('T001', 'orders', tweak(1))).toBe(false);
    expect(await tweaks.put('T001', 'orders', tweak(2))).toBe(true);
    expect(await tweaks.read('T001', 'orders')).toEqual(tweak(2));
    expect(await tweaks.read('T002', 'orders')).toEqual(noTweak);
  });

  it('reads all of a tenant', async () => {
    const tweaks = await make();
    await tweaks.put('T001', 'orders', tweak(1));
    await tweaks.put('T001', 'views', { ...noTweak, rev: 1 });
    await tweaks.put('T002', 'other', tweak(1));
    expect(await tweaks.readAll('T001')).toEqual(
      new Map([
        ['orders', tweak(1)],
        ['views', { ...noTweak, rev: 1 }],
      ]),
    );
    expect(await tweaks.readAll('T003')).toEqual(new Map());
  });
}

export function tenantWatchesContract(make: () => Promise<TenantWatches>): void {
  const watch = (rev: number): TenantWatch => ({
    rev,
    series: { orders: { since: 5, isActive: true } },
    health: { state: 'stalled', since: 7 },
    duplicates: { hour: 3, share: 0.1, toldOn: '2026-11-21' },
    untold: [{ kind: 'data.stalled', at: 8, since: 7, shards: ['s'], isLagging: false }],
  });

  it('stores what is watched, by one alone of those who read the former', async () => {
    const watches = await make();
    expect(await watches.read('T001')).toEqual(nothingWatched);
    expect(await watches.put('T001', watch(1))).toBe(true);
    expect(await watches.put('T001', watch(1))).toBe(false);
    expect(await watches.put('T001', watch(2))).toBe(true);
    expect(await watches.read('T001')).toEqual(watch(2));
    expect(await watches.read('T002')).toEqual(nothingWatched);
  });
}
