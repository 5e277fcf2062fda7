import { type Fault, Faults, matching, object, optional } from '../tenancy/json-shape.ts';
import { checkLimits } from '../tenancy/settings-references.ts';
import { namePattern, type TenantSettings } from '../tenancy/tenant-config.ts';
import { limitsShape } from '../tenancy/tenant-settings.ts';
import type { AccountChange } from './account-state.ts';

export type ParsedAccountChange = { ok: true; change: AccountChange } | { ok: false; faults: Fault[] };

const changeShape = object<AccountChange>({
  plan: optional(matching(namePattern)),
  limits: optional(limitsShape),
});

/**
 * What is set of an account, from its parsed JSON; or every fault that it has, those included that it only has by
 * this configuration. Never throws, whatever the value.
 */
export function parseAccountChange(
  value: unknown,
  { plans, meters }: Pick<TenantSettings, 'plans' | 'meters'>,
): ParsedAccountChange {
  const faults = new Faults();
  const draft = changeShape.read(value, '', faults);
  if (draft?.plan !== undefined && !plans.some(({ name }) => name === draft.plan)) {
    const known = plans.map(({ name }) => `"${name}"`).join(', ');
    const detail = `"${draft.plan}" is no plan of the configuration: ${known ? `there are ${known}` : 'it has none'}`;
    faults.add('/plan', detail);
  }
  checkLimits(draft?.limits, '/limits', { meters, faults });
  if (faults.list.length > 0) return { ok: false, faults: faults.list };
  return { ok: true, change: draft as AccountChange };
}
