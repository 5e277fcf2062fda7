import type { Series, TenantConfig } from '../tenancy/tenant-config.ts';
import { intervalOf } from '../traffic/interval.ts';

/** Tenants that one process remembers; the one that was looked at longest ago makes room. */
const tenantsMax = 2_000;

interface Look {
  revision: number;
  completeUntil: number;
}

/**
 * Up to when this process has had everything of a tenant judged. Of a series that has ended no interval since then there
 * is nothing to read: looked at every minute, daily and hourly series would cost more by far than judging them.
 */
export class LastLooks {
  readonly #looks = new Map<string, Look>();

  /** Says whether an interval of a series of this configuration has ended since the last look. */
  since(tenantId: string, config: TenantConfig): (series: Series, completeUntil: number) => boolean {
    const last = this.#looks.get(tenantId);
    if (last?.revision !== config.revision) return () => true;
    return (series, completeUntil) =>
      Number.isFinite(last.completeUntil) &&
      Number.isFinite(completeUntil) &&
      intervalOf(series, config.zones, completeUntil).start > last.completeUntil;
  }

  note(tenantId: string, { revision }: TenantConfig, completeUntil: number): void {
    this.#looks.delete(tenantId);
    this.#looks.set(tenantId, { revision, completeUntil });
    if (this.#looks.size > tenantsMax) this.#looks.delete(this.#looks.keys().next().value as string);
  }
}
