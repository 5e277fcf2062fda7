import type { UsageReadBounds } from '../metering/days/day-usage.ts';
import { type Hour, hourOf } from '../metering/window.ts';
import type { TenantConfig } from '../tenancy/tenant-config.ts';
import { type AccountState, newAccount } from './account-state.ts';
import type { AccountStore } from './account-store.ts';
import { advanceCycle, keyOf, type LimitedCycle } from './advance-cycle.ts';
import { cycleOf } from './cycle-calendar.ts';
import type { CycleItem } from './cycle-item.ts';
import type { CycleStore } from './cycle-store.ts';
import { type EffectiveLimit, effectiveLimits } from './effective-limits.ts';
import { enforceLimits, type Standing } from './enforce.ts';
import { cycleTotal } from './fold-cycle.ts';
import type { PresentConfig } from './present-config.ts';
import type { CycleUsagePorts } from './sum-cycle.ts';
import type { SuspendedAccounts } from './suspended-accounts.ts';

export interface SettleAccountPorts extends CycleUsagePorts {
  configs: Pick<PresentConfig, 'getFresh'>;
  accounts: Pick<AccountStore, 'find' | 'put'>;
  cycles: CycleStore;
  suspended: SuspendedAccounts;
  pause: (tries: number) => Promise<void>;
}

export interface SettleAccountBounds extends UsageReadBounds {
  triesMax: number;
}

/** A cycle that is to be looked at beside the present one. */
export interface PastCycle {
  meter: string;
  start: Hour;
}

export interface SettleOptions {
  now: number;
  /** Sums the usage anew even where it is known: for when a limit has been set or changed. */
  isRebuilt?: boolean;
  pastCycles?: readonly PastCycle[];
}

/** A cycle that an account is held to a limit in, as it was looked at. */
export interface LookedAtCycle extends Standing {
  cycle: LimitedCycle;
  /** Undefined where nothing was used yet. */
  item: CycleItem | undefined;
}

/** An account as it was left, with what its limits are and how it stands to them. */
export interface SettledAccount {
  config: TenantConfig;
  account: AccountState;
  standings: LookedAtCycle[];
  pastCycles: LookedAtCycle[];
}

/**
 * Leaves an account as the configuration and its usage want it now, whatever was the reason to look: suspended
 * of the meters whose limit is reached, resumed of the others. What it read is confirmed before it is believed:
 * the account by its revision, the configuration by reading it once more after a change. May be repeated and
 * run by several at once. Undefined where there is no such tenant.
 */
export type SettleAccount = (
  tenantId: string,
  accountId: string,
  options: SettleOptions,
) => Promise<SettledAccount | undefined>;

export function settleAccount(ports: SettleAccountPorts, bounds: SettleAccountBounds): SettleAccount {
  return async (tenantId, accountId, { now, isRebuilt = false, pastCycles = [] }) => {
    let isStored = true;
    for (let tries = 0; tries < bounds.triesMax; tries++) {
      if (!isStored) await ports.pause(tries);
      const config = await ports.configs.getFresh(tenantId);
      if (!config) return undefined;
      const account = (await ports.accounts.find(tenantId, accountId)) ?? newAccount(tenantId, accountId);
      const limits = effectiveLimits(config, account);
      const look = (limit: EffectiveLimit, hour: Hour) =>
        lookAt(ports, bounds, {
          cycle: { tenantId, accountId, limit, calendar: cycleOf(config.zones, hour), zones: config.zones },
          isRebuilt,
          now,
        });
      const present = await lookAtAll(limits.map((limit) => look(limit, hourOf(now))));
      const past = await lookAtAll(
        pastLooks(limits, pastCycles, present ?? []).map(([limit, hour]) => look(limit, hour)),
      );
      isStored = false;
      if (!present || !past) continue;

      const settled = enforceLimits(account, present, now);
      if (settled === account) return { config, account, standings: present, pastCycles: past };
      await hint(ports.suspended, account, settled);
      isStored = await ports.accounts.put(settled);
      // Whoever changed the configuration meanwhile may have looked before this was stored.
      const isConfirmed = isStored && (await ports.configs.getFresh(tenantId))?.revision === config.revision;
      if (isConfirmed) return { config, account: settled, standings: present, pastCycles: past };
    }
    throw new Error(`Others still changed the account after ${bounds.triesMax} tries.`);
  };
}

/** Undefined where one of them met a later limit than the one it went by. */
async function lookAtAll(
  looks: readonly Promise<LookedAtCycle | undefined>[],
): Promise<LookedAtCycle[] | undefined> {
  const found = (await Promise.all(looks)).filter((one) => one !== undefined);
  return found.length === looks.length ? found : undefined;
}

/** The limits that hold for past cycles, each with an hour of its cycle. */
function pastLooks(
  limits: readonly EffectiveLimit[],
  pastCycles: readonly PastCycle[],
  present: readonly Standing[],
): [EffectiveLimit, Hour][] {
  return pastCycles.flatMap(({ meter, start }): [EffectiveLimit, Hour][] => {
    const limit = limits.find((one) => one.meter.name === meter);
    return limit && !present.some(({ calendar }) => calendar.start === start) ? [[limit, start]] : [];
  });
}

/** The account is among the suspended ones before it is suspended. */
async function hint(suspended: SuspendedAccounts, before: AccountState, after: AccountState): Promise<void> {
  const { tenantId, accountId, rev } = after;
  const until = latestEnd(after);
  if (until > 0 && (until !== latestEnd(before) || Object.keys(before.suspensions).length === 0)) {
    await suspended.add(tenantId, { accountId, until, rev });
  }
}

/** When the last of its suspensions ends; 0 where it has none. */
export const latestEnd = ({ suspensions }: Pick<AccountState, 'suspensions'>): number =>
  Math.max(0, ...Object.values(suspensions).map(({ until }) => until));

async function lookAt(
  ports: SettleAccountPorts,
  bounds: SettleAccountBounds,
  { cycle, isRebuilt, now }: { cycle: LimitedCycle; isRebuilt: boolean; now: number },
): Promise<LookedAtCycle | undefined> {
  const { limit, calendar } = cycle;
  const key = keyOf(cycle);
  for (let tries = 0; tries < bounds.triesMax; tries++) {
    if (tries > 0) await ports.pause(tries);
    const [item] = await ports.cycles.read([key], 'consistent');
    if (item && item.limitRev > limit.revision) return undefined;
    const next = await advanceCycle(ports, bounds, { cycle, item, seen: new Map(), isRebuilt, now });
    const used = cycleTotal(next);
    // Without usage there is nothing worth a write.
    if (!item && used === 0n) return { cycle, limit, calendar, item, used };
    if (next === item || (await ports.cycles.put(key, next))) {
      return { cycle, limit, calendar, item: next, used };
    }
  }
  throw new Error(`Others still changed the cycle after ${bounds.triesMax} tries.`);
}
