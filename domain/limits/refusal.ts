import type { ReceivedEvent } from '../metering/intake/received-event.ts';
import type { Meter } from '../tenancy/tenant-config.ts';
import { type AccountState, isRefused } from './account-state.ts';

/**
 * Why an event of this account is refused, for its sender; undefined where it is taken. One meter that is suspended
 * is enough: an event counts on all that it feeds or on none.
 */
export function refusalOf(
  account: Pick<AccountState, 'suspensions'>,
  event: Pick<ReceivedEvent, 'occurredAt'>,
  meters: readonly Meter[],
  now: number,
): string | undefined {
  const meter = meters.find(({ name }) => isRefused(account, name, event.occurredAt, now));
  const suspension = meter && account.suspensions[meter.name];
  if (!suspension) return undefined;
  const [since, until] = [suspension.suspendedAt, suspension.until].map((at) => new Date(at).toISOString());
  return `the account has reached its limit of ${meter.name}: nothing used from ${since} on is taken until ${until}`;
}
