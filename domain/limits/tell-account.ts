import type { Announcement } from '../notification/notification.ts';
import { allMeters, type Meter, type TenantConfig } from '../tenancy/tenant-config.ts';
import { type AccountNotice, noticeKey } from './account-notice.ts';
import type { AccountState } from './account-state.ts';
import type { AccountStore } from './account-store.ts';
import { keyOf } from './advance-cycle.ts';
import { spanOf } from './cycle-calendar.ts';
import type { CycleStore } from './cycle-store.ts';
import { isPassed } from './effective-limits.ts';
import type { LimitMessage } from './limit-queue.ts';
import type { LookedAtCycle, SettledAccount } from './settle-account.ts';
import type { SuspendedAccounts } from './suspended-accounts.ts';

export interface TellAccountPorts {
  accounts: Pick<AccountStore, 'find' | 'put'>;
  cycles: CycleStore;
  suspended: Pick<SuspendedAccounts, 'remove'>;
  tell: (announcement: Announcement, zones: TenantConfig['zones'], now: number) => Promise<void>;
  pause: (tries: number) => Promise<void>;
}

/** Is anything of it to be told still? */
export const isToBeTold = ({ account, standings, pastCycles }: SettledAccount): boolean =>
  account.untold.length > 0 ||
  [...standings, ...pastCycles].some((looked) => untoldPercents(looked).length > 0);

/** What has what is to be told of a settled account told. */
export const lookAfter = ({ account, config }: SettledAccount, now: number): LimitMessage => ({
  kind: 'look',
  tenantId: account.tenantId,
  accountId: account.accountId,
  cause: `changed ${account.rev} ${config.revision} ${now}`,
});

/**
 * Tells what is not marked as told of a settled account, marks it, and answers how much that was. After a death
 * in between it is told again with the same ids.
 */
export function tellAccount(ports: TellAccountPorts, { triesMax }: { triesMax: number }) {
  return async (settled: SettledAccount, now: number, endedAt: readonly number[] = []): Promise<number> => {
    const { account, config } = settled;
    let told = 0;
    for (const looked of [...settled.standings, ...settled.pastCycles]) {
      const percents = untoldPercents(looked);
      for (const percent of percents) await ports.tell(passed(looked, percent, now), config.zones, now);
      if (percents.length > 0) await markTold(ports, triesMax, looked, percents);
      told += percents.length;
    }
    for (const notice of account.untold) {
      const meter = allMeters(config).find(({ name }) => name === notice.meter);
      if (meter) await ports.tell(announcementOf(account, meter, notice), config.zones, now);
      told += 1;
    }
    for (const until of endsToForget(account, endedAt)) {
      const { tenantId, accountId } = account;
      // Before its end somebody may be about to suspend the account anew; after it nobody can until then.
      const rev = until <= now ? Number.MAX_SAFE_INTEGER : account.rev;
      await ports.suspended.remove(tenantId, { accountId, until, rev });
    }
    if (account.untold.length > 0) await forgetNotices(ports, triesMax, account);
    return told;
  };
}

export type TellAccount = ReturnType<typeof tellAccount>;

function untoldPercents({ limit, item, used }: LookedAtCycle): number[] {
  if (!item) return [];
  return limit.thresholds.filter((percent) => !item.told.includes(percent) && isPassed(used, limit, percent));
}

function passed(
  { cycle, limit, calendar, used }: LookedAtCycle,
  threshold: number,
  at: number,
): Announcement {
  const { tenantId, accountId } = cycle;
  const span = spanOf(calendar);
  const kind = threshold === 100 ? 'limit.reached' : 'limit.near';
  const id = idOf(kind, tenantId, accountId, limit.meter.name, span.start, threshold, limit.revision);
  const { meter, quantity, revision: limitRev } = limit;
  return {
    topic: 'accounts',
    notification: {
      id,
      kind,
      tenantId,
      at,
      accountId,
      meter,
      threshold,
      used,
      limit: quantity,
      cycle: span,
      limitRev,
    },
  };
}

function announcementOf(account: AccountState, meter: Meter, notice: AccountNotice): Announcement {
  const { tenantId, accountId } = account;
  const id = idOf(notice.kind, tenantId, accountId, meter.name, notice.until, notice.limitRev);
  return { topic: 'accounts', notification: { ...notice, id, tenantId, accountId, meter } };
}

/** Parts are separated so that no two lists of them read alike, whatever an account is called. */
const idOf = (...parts: (string | number)[]): string => parts.map(encodeURIComponent).join(':');

/** Suspensions that are over and told: when each would have ended. */
function endsToForget(account: AccountState, endedAt: readonly number[]): Set<number> {
  const ends = account.untold.filter(({ kind }) => kind === 'account.resumed').map(({ until }) => until);
  const standing = new Set(Object.values(account.suspensions).map(({ until }) => until));
  return new Set([...ends, ...endedAt].filter((until) => !standing.has(until)));
}

async function markTold(
  { cycles, pause }: TellAccountPorts,
  triesMax: number,
  { cycle, item: looked }: LookedAtCycle,
  percents: readonly number[],
): Promise<void> {
  let item = looked;
  for (let tries = 1; tries <= triesMax; tries++) {
    // Marks are of the limit that they were told for: a later one begins without.
    if (!item || item.limitRev !== cycle.limit.revision) return;
    const told = [...new Set([...item.told, ...percents])];
    const sent = [...new Set([...item.sent, ...percents])];
    if (await cycles.put(keyOf(cycle), { ...item, rev: item.rev + 1, told, sent })) return;
    await pause(tries);
    [item] = await cycles.read([keyOf(cycle)], 'consistent');
  }
  throw new Error(`Others still changed the cycle after ${triesMax} tries.`);
}

async function forgetNotices(
  { accounts, pause }: TellAccountPorts,
  triesMax: number,
  told: AccountState,
): Promise<void> {
  const keys = new Set(told.untold.map(noticeKey));
  let account: AccountState | undefined = told;
  for (let tries = 1; tries <= triesMax; tries++) {
    if (!account?.untold.some((notice) => keys.has(noticeKey(notice)))) return;
    const untold = account.untold.filter((notice) => !keys.has(noticeKey(notice)));
    if (await accounts.put({ ...account, rev: account.rev + 1, untold })) return;
    await pause(tries);
    account = await accounts.find(told.tenantId, told.accountId);
  }
  throw new Error(`Others still changed the account after ${triesMax} tries.`);
}
