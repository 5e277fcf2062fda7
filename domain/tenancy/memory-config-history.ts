import type { ConfigHistory } from './config-history.ts';
import type { TenantConfig } from './tenant-config.ts';

/** The double of a ConfigHistory. */
export function memoryConfigHistory(): ConfigHistory {
  const tenants = new Map<string, Map<number, TenantConfig>>();
  const copyOf = (config: TenantConfig | undefined) => config && structuredClone(config);
  return {
    async latest(tenantId) {
      const revisions = tenants.get(tenantId);
      return copyOf(revisions?.get(Math.max(...revisions.keys())));
    },
    async at(tenantId, revision) {
      return copyOf(tenants.get(tenantId)?.get(revision));
    },
    async appendOnce(tenantId, config) {
      const revisions = tenants.get(tenantId) ?? new Map<number, TenantConfig>();
      if (revisions.has(config.revision)) return false;
      tenants.set(tenantId, revisions.set(config.revision, structuredClone(config)));
      return true;
    },
  };
}
