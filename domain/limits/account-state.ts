import type { Limit } from '../tenancy/tenant-config.ts';
import type { AccountNotice } from './account-notice.ts';
import type { LimitRevision } from './limit-revision.ts';

/** An account is suspended of a meter while now is before `until`: nobody has to end it. */
export interface Suspension {
  /** From when on its events are refused, epoch milliseconds. */
  suspendedAt: number;
  /** The cycle's end, epoch milliseconds. */
  until: number;
  /** Of the limit that was reached. */
  limitRev: LimitRevision;
}

/** What is stored of an account beside its usage. */
export interface AccountState {
  tenantId: string;
  accountId: string;
  /** 0 where nothing is stored; one more with every put, which is conditional on it. */
  rev: number;
  /** One more with every write that changed the plan or an own limit. */
  writes: number;
  /** Absent: the tenant's default plan. */
  plan?: string;
  /** The write that last changed the plan, 0 for none. */
  planWrite: number;
  /** Its own limits, which stand above the plan's of the same meter. */
  limits: Limit[];
  /** Meter -> the write that last changed its own limit in value, its removal too. */
  limitWrites: Record<string, number>;
  /** By meter. One whose `until` has passed suspends no more; it stands until its end is told. */
  suspensions: Record<string, Suspension>;
  /** What is to be told, oldest first; it leaves the list once it is. */
  untold: AccountNotice[];
}

/** An account of which nothing is stored. */
export const newAccount = (tenantId: string, accountId: string): AccountState => ({
  tenantId,
  accountId,
  rev: 0,
  writes: 0,
  planWrite: 0,
  limits: [],
  limitWrites: {},
  suspensions: {},
  untold: [],
});

/** Of the suspensions in force the one that lasts longest, with its meter; undefined for an active account. */
export function suspensionAt(
  { suspensions }: Pick<AccountState, 'suspensions'>,
  now: number,
): (Suspension & { meter: string }) | undefined {
  let longest: (Suspension & { meter: string }) | undefined;
  for (const [meter, suspension] of Object.entries(suspensions)) {
    if (now < suspension.until && suspension.until > (longest?.until ?? 0))
      longest = { meter, ...suspension };
  }
  return longest;
}

/** Is an event that feeds this meter, of this time, refused? What was used before the suspension still counts. */
export function isRefused(
  { suspensions }: Pick<AccountState, 'suspensions'>,
  meter: string,
  occurredAt: number,
  now: number,
): boolean {
  const suspension = Object.hasOwn(suspensions, meter) ? suspensions[meter] : undefined;
  return suspension !== undefined && now < suspension.until && occurredAt >= suspension.suspendedAt;
}

/** What a back office sets: an absent member stays as it is, `limits` replaces all of its own. */
export interface AccountChange {
  plan?: string;
  limits?: Limit[];
}

/** The account with the change; the very same one where it changes nothing. Its `rev` is that of what was read. */
export function reviseAccount(account: AccountState, change: AccountChange): AccountState {
  const isPlanNew = change.plan !== undefined && change.plan !== account.plan;
  const limits = change.limits ?? account.limits;
  const meters = changedMeters(account.limits, limits);
  const isSame = JSON.stringify(limits) === JSON.stringify(account.limits);
  if (!isPlanNew && isSame) return account;
  const writes = account.writes + 1;
  const planWrite = isPlanNew ? writes : account.planWrite;
  const limitWrites = {
    ...account.limitWrites,
    ...Object.fromEntries(meters.map((meter) => [meter, writes])),
  };
  return {
    ...account,
    ...(isPlanNew && { plan: change.plan as string }),
    writes,
    planWrite,
    limits,
    // A removal that is older than the plan says nothing more.
    limitWrites: Object.fromEntries(
      Object.entries(limitWrites).filter(
        ([meter, write]) => write > planWrite || limits.some((limit) => limit.meter === meter),
      ),
    ),
  };
}

/** Meters whose own limit was set, removed or changed in value. */
function changedMeters(before: readonly Limit[], after: readonly Limit[]): string[] {
  const value = (limits: readonly Limit[], meter: string) => {
    const limit = limits.find((one) => one.meter === meter);
    return limit && `${limit.perCycle} ${limit.onReached}`;
  };
  const meters = new Set([...before, ...after].map(({ meter }) => meter));
  return [...meters].filter((meter) => value(before, meter) !== value(after, meter));
}
