import type { CycleSpan } from '../domain/calendar/cycle.ts';
import { type AccountState, suspensionAt } from '../domain/limits/account-state.ts';
import { type EffectiveLimit, type LimitState, limitState } from '../domain/limits/effective-limits.ts';
import { formatQuantity, type Quantity } from '../domain/metering/quantity.ts';
import type { Limit, Meter } from '../domain/tenancy/tenant-config.ts';
import { encodeInstant, type WireQuantity } from './usage-answer.ts';

/** How an account stands on one meter in the cycle. */
export interface MeterStanding {
  meter: Meter;
  used: Quantity;
  /** Absent: unlimited. */
  limit?: EffectiveLimit | undefined;
  /** When the limit is reached at the present rate, epoch milliseconds. */
  forecastAt?: number | undefined;
}

/** What the contract's Account says. */
export interface DescribedAccount {
  accountId: string;
  /** Its plan, the tenant's default one where it has none of its own. */
  plan: string | undefined;
  state: Pick<AccountState, 'limits' | 'suspensions'>;
  cycle: CycleSpan;
  standings: readonly MeterStanding[];
}

/** The contract's Account, as it is now. */
export interface WireAccount {
  accountId: string;
  plan?: string;
  status: 'active' | 'suspended';
  suspendedAt?: string;
  suspendedUntil?: string;
  limits?: Limit[];
  cycle: { start: string; end: string };
  meters: {
    meter: string;
    used: WireQuantity;
    limit?: WireQuantity;
    ratio?: number;
    state: LimitState | 'unlimited';
    forecastAt?: string;
  }[];
}

export function encodeAccount(account: DescribedAccount, now: number): WireAccount {
  const { accountId, plan, state, cycle, standings } = account;
  const suspension = suspensionAt(state, now);
  return {
    accountId,
    ...(plan !== undefined && { plan }),
    ...(suspension
      ? {
          status: 'suspended',
          suspendedAt: encodeInstant(suspension.suspendedAt),
          suspendedUntil: encodeInstant(suspension.until),
        }
      : { status: 'active' }),
    ...(state.limits.length > 0 && { limits: state.limits }),
    cycle: { start: encodeInstant(cycle.start), end: encodeInstant(cycle.end) },
    meters: standings.map(encodeStanding),
  };
}

function encodeStanding({ meter, used, limit, forecastAt }: MeterStanding): WireAccount['meters'][number] {
  const head = { meter: meter.name, used: formatQuantity(used, meter.scale) };
  if (!limit) return { ...head, state: 'unlimited' };
  return {
    ...head,
    limit: formatQuantity(limit.quantity, meter.scale),
    ratio: ratioOf(used, limit.quantity),
    state: limitState(used, limit),
    ...(forecastAt !== undefined && { forecastAt: encodeInstant(forecastAt) }),
  };
}

/** To four places and rounded down, so that what reads as 1 is reached. */
const ratioOf = (used: Quantity, limit: Quantity): number => Number((used * 10_000n) / limit) / 10_000;

/** The contract's answer to whether an account may be served. */
export interface WireAccess {
  accountId: string;
  allowed: boolean;
  reason?: 'limit_reached';
  meter?: string;
  until?: string;
}

/** Of several suspensions it names the one that lasts longest. An account of which nothing is known is allowed. */
export function encodeAccess(
  accountId: string,
  state: Pick<AccountState, 'suspensions'> | undefined,
  now: number,
): WireAccess {
  const suspension = state && suspensionAt(state, now);
  if (!suspension) return { accountId, allowed: true };
  const { meter, until } = suspension;
  return { accountId, allowed: false, reason: 'limit_reached', meter, until: encodeInstant(until) };
}
