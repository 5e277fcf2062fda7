import { beforeEach, expect, it } from 'vitest';
import type { CycleItem, CycleKey } from '../../../domain/limits/cycle-item.ts';
import type { CycleStore } from '../../../domain/limits/cycle-store.ts';
import { hourMs, hourOf } from '../../../domain/metering/window.ts';

const startMs = Date.parse('2026-11-21T10:30:00Z');
const key: CycleKey = {
  tenantId: 'T001',
  accountId: 'acct#42',
  meter: 'bytes',
  start: hourOf(Date.parse('2026-11-01T00:00:00Z')),
};
const item: CycleItem = {
  rev: 1,
  end: key.start + 720,
  timeZone: 'Europe/Paris',
  limitRev: 2 ** 50,
  days: [0, 1, 2 ** 53 - 1, 2n ** 70n],
  hours: [300, 0, 2n ** 53n],
  sent: [80, 100],
  told: [80],
  expiresAt: Math.floor(startMs / 1000) + 3600,
};

/** What CycleStore promises, for whichever adapter `create` makes. */
export function cycleStoreContract(create: (now: () => number) => Promise<CycleStore>): void {
  let store: CycleStore;
  let now: number;
  beforeEach(async () => {
    now = startMs;
    store = await create(() => now);
  });
  const read = async (of = key) => (await store.read([of], 'consistent'))[0];

  it('gives back an item as it was put', async () => {
    expect(await read()).toBeUndefined();
    expect(await store.put(key, item)).toBe(true);
    expect(await read()).toEqual(item);
    const bare = { ...item, rev: 2, days: [], hours: [], sent: [], told: [] };
    expect(await store.put(key, bare)).toBe(true);
    expect(await read()).toEqual(bare);
  });

  it('answers items in the order of the keys, with gaps where there is none', async () => {
    const keys = Array.from({ length: 130 }, (_, index) => ({ ...key, start: key.start + index }));
    for (const one of keys) await store.put(one, { ...item, end: one.start });
    const elsewhere = { ...key, meter: 'byte' };
    const found = await store.read([elsewhere, ...keys.toReversed()], 'eventual');
    expect(found.map((one) => one?.end)).toEqual([undefined, ...keys.map(({ start }) => start).toReversed()]);
  });

  it('replaces an item only by its next revision', async () => {
    await store.put(key, item);
    expect(await store.put(key, { ...item, limitRev: 1 })).toBe(false);
    expect(await store.put(key, { ...item, rev: 3 })).toBe(false);
    expect(await store.put({ ...key, accountId: 'acct' }, { ...item, rev: 2 })).toBe(false);
    expect(await store.put(key, { ...item, rev: 2, limitRev: 5 })).toBe(true);
    expect(await read()).toMatchObject({ rev: 2, limitRev: 5 });
  });

  it('lets one of several writers of a revision through', async () => {
    await store.put(key, item);
    const puts = [1, 2, 3].map((limitRev) => store.put(key, { ...item, rev: 2, limitRev }));
    expect((await Promise.all(puts)).filter(Boolean)).toHaveLength(1);
  });

  it('keeps tenants, accounts, meters and cycles apart', async () => {
    await store.put(key, item);
    expect(await read({ ...key, tenantId: 'T002' })).toBeUndefined();
    expect(await read({ ...key, accountId: 'acct' })).toBeUndefined();
    expect(await read({ ...key, meter: 'byte' })).toBeUndefined();
    expect(await read({ ...key, start: key.start + 24 })).toBeUndefined();
  });

  it('counts an item past its expiry as gone', async () => {
    await store.put(key, item);
    now += hourMs;
    expect(await read()).toBeUndefined();
  });
}
