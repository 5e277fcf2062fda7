import { eachAtOnce } from '../metering/at-once.ts';
import type { UsageReadBounds } from '../metering/days/day-usage.ts';
import type { RecordUsage, TouchedWindow } from '../metering/windows/record-usage.ts';
import type { TenantConfig } from '../tenancy/tenant-config.ts';
import type { AccountStore } from './account-store.ts';
import { advanceCycle, isAhead, keyOf } from './advance-cycle.ts';
import type { CycleItem } from './cycle-item.ts';
import type { CycleStore } from './cycle-store.ts';
import { type EffectiveLimit, hasPlanLimits, isPassed } from './effective-limits.ts';
import { cycleTotal } from './fold-cycle.ts';
import type { LimitQueue } from './limit-queue.ts';
import type { PresentConfig } from './present-config.ts';
import type { CycleUsagePorts } from './sum-cycle.ts';
import { type Check, checksOf, groupByAccount, type TouchedAccount } from './touched-accounts.ts';

export interface CheckLimitsPorts extends CycleUsagePorts {
  configs: PresentConfig;
  accounts: Pick<AccountStore, 'find' | 'findAll' | 'hasOwnLimits'>;
  cycles: CycleStore;
  queue: LimitQueue;
  /** Waits a little, longer and at random with every try, before an item is read again. */
  pause: (tries: number) => Promise<void>;
}

export interface CheckLimitsBounds extends UsageReadBounds {
  tenantsAtOnce: number;
  /** Accounts read by one call, and checked at once. */
  accountsPerRead: number;
  accountsAtOnce: number;
  /** A cycle that others keep changing is given up after so many tries, for the batch to be sent again. */
  triesMax: number;
}

export const checkLimitsBounds = {
  tenantsAtOnce: 4,
  accountsPerRead: 100,
  accountsAtOnce: 16,
  triesMax: 8,
};

/**
 * Records a batch, then holds every window that it touched, changed or not, against its account's limit: a batch
 * that died half way sees only duplicates when it comes again. A window whose limit could not be checked has
 * failed like one that could not be counted, so that its records come again.
 */
export const recordWithinLimits =
  (recordUsage: RecordUsage, checkLimits: CheckLimits): RecordUsage =>
  async (records, now) => {
    const touched = await recordUsage(records, now);
    await checkLimits(touched, now);
    return touched;
  };

/** Sets `failure` of the windows whose limits it could not check, and of no others. */
export type CheckLimits = (touched: readonly TouchedWindow[], now: number) => Promise<void>;

/**
 * In this order: the cycle's totals are put; a message goes to the queue for each threshold that is passed and
 * was not sent for this limit revision; then it is marked as sent. Whoever dies between has it done again.
 */
export function checkLimits(ports: CheckLimitsPorts, bounds: CheckLimitsBounds): CheckLimits {
  return async (touched, now) => {
    const tenants = groupByAccount(touched.filter(({ totals }) => totals));
    await eachAtOnce([...tenants], bounds.tenantsAtOnce, async ([tenantId, accounts]) => {
      await failing(
        [...accounts].flatMap(({ windows }) => windows),
        async () => {
          const config = await ports.configs.get(tenantId);
          if (!config || !(await mayBeLimited(ports, config, tenantId))) return;
          for (let at = 0; at < accounts.length; at += bounds.accountsPerRead) {
            const group = accounts.slice(at, at + bounds.accountsPerRead);
            await failing(
              group.flatMap(({ windows }) => windows),
              () => checkGroup({ ports, bounds, now }, config, group),
            );
          }
        },
      );
    });
  };
}

interface Call {
  ports: CheckLimitsPorts;
  bounds: CheckLimitsBounds;
  now: number;
}

/** One small read a tenant spares reading the accounts of those that limit none. */
export const mayBeLimited = async (
  { accounts }: { accounts: Pick<AccountStore, 'hasOwnLimits'> },
  config: TenantConfig,
  tenantId: string,
): Promise<boolean> => hasPlanLimits(config) || accounts.hasOwnLimits(tenantId);

async function failing(windows: readonly TouchedWindow[], work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    for (const window of windows) window.failure ??= error as Error;
  }
}

