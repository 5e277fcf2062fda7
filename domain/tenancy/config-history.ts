import type { TenantConfig } from './tenant-config.ts';

/**
 * The immutable revisions of every tenant's configuration.
 *
 * Promise: a revision, once stored, never changes and is never removed while its tenant lives, so it may be
 * cached for ever; the tenant's latest revision is the highest stored one.
 */
export interface ConfigHistory {
  /** The latest revision, read consistently; undefined where there is no such tenant. */
  latest(tenantId: string): Promise<TenantConfig | undefined>;
  at(tenantId: string, revision: number): Promise<TenantConfig | undefined>;
  /** Stores the revision unless one of its number exists; answers whether it did. */
  appendOnce(tenantId: string, config: TenantConfig): Promise<boolean>;
}
