import { beforeEach, expect, it } from 'vitest';
import type { SuspendedAccount, SuspendedAccounts } from '../../../domain/limits/suspended-accounts.ts';
import { streamPartition } from '../../../domain/metering/intake/stream-partition.ts';

const until = Date.parse('2026-12-01T00:00:00Z');
const later = Date.parse('2027-01-01T00:00:00Z');
const account: SuspendedAccount = { accountId: 'acct#42', until, rev: 5 };

/** What SuspendedAccounts promise, for whichever adapter `create` makes. */
export function suspendedAccountsContract(create: () => Promise<SuspendedAccounts>): void {
  let suspended: SuspendedAccounts;
  beforeEach(async () => {
    suspended = await create();
  });
  const hinted = async (tenantId = 'T001') =>
    (await suspended.read(tenantId, streamPartition(account.accountId))).accounts.get(account.accountId);
  const ended = async (now: number, tenantId = 'T001') => {
    const found: SuspendedAccount[] = [];
    for await (const one of suspended.ended(tenantId, now)) found.push(one);
    return found;
  };

  it('hints at an account in its partition alone, and of its tenant alone', async () => {
    await suspended.add('T001', account);
    expect(await hinted()).toEqual(account);
    expect(await hinted('T002')).toBeUndefined();
    const other = (streamPartition(account.accountId) + 1) % 64;
    expect(await suspended.read('T001', other)).toEqual({ accounts: new Map(), isWhole: true });
  });

  it('gives out the ends that have passed, oldest first', async () => {
    const early = { accountId: 'b', until: until - 86_400_000, rev: 1 };
    await suspended.add('T001', account);
    await suspended.add('T001', early);
    await suspended.add('T001', { accountId: 'c', until: later, rev: 1 });
    expect(await ended(until - 86_400_001)).toEqual([]);
    expect(await ended(until - 1)).toEqual([early]);
    expect(await ended(until)).toEqual([early, account]);
    expect(await ended(until + 1_800_000)).toEqual([early, account]);
    expect(await ended(until, 'T002')).toEqual([]);
  });

  it('gives out however many there are', async () => {
    const all = Array.from({ length: 60 }, (_, index) => ({ accountId: `a${index}`, until, rev: 1 }));
    for (const one of all) await suspended.add('T001', one);
    expect(await ended(until)).toHaveLength(60);
  });

  it('forgets an account whose end is told', async () => {
    await suspended.add('T001', account);
    await suspended.remove('T001', { ...account, rev: 6 });
    await suspended.remove('T001', { ...account, rev: 6 });
    expect(await hinted()).toBeUndefined();
    expect(await ended(until)).toEqual([]);
  });

  it('keeps what was added at a later revision than is removed', async () => {
    await suspended.add('T001', account);
    await suspended.add('T001', { ...account, rev: 8 });
    await suspended.remove('T001', { ...account, rev: 7 });
    expect(await hinted()).toEqual({ ...account, rev: 8 });
    expect(await ended(until)).toEqual([{ ...account, rev: 8 }]);
    await suspended.add('T001', account);
    expect(await hinted()).toEqual({ ...account, rev: 8 });
  });

  it('keeps a suspension that lasts longer than the one that ended', async () => {
    await suspended.add('T001', account);
    await suspended.add('T001', { ...account, until: later, rev: 7 });
    await suspended.remove('T001', { ...account, rev: 7 });
    expect(await hinted()).toEqual({ ...account, until: later, rev: 7 });
    expect(await ended(until)).toEqual([]);
    expect(await ended(later)).toHaveLength(1);
  });
}
