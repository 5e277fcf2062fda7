import type { GatewayKeys } from './gateway-keys.ts';
import type { UsagePlan } from './rest-api.ts';
import { type TokenBucket, tokenBucket } from './token-bucket.ts';

/** What a key may do now: `unknown` where it is none of a plan, `throttled` where its rate is used up. */
export type KeyVerdict = 'allowed' | 'unknown' | 'throttled';

/** Takes one request of the key's rate. A key's bucket lives as long as the stack, as it would in the gateway. */
export function usagePlans(
  plans: UsagePlan[],
  keys: GatewayKeys,
): (keyValue: string, now: number) => KeyVerdict {
  const byId = new Map(plans.map((plan) => [plan.id, plan]));
  const buckets = new Map<string, TokenBucket>();
  return (keyValue, now) => {
    const key = keys.byValue(keyValue);
    const plan = key?.enabled ? key.plans.map((id) => byId.get(id)).find((found) => found) : undefined;
    if (!key || !plan) return 'unknown';
    if (!plan.throttle) return 'allowed';
    const name = `${key.id} ${plan.id}`;
    const bucket = buckets.get(name) ?? tokenBucket(plan.throttle);
    buckets.set(name, bucket);
    return bucket.take(now) ? 'allowed' : 'throttled';
  };
}
