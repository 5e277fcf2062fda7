import type { ConfigHistory } from '../../domain/tenancy/config-history.ts';
import type { TenantConfig } from '../../domain/tenancy/tenant-config.ts';
import type { Clock } from '../clock.ts';

/** A configuration is in force at most this long after it was put (contract). */
export const configTtlMs = 5_000;
/** Tenants that one process keeps; the one that was read longest ago makes room. */
const cachedTenantsMax = 1_000;

/** The configuration in force of a tenant, undefined where there is no such tenant. */
export interface CurrentConfig {
  /** At most as old as the cache allows. */
  get(tenantId: string): Promise<TenantConfig | undefined>;
  /** Read now. */
  getFresh(tenantId: string): Promise<TenantConfig | undefined>;
}

/**
 * Reads the latest revision at most once in `ttlMs` a tenant. Its age is counted from before the read, and a read
 * that fails is not kept. A revision that is read again is the same object, so what is derived from it is kept.
 */
export function currentConfig(history: ConfigHistory, clock: Clock, ttlMs = configTtlMs): CurrentConfig {
  const entries = new Map<string, { readAt: number; config: Promise<TenantConfig | undefined> }>();

  function getFresh(tenantId: string): Promise<TenantConfig | undefined> {
    const former = entries.get(tenantId);
    const config = history.latest(tenantId).then(async (latest) => {
      const known = await former?.config.catch(() => undefined);
      return known && latest && known.revision >= latest.revision ? known : latest;
    });
    const entry = { readAt: clock(), config };
    entries.delete(tenantId);
    entries.set(tenantId, entry);
    if (entries.size > cachedTenantsMax) entries.delete(entries.keys().next().value as string);
    config.catch(() => {
      if (entries.get(tenantId) === entry) entries.delete(tenantId);
    });
    return config;
  }

  return {
    getFresh,
    get(tenantId) {
      const entry = entries.get(tenantId);
      const isYoung = entry !== undefined && Math.abs(clock() - entry.readAt) < ttlMs;
      return isYoung ? entry.config : getFresh(tenantId);
    },
  };
}
