import {
  type Acceptance,
  type AcceptanceRules,
  acceptEvents,
  type PostedEvent,
} from '../domain/metering/accept-events.ts';
import type { TenantConfig } from '../domain/tenancy/tenant-config.ts';
import type { CurrentConfig } from './config-cache.ts';

export interface ConfiguredAcceptance extends Acceptance {
  config: TenantConfig | undefined;
}

/**
 * Judges a post by the configuration in force. Only where a fresh one may know better (it may name a type that the
 * cached one does not) is it read, and then all of the post is judged by it, so that one revision stands behind it.
 */
export async function acceptByCurrentConfig(
  configs: CurrentConfig,
  posted: readonly PostedEvent[],
  rules: Omit<AcceptanceRules, 'config'>,
): Promise<ConfiguredAcceptance> {
  const judge = (config: TenantConfig | undefined): ConfiguredAcceptance => ({
    config,
    ...acceptEvents(posted, { ...rules, config }),
  });
  const cached = judge(await configs.get(rules.tenantId));
  if (!cached.isConfigDoubted) return cached;
  const fresh = await configs.getFresh(rules.tenantId);
  return fresh?.revision === cached.config?.revision ? cached : judge(fresh);
}
