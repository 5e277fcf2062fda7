import type { ConfigHistory } from '../../domain/tenancy/config-history.ts';
import type { TenantConfig } from '../../domain/tenancy/tenant-config.ts';

/** Revisions that one process keeps; the one that was kept longest makes room. */
const keptMax = 2_000;

/** Configurations by their exact revision, which never changes: each is read once a process. */
export interface ConfigRevisions {
  /** Undefined where there is no such tenant or revision. */
  at(tenantId: string, revision: number): Promise<TenantConfig | undefined>;
}

export function configRevisions(history: ConfigHistory): ConfigRevisions {
  const kept = new Map<string, TenantConfig>();
  return {
    async at(tenantId, revision) {
      const key = `${tenantId}#${revision}`;
      const known = kept.get(key);
      if (known) return known;
      const config = await history.at(tenantId, revision);
      // What is not there is not kept: a revision that is stored later must be found.
      if (config) kept.set(key, config);
      if (kept.size > keptMax) kept.delete(kept.keys().next().value as string);
      return config;
    },
  };
}
