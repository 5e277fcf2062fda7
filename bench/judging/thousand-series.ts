import { emptyConfig, type Series, type TenantConfig } from '../../domain/tenancy/tenant-config.ts';

/** What is judged: ten tenants with a hundred series of five minutes, counted on two shards. */
export const table = 'traffic';
export const tenants = 10;
export const seriesPerTenant = 100;
export const intervals = 13;
export const stepMs = 300_000;
export const begin = Date.parse('2026-11-02T00:00:00Z');
/** An interval is judged so long after its end. */
export const completeAfterMs = 150_000;
/** Goes into what others write. */
export const kept = { retentionMs: 168 * 3_600_000 };

/** Half of them by themselves, and as many relative to one of those. */
export const series: Series[] = Array.from({ length: seriesPerTenant }, (_, index) => ({
  name: `s${index}`,
  eventType: 'shop.order',
  aggregation: 'count',
  interval: 'PT5M',
  severityThreshold: 70,
  ...(index % 2 === 1 && { relativeTo: `s${index - 1}` }),
}));

export const config: TenantConfig = { ...emptyConfig, series };

export const tenantIds = Array.from({ length: tenants }, (_, index) => `T${index}`);
