import type { AccountStore } from '../../domain/limits/account-store.ts';
import { expiringCache } from '../authorizer/expiring-cache.ts';
import type { Clock } from '../clock.ts';
import { configTtlMs } from '../tenancy/config-cache.ts';

const tenantsMax = 1_000;

/** Whether a tenant has accounts with limits of their own, asked at most as often as for its configuration. */
export function recentOwnLimits(
  accounts: Pick<AccountStore, 'hasOwnLimits'>,
  clock: Clock,
): AccountStore['hasOwnLimits'] {
  const known = expiringCache<true>({
    clock,
    load: async (tenantId) => (await accounts.hasOwnLimits(tenantId)) || undefined,
    foundMs: configTtlMs,
    absentMs: configTtlMs,
    entriesMax: tenantsMax,
  });
  return async (tenantId) => (await known(tenantId)) === true;
}
