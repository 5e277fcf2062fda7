import { refusalOf } from '../../domain/limits/refusal.ts';
import {
  type Acceptance,
  type AcceptanceRules,
  acceptEvents,
  type PostedEvent,
} from '../../domain/metering/intake/accept-events.ts';
import { metersOf } from '../../domain/metering/intake/usage-records.ts';
import type { TenantConfig } from '../../domain/tenancy/tenant-config.ts';
import type { CurrentSuspensions } from '../limits/current-suspensions.ts';
import type { CurrentConfig } from '../tenancy/config-cache.ts';

export interface ConfiguredAcceptance extends Acceptance {
  config: TenantConfig | undefined;
}

/**
 * Judges a post by the configuration in force, and by who is suspended. Only where a fresh one may know better (it
 * may name a type that the cached one does not) is it read, and then all of the post is judged by it, so that one
 * revision stands behind it.
 */
export async function acceptByCurrentConfig(
  { configs, suspensions }: { configs: CurrentConfig; suspensions: CurrentSuspensions },
  posted: readonly PostedEvent[],
  rules: Omit<AcceptanceRules, 'config' | 'suspension'>,
): Promise<ConfiguredAcceptance> {
  const { tenantId, now } = rules;
  const judge = async (config: TenantConfig | undefined): Promise<ConfiguredAcceptance> => {
    if (!config) return { config, ...acceptEvents(posted, { ...rules, config }) };
    const suspended = await suspensions.among(tenantId, config, meteredAccounts(posted, config));
    if (suspended.size === 0) return { config, ...acceptEvents(posted, { ...rules, config }) };
    const suspension: AcceptanceRules['suspension'] = (event, meters) => {
      const account = event.accountId === undefined ? undefined : suspended.get(event.accountId);
      return account && refusalOf(account, event, meters, now);
    };
    return { config, ...acceptEvents(posted, { ...rules, config, suspension }) };
  };
  const cached = await judge(await configs.get(tenantId));
  if (!cached.isConfigDoubted) return cached;
  const fresh = await configs.getFresh(tenantId);
  return fresh?.revision === cached.config?.revision ? cached : judge(fresh);
}

/** The accounts whose usage is reported: what no meter counts, no limit holds up. */
function meteredAccounts(posted: readonly PostedEvent[], config: TenantConfig): Set<string> {
  const accounts = new Set<string>();
  for (const item of posted) {
    if (!('event' in item) || item.event.accountId === undefined) continue;
    if (metersOf(config, item.event.type).length > 0) accounts.add(item.event.accountId);
  }
  return accounts;
}
