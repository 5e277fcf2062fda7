import type { Hour } from '../metering/window.ts';
import type { ExactSum } from '../metering/windows/exact-sum.ts';
import type { TouchedWindow } from '../metering/windows/record-usage.ts';
import type { TenantConfig } from '../tenancy/tenant-config.ts';
import { type AccountState, newAccount } from './account-state.ts';
import type { LimitedCycle } from './advance-cycle.ts';
import { cycleOf } from './cycle-calendar.ts';
import { type EffectiveLimit, effectiveLimits } from './effective-limits.ts';

/** What a batch touched of one account. */
export interface TouchedAccount {
  tenantId: string;
  accountId: string;
  windows: TouchedWindow[];
}

/** A cycle of an account with what a batch saw of it. */
export interface Check {
  cycle: LimitedCycle;
  seen: Map<Hour, ExactSum>;
}

/** The cycles of limited meters that the windows lie in. */
export function checksOf(
  { tenantId, accountId, windows }: TouchedAccount,
  config: TenantConfig,
  state: AccountState | undefined,
): Check[] {
  const limits = new Map<string, EffectiveLimit>(
    effectiveLimits(config, state ?? newAccount(tenantId, accountId)).map((limit) => [
      limit.meter.name,
      limit,
    ]),
  );
  const checks = new Map<string, Check>();
  for (const { window, totals } of windows) {
    const limit = limits.get(window.meter);
    if (!limit || !totals) continue;
    const calendar = cycleOf(config.zones, window.hour);
    const name = `${window.meter}#${calendar.start}`;
    const check = checks.get(name) ?? {
      cycle: { tenantId, accountId, limit, calendar, zones: config.zones },
      seen: new Map(),
    };
    checks.set(name, check);
    check.seen.set(window.hour, totals.value);
  }
  return [...checks.values()];
}

/** By tenant. */
export function groupByAccount(touched: readonly TouchedWindow[]): Map<string, TouchedAccount[]> {
  const tenants = new Map<string, Map<string, TouchedAccount>>();
  for (const one of touched) {
    const { tenantId, accountId } = one.window;
    const accounts = tenants.get(tenantId) ?? new Map<string, TouchedAccount>();
    tenants.set(tenantId, accounts);
    const account = accounts.get(accountId) ?? { tenantId, accountId, windows: [] };
    accounts.set(accountId, account);
    account.windows.push(one);
  }
  return new Map([...tenants].map(([tenantId, accounts]) => [tenantId, [...accounts.values()]]));
}
