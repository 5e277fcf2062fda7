import type { TenantConfig } from '../tenancy/tenant-config.ts';

/** The configuration in force of a tenant, undefined where there is no such tenant. */
export interface PresentConfig {
  /** At most `staleMs` old. */
  get(tenantId: string): Promise<TenantConfig | undefined>;
  /** Read now, consistently. */
  getFresh(tenantId: string): Promise<TenantConfig | undefined>;
}
