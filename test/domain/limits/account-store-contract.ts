import { beforeEach, expect, it } from 'vitest';
import { type AccountState, newAccount } from '../../../domain/limits/account-state.ts';
import type { AccountStore } from '../../../domain/limits/account-store.ts';

const full: AccountState = {
  ...newAccount('T001', 'acct#42'),
  rev: 1,
  writes: 3,
  plan: 'plus',
  planWrite: 2,
  limits: [{ meter: 'bytes', perCycle: 12.5, onReached: 'suspend', nearPercent: [80, 95] }],
  limitWrites: { bytes: 3, __proto__x: 1 },
  suspensions: { bytes: { suspendedAt: 10, until: 20, limitRev: 2 ** 40 } },
  untold: [
    {
      kind: 'account.suspended',
      meter: 'bytes',
      at: 10,
      until: 20,
      used: 2n ** 60n,
      limit: 125n,
      cycle: { start: 0, end: 20 },
      limitRev: 7,
    },
    { kind: 'account.resumed', meter: 'bytes', at: 11, reason: 'limit_raised', until: 20, limitRev: 7 },
  ],
};

/** What AccountStore promises, for whichever adapter `create` makes. */
export function accountStoreContract(create: () => Promise<AccountStore>): void {
  let store: AccountStore;
  beforeEach(async () => {
    store = await create();
  });

  it('gives back an account as it was put', async () => {
    expect(await store.find('T001', 'acct#42')).toBeUndefined();
    expect(await store.put(full)).toBe(true);
    expect(await store.find('T001', 'acct#42')).toEqual(full);
  });

  it('answers accounts in the order of their ids, with gaps where there is none', async () => {
    const others = Array.from({ length: 120 }, (_, index) => ({
      ...newAccount('T001', `a${index}`),
      rev: 1,
    }));
    for (const account of others) await store.put(account);
    const ids = others.map(({ accountId }) => accountId).toReversed();
    const found = await store.findAll('T001', ['none', ...ids]);
    expect(found.map((account) => account?.accountId)).toEqual([undefined, ...ids]);
  });

  it('replaces an account only by its next revision', async () => {
    await store.put(full);
    expect(await store.put(full)).toBe(false);
    expect(await store.put({ ...full, rev: 3 })).toBe(false);
    expect(await store.put({ ...newAccount('T001', 'other'), rev: 2 })).toBe(false);
    expect(await store.put({ ...full, rev: 2, untold: [] })).toBe(true);
    expect(await store.find('T001', 'acct#42')).toMatchObject({ rev: 2, untold: [] });
  });

  it('lets one of several writers of a revision through', async () => {
    await store.put(full);
    const puts = ['a', 'b', 'c'].map((plan) => store.put({ ...full, rev: 2, plan }));
    expect((await Promise.all(puts)).filter(Boolean)).toHaveLength(1);
  });

  it('keeps tenants and accounts apart', async () => {
    await store.put(full);
    expect(await store.find('T002', 'acct#42')).toBeUndefined();
    expect(await store.find('T001', 'acct')).toBeUndefined();
  });

  it('knows which tenants may have own limits', async () => {
    expect(await store.hasOwnLimits('T001')).toBe(false);
    await store.noteOwnLimits('T001');
    await store.noteOwnLimits('T001');
    expect(await store.hasOwnLimits('T001')).toBe(true);
    expect(await store.hasOwnLimits('T002')).toBe(false);
  });
}
