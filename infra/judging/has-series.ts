import type { ConfigHistory } from '../../domain/tenancy/config-history.ts';
import { expiringCache } from '../authorizer/expiring-cache.ts';
import type { Clock } from '../clock.ts';

/** A new series is judged at most this long after it was set up; most tenants have none or have had theirs for long. */
const foundMs = 10 * 60_000;
const absentMs = 60_000;
const tenantsMax = 20_000;

/**
 * Says whether a tenant has series, from its configuration as it was read last: a schedule that runs every minute must
 * not read every tenant's each time.
 */
export function hasSeries(
  history: Pick<ConfigHistory, 'latest'>,
  clock: Clock,
): (tenantId: string) => Promise<boolean> {
  const known = expiringCache<true>({
    clock,
    load: async (tenantId) => ((await history.latest(tenantId))?.series.length ? true : undefined),
    foundMs,
    absentMs,
    entriesMax: tenantsMax,
  });
  return async (tenantId) => (await known(tenantId)) === true;
}
