import { beforeEach, describe, expect, it, vi } from 'vitest';
import { type AccountState, newAccount } from '../../domain/limits/account-state.ts';
import { memoryAccountStore } from '../../domain/limits/memory-account-store.ts';
import { memorySuspendedAccounts } from '../../domain/limits/memory-suspended-accounts.ts';
import { emptyConfig, type TenantConfig } from '../../domain/tenancy/tenant-config.ts';
import {
  currentSuspensions,
  type SuspensionPorts,
  suspensionTtlMs,
} from '../../infra/limits/current-suspensions.ts';

const start = Date.parse('2026-11-21T10:00:00Z');
const until = Date.parse('2026-12-01T00:00:00Z');
const limit = { meter: 'bytes', perCycle: 5, onReached: 'suspend' as const, nearPercent: [80] };
const limited: TenantConfig = {
  ...emptyConfig,
  plans: [{ name: 'basic', default: true, limits: [limit] }],
};

let now: number;
let accounts: ReturnType<typeof memoryAccountStore>;
let hints: ReturnType<typeof memorySuspendedAccounts>;
let reads: { hints: number; accounts: string[][]; ownLimits: number };
let warnings: string[];

beforeEach(() => {
  now = start;
  accounts = memoryAccountStore();
  hints = memorySuspendedAccounts();
  reads = { hints: 0, accounts: [], ownLimits: 0 };
  warnings = [];
});

const ports = (change: Partial<SuspensionPorts> = {}): SuspensionPorts => ({
  accounts: {
    findAll: (tenantId, ids) => {
      reads.accounts.push([...ids]);
      return accounts.findAll(tenantId, ids);
    },
  },
  hasOwnLimits: (tenantId) => {
    reads.ownLimits += 1;
    return accounts.hasOwnLimits(tenantId);
  },
  suspended: {
    read: (tenantId, partition) => {
      reads.hints += 1;
      return hints.read(tenantId, partition);
    },
  },
  clock: () => now,
  logger: { warn: (...[message]) => void warnings.push(String(message)) },
  ...change,
});
const namesOf = async (found: Promise<Map<string, unknown>>) => [...(await found).keys()].sort();

async function put(accountId: string, suspensions: AccountState['suspensions'], hinted = true) {
  const stored = (await accounts.find('T001', accountId)) ?? newAccount('T001', accountId);
  const account = { ...stored, rev: stored.rev + 1, suspensions };
  if (hinted) await hints.add('T001', { accountId, until, rev: account.rev });
  await accounts.put(account);
}
const suspension = { bytes: { suspendedAt: start, until, limitRev: 1 } };

describe('who is suspended', () => {
  it('is whom the hint names and the account confirms', async () => {
    await put('suspended', suspension);
    await put('resumed', {});
    await put('unnamed', suspension, false);
    const { among } = currentSuspensions(ports());
    const asked = ['suspended', 'resumed', 'unnamed', 'nobody'];
    expect(await namesOf(among('T001', limited, asked))).toEqual(['suspended']);
    expect(await namesOf(among('T002', limited, asked))).toEqual([]);
    expect(reads.accounts).toEqual([expect.arrayContaining(['suspended', 'resumed'])]);
  });

  it('is asked of the accounts where the hint is not whole', async () => {
    await put('unnamed', suspension, false);
    const suspended = { read: async () => ({ accounts: new Map(), isWhole: false }) };
    const { among } = currentSuspensions(ports({ suspended }));
    expect(await namesOf(among('T001', limited, ['unnamed', 'other']))).toEqual(['unnamed']);
  });

  it('is read no more than once a second, and is no older', async () => {
    const { among } = currentSuspensions(ports());
    const ask = () => namesOf(among('T001', limited, ['a']));
    expect(await ask()).toEqual([]);
    await put('a', suspension);
    now += suspensionTtlMs - 1;
    expect(await ask()).toEqual([]);
    expect(reads.hints).toBe(1);
    now += 1;
    expect(await ask()).toEqual(['a']);
    await put('a', {});
    now += suspensionTtlMs - 1;
    expect(await ask()).toEqual(['a']);
    expect(reads.accounts).toHaveLength(1);
    now += 1;
    expect(await ask()).toEqual([]);
  });

  it('ends with the cycle, whatever is stored', async () => {
    await put('a', suspension);
    const { among } = currentSuspensions(ports());
    now = until - 1;
    expect(await namesOf(among('T001', limited, ['a']))).toEqual(['a']);
    now = until;
    expect(await namesOf(among('T001', limited, ['a']))).toEqual([]);
  });
});

describe('nothing is read', () => {
  const notified = { ...limit, onReached: 'notify' as const };
  it.each([
    ['nothing is limited', emptyConfig],
    ['limits only notify', { ...limited, plans: [{ name: 'a', default: true, limits: [notified] }] }],
    ['events of suspended accounts are taken', { ...limited, onSuspended: 'accept' as const }],
  ])('where %s', async (_, config) => {
    await put('a', suspension);
    expect(await namesOf(currentSuspensions(ports()).among('T001', config, ['a']))).toEqual([]);
    expect(reads).toMatchObject({ hints: 0, accounts: [] });
  });

  it('but of a tenant with limits of single accounts', async () => {
    await put('a', suspension);
    await accounts.noteOwnLimits('T001');
    expect(await namesOf(currentSuspensions(ports()).among('T001', emptyConfig, ['a']))).toEqual(['a']);
  });

  it('where nobody reports', async () => {
    await currentSuspensions(ports()).among('T001', limited, []);
    expect(reads.hints).toBe(0);
  });
});

describe('what cannot be read', () => {
  const broken = () => Promise.reject(new Error('throttled'));
  const hanging = () => new Promise<never>(() => {});

  it.each([
    ['hints', { suspended: { read: broken } }],
    ['accounts', { accounts: { findAll: broken } }],
  ])('suspends nobody: %s', async (_, change) => {
    await put('a', suspension);
    const { among } = currentSuspensions(ports(change));
    expect(await namesOf(among('T001', limited, ['a']))).toEqual([]);
    expect(warnings).toHaveLength(1);
    // It is not asked again and again by a busy process.
    await among('T001', limited, ['a']);
    expect(warnings).toHaveLength(1);
  });

  it('suspends nobody: own limits', async () => {
    await put('a', suspension);
    const { among } = currentSuspensions(ports({ hasOwnLimits: broken }));
    expect(await namesOf(among('T001', emptyConfig, ['a']))).toEqual([]);
    expect(warnings).toHaveLength(1);
  });

  it('holds a post up for no more than its time', async () => {
    vi.useFakeTimers();
    try {
      await put('a', suspension);
      const asked = currentSuspensions(ports({ suspended: { read: hanging } })).among('T001', limited, ['a']);
      await vi.advanceTimersByTimeAsync(1_000);
      expect(await namesOf(asked)).toEqual([]);
      expect(warnings).toHaveLength(1);
    } finally {
      vi.useRealTimers();
    }
  });
});
