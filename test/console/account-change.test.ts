import { describe, expect, it } from 'vitest';
import type { Account, TenantConfig } from '../../console/api/answers.ts';
import { amountUnits } from '../../console/format/amount.ts';
import { type AccountDraft, changeOf, draftOf } from '../../console/views/account-change.ts';

const config: TenantConfig = {
  meters: [
    { name: 'bytes', eventType: 'vpn.usage', aggregation: 'sum', unit: 'By', scale: 0 },
    { name: 'orders', eventType: 'shop.order', aggregation: 'count' },
  ],
  plans: [
    {
      name: 'free',
      default: true,
      limits: [{ meter: 'bytes', perCycle: 50e9, onReached: 'notify', nearPercent: [70] }],
    },
    { name: 'premium', limits: [] },
  ],
};
const own = { meter: 'bytes', perCycle: 2 ** 30, onReached: 'suspend' as const, nearPercent: [80] };
const account = (given: Partial<Account> = {}): Account => ({
  accountId: 'a',
  plan: 'free',
  status: 'active',
  cycle: { start: '2026-11-01T00:00:00Z', end: '2026-12-01T00:00:00Z' },
  meters: [],
  ...given,
});
const withBytes = (draft: AccountDraft, given: Partial<AccountDraft['limits'][number]>): AccountDraft => ({
  ...draft,
  limits: draft.limits.map((limit) => (limit.meter === 'bytes' ? { ...limit, ...given } : limit)),
});

describe('a change of an account', () => {
  it('is nothing as long as nothing is changed', () => {
    for (const each of [account(), account({ limits: [own] })]) {
      expect(changeOf(draftOf(each, config), each, config)).toEqual({ body: {}, words: [] });
    }
  });

  it('of the plan says what becomes of the limit', () => {
    const draft = { ...draftOf(account(), config), plan: 'premium' };
    expect(changeOf(draft, account(), config)).toEqual({
      body: { plan: 'premium' },
      words: ['Plan: free → premium', 'bytes: 46.57 GiB a cycle, tell only → no limit'],
    });
  });

  it('to an own limit keeps what the plan said of it', () => {
    const unit = amountUnits('By').find(({ name }) => name === 'GiB') ?? { name: 'B', factor: 1 };
    const draft = withBytes(draftOf(account(), config), { isOwn: true, text: '1.5', unit });
    expect(changeOf(draft, account(), config)).toEqual({
      body: { limits: [{ meter: 'bytes', perCycle: 1.5 * 2 ** 30, onReached: 'notify', nearPercent: [70] }] },
      words: ['bytes: 46.57 GiB → 1.5 GiB a cycle, tell only'],
    });
  });

  it('back to the plan removes the own limit, and leaves those of other meters', () => {
    const retired = { ...own, meter: 'retired' };
    const before = account({ limits: [own, retired] });
    const draft = withBytes(draftOf(before, config), { isOwn: false });
    expect(changeOf(draft, before, config)).toMatchObject({ body: { limits: [retired] } });
  });

  it('names the meter whose amount is wrong', () => {
    const draft = withBytes(draftOf(account(), config), { isOwn: true, text: 'much' });
    expect(changeOf(draft, account(), config)).toEqual({
      faults: { bytes: expect.stringContaining('number') },
    });
  });
});
