import { parseQuantity } from '../metering/intake/parse-quantity.ts';
import type { Quantity } from '../metering/quantity.ts';
import type { Limit, Meter, TenantConfig } from '../tenancy/tenant-config.ts';
import type { AccountState } from './account-state.ts';
import { type LimitRevision, limitRevision } from './limit-revision.ts';

/** The limit that an account is held to on one meter. */
export interface EffectiveLimit {
  meter: Meter;
  /** In the meter's smallest units. */
  quantity: Quantity;
  onReached: Limit['onReached'];
  /** Percents at which its nearing and its being reached are told, ascending; 100 is always the last. */
  thresholds: number[];
  revision: LimitRevision;
}

type Limited = Pick<AccountState, 'plan' | 'planWrite' | 'limits' | 'limitWrites'>;

/**
 * The limits that hold for an account, by the configuration and its own. An own limit stands above the plan's.
 * A meter that is not in force has none, and neither has a plan that is no longer there.
 */
export function effectiveLimits(config: TenantConfig, account: Limited): EffectiveLimit[] {
  return config.meters.flatMap((meter) => effectiveLimit(config, account, meter) ?? []);
}

function effectiveLimit(config: TenantConfig, account: Limited, meter: Meter): EffectiveLimit | undefined {
  const ownWrite = ownProperty(account.limitWrites, meter.name) ?? 0;
  const own = account.limits.find((limit) => limit.meter === meter.name);
  const revisions = config.limitRevisions;
  if (own) {
    // A meter that was out of force is counted from anew.
    const since = ownProperty(revisions?.meters, meter.name) ?? 0;
    return { ...held(own, meter), revision: limitRevision(ownWrite, since) };
  }
  const { plan: name } = account;
  const plan = config.plans.find((one) => (name === undefined ? one.default : one.name === name));
  const limit = plan?.limits.find((one) => one.meter === meter.name);
  if (!plan || !limit) return undefined;
  const byMeter = name === undefined ? revisions?.default : ownProperty(revisions?.plans, name);
  const since = ownProperty(byMeter, meter.name) ?? 0;
  return {
    ...held(limit, meter),
    revision: limitRevision(Math.max(account.planWrite, ownWrite), since),
  };
}

/** Could an account have a limit without one of its own? */
export const hasPlanLimits = ({ plans }: TenantConfig): boolean =>
  plans.some(({ limits }) => limits.length > 0);

function held(limit: Limit, meter: Meter): Omit<EffectiveLimit, 'revision'> {
  const parsed = parseQuantity(limit.perCycle, meter.scale);
  if ('fault' in parsed) throw new Error(`A stored limit of ${meter.name} ${parsed.fault}.`);
  const near = [...new Set(limit.nearPercent)].filter((percent) => percent < 100).sort((a, b) => a - b);
  return {
    meter,
    quantity: BigInt(parsed.quantity),
    onReached: limit.onReached,
    thresholds: [...near, 100],
  };
}

/** Has the usage come to this percent of the limit? */
export const isPassed = (used: Quantity, limit: Pick<EffectiveLimit, 'quantity'>, percent: number): boolean =>
  used * 100n >= limit.quantity * BigInt(percent);

export type LimitState = 'within' | 'near' | 'reached';

/** How the usage stands to the limit. */
export function limitState(used: Quantity, limit: EffectiveLimit): LimitState {
  if (isPassed(used, limit, 100)) return 'reached';
  return isPassed(used, limit, limit.thresholds[0] as number) ? 'near' : 'within';
}

function ownProperty<Value>(record: Record<string, Value> | undefined, name: string): Value | undefined {
  return record && Object.hasOwn(record, name) ? record[name] : undefined;
}
