import { describe, expect, it } from 'vitest';
import { newAccount, reviseAccount } from '../../../domain/limits/account-state.ts';
import { effectiveLimits, isPassed, limitState } from '../../../domain/limits/effective-limits.ts';
import {
  accountWritesMax,
  configRevisionsMax,
  limitRevision,
} from '../../../domain/limits/limit-revision.ts';
import { reviseConfig } from '../../../domain/tenancy/revise-config.ts';
import {
  emptyConfig,
  type Limit,
  type Plan,
  settingsOf,
  type TenantConfig,
} from '../../../domain/tenancy/tenant-config.ts';

const limit = (perCycle: number, changes: Partial<Limit> = {}): Limit => ({
  meter: 'bytes',
  perCycle,
  onReached: 'suspend',
  nearPercent: [80],
  ...changes,
});
const plan = (name: string, limits: Limit[], isDefault = false): Plan => ({
  name,
  default: isDefault,
  limits,
});
const meter = (name: string) =>
  ({ name, eventType: 'use', aggregation: 'sum', field: name, scale: 1 }) as const;

function revise(previous: TenantConfig, plans: Plan[], meters = ['bytes', 'calls']): TenantConfig {
  const settings = { ...settingsOf(previous), meters: meters.map(meter), plans };
  const revised = reviseConfig(previous, settings, 0);
  if (!revised.ok) throw new Error(JSON.stringify(revised.faults));
  return revised.config;
}

const account = newAccount('T001', 'acct-1');
const revisionOf = (config: TenantConfig, of = account) => effectiveLimits(config, of)[0]?.revision;

describe('effective limits', () => {
  const config = revise(emptyConfig, [
    plan('basic', [limit(10), limit(5, { meter: 'calls' })], true),
    plan('plus', [limit(20.5)]),
  ]);

  it('are those of the default plan, of the account’s plan, and above them its own', () => {
    const quantities = (of = account) =>
      effectiveLimits(config, of).map(({ meter: { name }, quantity }) => [name, quantity]);
    expect(quantities()).toEqual([
      ['bytes', 100n],
      ['calls', 50n],
    ]);
    const plus = reviseAccount(account, { plan: 'plus' });
    expect(quantities(plus)).toEqual([['bytes', 205n]]);
    expect(quantities(reviseAccount(plus, { limits: [limit(7, { meter: 'calls' })] }))).toEqual([
      ['bytes', 205n],
      ['calls', 70n],
    ]);
    expect(quantities(reviseAccount(account, { plan: 'gone' }))).toEqual([]);
  });

  it('are none for a meter that is not in force', () => {
    const retired = revise(config, [], ['calls']);
    expect(effectiveLimits(retired, reviseAccount(account, { limits: [limit(1)] }))).toEqual([]);
  });

  it('are near at the first threshold and reached at all of it', () => {
    const [bytes] = effectiveLimits(config, account);
    if (!bytes) return expect.unreachable();
    expect([79n, 80n, 99n, 100n, 2n ** 70n].map((used) => limitState(used, bytes))).toEqual([
      'within',
      'near',
      'near',
      'reached',
      'reached',
    ]);
    expect(isPassed(33n, { quantity: 100n }, 33)).toBe(true);
  });

  it('tell 100 % once, whatever the configuration says of it, and thresholds in order', () => {
    const odd = revise(config, [plan('basic', [limit(10, { nearPercent: [100, 90, 50] })], true)]);
    expect(effectiveLimits(odd, account)[0]?.thresholds).toEqual([50, 90, 100]);
  });
});

describe('the revision of a limit', () => {
  const first = revise(emptyConfig, [plan('basic', [limit(10)], true), plan('plus', [limit(20)])]);

  it('stays when something else changes', () => {
    const other = revise(first, [
      plan('basic', [limit(10, { nearPercent: [50] }), limit(3, { meter: 'calls' })], true),
      plan('plus', [limit(21)]),
    ]);
    expect(revisionOf(other)).toBe(revisionOf(first));
    expect(revisionOf(other, reviseAccount(account, { limits: [limit(1, { meter: 'calls' })] }))).toBe(
      revisionOf(first),
    );
  });

  it.each([
    { what: 'its value', plans: [plan('basic', [limit(11)], true), plan('plus', [limit(20)])] },
    {
      what: 'what happens when it is reached',
      plans: [plan('basic', [limit(10, { onReached: 'notify' })], true), plan('plus', [limit(20)])],
    },
    {
      what: 'which plan is the default',
      plans: [plan('basic', [limit(10)]), plan('plus', [limit(20)], true)],
    },
  ])('changes with $what, and is another when that is taken back', ({ plans }) => {
    const changed = revise(first, plans);
    const back = revise(changed, first.plans);
    const revisions = [first, changed, back].map((config) => revisionOf(config));
    expect(revisions).toEqual([...new Set(revisions)].sort((a = 0, b = 0) => a - b));
    expect(revisions).not.toContain(undefined);
  });

  it('grows with every change of the account and is never one that it was', () => {
    const changes = [
      { plan: 'plus' },
      { limits: [limit(5)] },
      { limits: [] },
      { plan: 'basic' },
      { limits: [limit(5)] },
      { limits: [limit(5, { meter: 'calls' })] },
      { plan: 'plus' },
      { limits: [] },
    ];
    const seen: number[] = [revisionOf(first) ?? -1];
    let present = account;
    for (const change of changes) {
      const values = () => JSON.stringify(effectiveLimits(first, present)[0]?.quantity.toString());
      const before = values();
      present = reviseAccount(present, change);
      const revision = revisionOf(first, present) ?? -1;
      if (values() !== before) expect(revision).toBeGreaterThan(Math.max(...seen));
      else expect(revision).toBeGreaterThanOrEqual(Math.max(...seen));
      seen.push(revision);
    }
  });

  it('is another once a meter that was left out is back, for an own limit too', () => {
    const own = reviseAccount(account, { limits: [limit(5)] });
    const without = revise(first, [], ['calls']);
    const back = revise(without, [], ['bytes', 'calls']);
    expect(revisionOf(back, own)).toBeGreaterThan(revisionOf(first, own) ?? 0);
  });

  it('is exact up to its bounds and refuses what is beyond them', () => {
    expect(Number.isSafeInteger(limitRevision(accountWritesMax, configRevisionsMax))).toBe(true);
    expect(() => limitRevision(accountWritesMax + 1, 0)).toThrow();
    expect(() => limitRevision(0, configRevisionsMax + 1)).toThrow();
    const last = { ...first, revision: configRevisionsMax };
    const refused = reviseConfig(last, { ...settingsOf(last), plans: [] }, 0);
    expect(refused.ok).toBe(false);
  });
});

describe('an account that is revised', () => {
  it('is the very same where nothing changes', () => {
    const set = reviseAccount(account, { plan: 'plus', limits: [limit(1)] });
    expect(reviseAccount(set, {})).toBe(set);
    expect(reviseAccount(set, { plan: 'plus', limits: [limit(1)] })).toBe(set);
  });

  it('forgets removals that its plan is newer than', () => {
    const own = reviseAccount(account, { limits: [limit(1)] });
    const removed = reviseAccount(own, { limits: [] });
    expect(removed.limitWrites).toEqual({ bytes: 2 });
    expect(reviseAccount(removed, { plan: 'plus' }).limitWrites).toEqual({});
  });
});