async function checkGroup(call: Call, config: TenantConfig, group: readonly TouchedAccount[]): Promise<void> {
  const { ports, bounds } = call;
  const [first] = group;
  if (!first) return;
  const states = await ports.accounts.findAll(
    first.tenantId,
    group.map(({ accountId }) => accountId),
  );
  const checked = group.map((account, index) => ({
    account,
    checks: checksOf(account, config, states[index]),
  }));
  const keys = checked.flatMap(({ checks }) => checks.map(({ cycle }) => keyOf(cycle)));
  // An earlier state does: what it holds is held still, and a put that follows it fails.
  const items = await ports.cycles.read(keys, 'eventual');
  let next = 0;
  const work = checked.map(({ account, checks }) => ({
    account,
    checks: checks.map((check) => ({ check, item: items[next++] })),
  }));
  await eachAtOnce(work, bounds.accountsAtOnce, ({ account, checks }) =>
    failing(account.windows, async () => {
      let areDone = true;
      for (const { check, item } of checks) {
        if (!(await runCheck(call, check, { item }))) areDone = false;
      }
      if (!areDone) await checkFresh(call, account);
    }),
  );
}

/** By configuration and account as they are now: somebody knew later ones than we did. */
async function checkFresh(call: Call, account: TouchedAccount): Promise<void> {
  const { ports, bounds } = call;
  for (let tries = 1; tries < bounds.triesMax; tries++) {
    await ports.pause(tries);
    const config = await ports.configs.getFresh(account.tenantId);
    if (!config) return;
    const state = await ports.accounts.find(account.tenantId, account.accountId);
    let areDone = true;
    for (const check of checksOf(account, config, state)) {
      if (!(await runCheck(call, check, { isFresh: true }))) areDone = false;
    }
    if (areDone) return;
  }
  throw new Error(`The limits of an account still changed after ${bounds.triesMax} tries.`);
}

/** Answers false where the limit may be a later one than this. */
async function runCheck(
  call: Call,
  check: Check,
  known: { item?: CycleItem | undefined; isFresh?: boolean },
): Promise<boolean> {
  const { ports, bounds } = call;
  const sent = new Set<number>();
  let item = known.item;
  for (let tries = 0; tries < bounds.triesMax; tries++) {
    if (tries > 0) await ports.pause(tries);
    if (tries > 0 || known.isFresh) [item] = await ports.cycles.read([keyOf(check.cycle)], 'consistent');
    if (item && isAhead(item, check.cycle)) {
      const isLater = item.limitRev > check.cycle.limit.revision;
      if (isLater || !known.isFresh) return false;
    }
    if (await tryCheck(call, check, { item, sent })) return true;
  }
  throw new Error(`Others still changed the cycle after ${bounds.triesMax} tries.`);
}

/** Answers false where another writer was quicker. */
async function tryCheck(
  { ports, bounds, now }: Call,
  { cycle, seen }: Check,
  { item, sent }: { item: CycleItem | undefined; sent: Set<number> },
): Promise<boolean> {
  const next = await advanceCycle(ports, bounds, { cycle, item, seen, isRebuilt: false, now });
  if (next !== item && !(await ports.cycles.put(keyOf(cycle), next))) return false;
  const due = duePercents(cycle.limit, next);
  if (due.length === 0) return true;
  const { tenantId, accountId, meter, start: cycleStart } = keyOf(cycle);
  const head = { kind: 'threshold' as const, tenantId, accountId, meter, cycleStart };
  await ports.queue.sendAll(
    due
      .filter((threshold) => !sent.has(threshold))
      .map((threshold) => ({ ...head, threshold, limitRev: next.limitRev })),
  );
  for (const threshold of due) sent.add(threshold);
  return ports.cycles.put(keyOf(cycle), { ...next, rev: next.rev + 1, sent: [...next.sent, ...due] });
}

/** Thresholds that are passed and were not sent. */
function duePercents(limit: EffectiveLimit, item: CycleItem): number[] {
  const used = cycleTotal(item);
  return limit.thresholds.filter((percent) => !item.sent.includes(percent) && isPassed(used, limit, percent));
}
