import { describe, expect, it } from 'vitest';
import { type AccountState, newAccount, reviseAccount } from '../../../domain/limits/account-state.ts';
import { effectiveLimits } from '../../../domain/limits/effective-limits.ts';
import { erasedAccount } from '../../../domain/limits/erased-account.ts';
import { accountWritesMax } from '../../../domain/limits/limit-revision.ts';
import { emptyConfig, type Limit, type TenantConfig } from '../../../domain/tenancy/tenant-config.ts';

const limit: Limit = { meter: 'bytes', perCycle: 100, onReached: 'suspend', nearPercent: [80] };
const config: TenantConfig = {
  ...emptyConfig,
  revision: 5,
  meters: [{ name: 'bytes', eventType: 'vpn.usage', aggregation: 'sum', field: 'bytes', scale: 0 }],
  plans: [{ name: 'basic', default: true, limits: [limit] }],
  limitRevisions: { meters: { bytes: 5 }, plans: { basic: { bytes: 5 } }, default: { bytes: 5 } },
};
const stored = (account: AccountState): AccountState => ({ ...account, rev: account.rev + 1 });
const revisionOf = (account: AccountState) => effectiveLimits(config, account)[0]?.revision;

describe('erasedAccount', () => {
  it('keeps the counters and nothing else', () => {
    const account: AccountState = {
      ...stored(reviseAccount(newAccount('T001', 'a'), { plan: 'basic', limits: [limit] })),
      suspensions: { bytes: { suspendedAt: 1, until: 2, limitRev: 3 } },
    };
    expect(erasedAccount(account)).toEqual({
      ...newAccount('T001', 'a'),
      rev: account.rev + 1,
      writes: 2,
      planWrite: 2,
    });
  });

  it('changes nothing the second time', () => {
    const erased = erasedAccount(newAccount('T001', 'a'));
    expect(erasedAccount(erased)).toBe(erased);
  });

  it('never lets a limit revision recur, whatever is set before and after', () => {
    const seen: (number | undefined)[] = [];
    let account = newAccount('T001', 'a');
    for (let round = 0; round < 4; round += 1) {
      seen.push(revisionOf(account));
      account = stored(reviseAccount(account, { limits: [{ ...limit, perCycle: 200 }] }));
      seen.push(revisionOf(account));
      account = stored(reviseAccount(account, { plan: `basic${round}` }));
      account = erasedAccount(account);
    }
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen).toEqual(seen.toSorted((one, other) => Number(one) - Number(other)));
  });

  it('stays within the bound of writes', () => {
    const account = { ...newAccount('T001', 'a'), writes: accountWritesMax, plan: 'basic' };
    expect(erasedAccount(account).writes).toBe(accountWritesMax);
  });
});
