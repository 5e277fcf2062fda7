import type { TenantConfig } from '../tenancy/tenant-config.ts';
import { hasPlanLimits } from './effective-limits.ts';

/** Does a revision change what any account may be held to, or when its nearing is told? */
export function areLimitsChanged(before: TenantConfig, after: TenantConfig): boolean {
  const isLimited = hasPlanLimits(before) || hasPlanLimits(after);
  if (isLimited && JSON.stringify(before.plans) !== JSON.stringify(after.plans)) return true;
  // An account's own limit rests while its meter is left out. Of a meter that is new to the tenant there is none.
  const inForce = new Set(after.meters.map(({ name }) => name));
  const isLeftOut = before.meters.some(({ name }) => !inForce.has(name));
  return isLeftOut || before.retiredMeters.some(({ name }) => inForce.has(name));
}
