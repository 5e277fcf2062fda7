import { cycleAt } from '../../domain/calendar/cycle.ts';
import { type AccountState, newAccount, suspensionAt } from '../../domain/limits/account-state.ts';
import type { AccountStore } from '../../domain/limits/account-store.ts';
import { cycleOf, isOfCalendar } from '../../domain/limits/cycle-calendar.ts';
import type { CycleItem } from '../../domain/limits/cycle-item.ts';
import type { CycleStore } from '../../domain/limits/cycle-store.ts';
import {
  type EffectiveLimit,
  effectiveLimits,
  type LimitState,
  limitState,
} from '../../domain/limits/effective-limits.ts';
import { cycleTotal } from '../../domain/limits/fold-cycle.ts';
import { forecastAt, presentRate, rateSpan } from '../../domain/limits/forecast.ts';
import type { NotableAccounts } from '../../domain/limits/notable-accounts.ts';
import type { RegisteredAccount } from '../../domain/metering/account-registry.ts';
import { cycleUsage } from '../../domain/metering/days/cycle-usage.ts';
import { hourOf } from '../../domain/metering/window.ts';
import { allMeters, type Meter, type TenantConfig } from '../../domain/tenancy/tenant-config.ts';
import type { DescribedAccount, MeterStanding } from '../../events/account-answer.ts';
import type { UsageReader } from '../metering/usage-reader.ts';

/** What the questions about accounts and their limits are answered from. */
export interface AccountReader extends UsageReader {
  accounts: Pick<AccountStore, 'find' | 'findAll'>;
  cycles: Pick<CycleStore, 'read'>;
  notable: Pick<NotableAccounts, 'list' | 'count'>;
}

/** The tenant by which accounts are looked at, and when. */
export interface LookedAtTenant {
  tenantId: string;
  config: TenantConfig;
  now: number;
}

/** An account with what is stored of it, and its limits. */
export interface LimitedAccount {
  registered: RegisteredAccount;
  state: AccountState;
  limits: {
    limit: EffectiveLimit /** The cycle's item where it may be gone by. */;
    item?: CycleItem | undefined;
  }[];
}

export function limitedAccount(
  { tenantId, config }: LookedAtTenant,
  registered: RegisteredAccount,
  stored: AccountState | undefined,
): LimitedAccount {
  const state = stored ?? newAccount(tenantId, registered.accountId);
  return { registered, state, limits: effectiveLimits(config, state).map((limit) => ({ limit })) };
}

/** Accounts with their cycle items, by which lists go: they are as fresh as the windows, and one small read. */
export async function readAccounts(
  reader: AccountReader,
  tenant: LookedAtTenant,
  registered: readonly RegisteredAccount[],
): Promise<LimitedAccount[]> {
  const { tenantId, config, now } = tenant;
  const ids = registered.map(({ accountId }) => accountId);
  const states = await reader.accounts.findAll(tenantId, ids);
  const accounts = registered.map((one, index) => limitedAccount(tenant, one, states[index]));
  const calendar = cycleOf(config.zones, hourOf(now));
  const all = accounts.flatMap(({ registered, limits }) =>
    limits.map((held) => ({ held, accountId: registered.accountId })),
  );
  const keys = all.map(({ held, accountId }) => ({
    tenantId,
    accountId,
    meter: held.limit.meter.name,
    start: calendar.start,
  }));
  const items = await reader.cycles.read(keys, 'eventual');
  for (const [index, { held }] of all.entries()) {
    const item = items[index];
    if (item?.limitRev === held.limit.revision && isOfCalendar(item, calendar)) held.item = item;
  }
  return accounts;
}

export const statusOf = ({ state }: LimitedAccount, now: number): 'active' | 'suspended' =>
  suspensionAt(state, now) ? 'suspended' : 'active';

/** How the account stands to the limit that it is nearest to breaking; undefined where it has none. */
export async function worstState(
  reader: AccountReader,
  tenant: LookedAtTenant,
  account: LimitedAccount,
): Promise<LimitState | undefined> {
  let worst: LimitState | undefined;
  for (const { limit, item } of account.limits) {
    const used = item ? cycleTotal(item) : await usedOf(reader, tenant, account, limit.meter);
    const state = limitState(used, limit);
    if (worst === undefined || severity[state] > severity[worst]) worst = state;
  }
  return worst;
}

const severity: Record<LimitState, number> = { within: 0, near: 1, reached: 2 };

/**
 * The account against this cycle, by the meters in force. As a whole: with retired ones that it still used in the
 * cycle, and with forecasts, which cost a read each and are not for lists.
 */
export async function describeAccount(
  reader: AccountReader,
  tenant: LookedAtTenant,
  account: LimitedAccount,
  { isWhole }: { isWhole: boolean },
): Promise<DescribedAccount> {
  const { config, now } = tenant;
  const cycle = cycleAt(config.zones, now);
  const standings: MeterStanding[] = [];
  for (const meter of isWhole ? allMeters(config) : config.meters) {
    const held = account.limits.find(({ limit }) => limit.meter === meter);
    const used = held?.item ? cycleTotal(held.item) : await usedOf(reader, tenant, account, meter);
    if (used === 0n && !config.meters.includes(meter)) continue;
    const forecast =
      held && isWhole && used < held.limit.quantity
        ? forecastAt(
            { used, limit: held.limit.quantity, rate: await rateOf(reader, tenant, account, meter) },
            { now, end: cycle.end },
          )
        : undefined;
    standings.push({ meter, used, limit: held?.limit, forecastAt: forecast });
  }
  const { accountId } = account.registered;
  const plan = account.state.plan ?? config.plans.find((one) => one.default)?.name;
  return { accountId, plan, state: account.state, cycle, standings };
}

async function usedOf(
  reader: AccountReader,
  { tenantId, config, now }: LookedAtTenant,
  { registered }: LimitedAccount,
  meter: Meter,
): Promise<bigint> {
  const query = {
    account: { tenantId, accountId: registered.accountId, meter: meter.name },
    zones: config.zones,
    registered,
    now,
  };
  return (await cycleUsage(reader, reader.bounds, query, cycleAt(config.zones, now))).value;
}

async function rateOf(
  { windows }: AccountReader,
  { tenantId, now }: LookedAtTenant,
  { registered }: LimitedAccount,
  meter: Meter,
) {
  const account = { tenantId, accountId: registered.accountId, meter: meter.name };
  const read = await windows.readWindows(account, rateSpan(now));
  return presentRate(new Map([...read].map(([hour, { value }]) => [hour, value])), now);
}
