import { beforeEach, expect, it } from 'vitest';
import type { Notable, NotableAccounts } from '../../../domain/limits/notable-accounts.ts';

const now = 1_000_000;
const near: Notable = { state: 'near', isSuspended: false, until: now + 1 };
const reached: Notable = { state: 'reached', isSuspended: false, until: now + 1 };
const suspended: Notable = { state: 'reached', isSuspended: true, until: now + 1 };

/** What NotableAccounts promises, for whichever adapter `create` makes. */
export function notableAccountsContract(create: () => Promise<NotableAccounts>): void {
  let notable: NotableAccounts;
  beforeEach(async () => {
    notable = await create();
  });
  type Asked = Partial<Parameters<NotableAccounts['list']>[1]>;
  const list = (asked: Asked = {}, tenantId = 'T001') =>
    notable.list(tenantId, { limit: 10, state: 'near', now, ...asked });

  it('lists accounts by how they stand, and counts them', async () => {
    await notable.note('T001', 'a', near);
    await notable.note('T001', 'b', reached);
    await notable.note('T001', 'c', suspended);
    expect(await list()).toEqual(['a']);
    expect(await list({ state: 'reached' })).toEqual(['b', 'c']);
    expect(await list({ state: 'suspended' })).toEqual(['c']);
    expect(await notable.count('T001', now)).toEqual({ near: 1, suspended: 1 });
    expect(await list({ state: 'reached' }, 'T002')).toEqual([]);
    expect(await notable.count('T002', now)).toEqual({ near: 0, suspended: 0 });
  });

  it('replaces and forgets', async () => {
    await notable.note('T001', 'a', near);
    await notable.note('T001', 'a', near);
    await notable.note('T001', 'a', suspended);
    expect(await list()).toEqual([]);
    expect(await list({ state: 'suspended' })).toEqual(['a']);
    await notable.note('T001', 'a', undefined);
    await notable.note('T001', 'a', undefined);
    expect(await list({ state: 'suspended' })).toEqual([]);
  });

  it('leaves out whose cycle is over', async () => {
    await notable.note('T001', 'a', suspended);
    expect(await list({ state: 'suspended', now: now + 1 })).toEqual([]);
    expect(await notable.count('T001', now + 1)).toEqual({ near: 0, suspended: 0 });
  });

  it('lists a page at a time, in order of the bytes of the ids', async () => {
    const ids = ['A', 'a', 'a#1', 'a/2', 'ab', 'b', 'é', '\uffee', '😀'];
    for (const id of ids.toReversed()) await notable.note('T001', id, near);
    expect(await list()).toEqual(ids);
    expect(await list({ limit: 3 })).toEqual(ids.slice(0, 3));
    expect(await list({ limit: 3, after: 'a#1' })).toEqual(ids.slice(3, 6));
    expect(await list({ prefix: 'a' })).toEqual(ids.slice(1, 5));
    expect(await list({ prefix: 'a', after: 'a#1' })).toEqual(ids.slice(3, 5));
    expect(await list({ prefix: 'a', after: 'A' })).toEqual(ids.slice(1, 5));
    expect(await list({ after: '😀' })).toEqual([]);
  });
}
