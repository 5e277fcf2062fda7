import type { Quantity } from '../metering/quantity.ts';
import type { AccountNotice, ResumeReason } from './account-notice.ts';
import type { AccountState, Suspension } from './account-state.ts';
import { type CycleCalendar, spanOf } from './cycle-calendar.ts';
import { type EffectiveLimit, isPassed } from './effective-limits.ts';
import { accountWriteOf } from './limit-revision.ts';

/** Where telling fails for long the oldest notices give way: the account must stay small enough to be stored. */
const noticesMax = 100;

/** How an account stands to one of its limits in the cycle that is now. */
export interface Standing {
  limit: EffectiveLimit;
  calendar: CycleCalendar;
  used: Quantity;
}

/**
 * The account as its limits and its usage want it: suspended until the cycle's end of every meter whose limit is
 * reached and suspends, and of no other. What changes is noted to be told, in the same state. The very same
 * account where nothing changes. `standings` are all its limits.
 */
export function enforceLimits(
  account: AccountState,
  standings: readonly Standing[],
  now: number,
): AccountState {
  const suspensions: Record<string, Suspension> = {};
  const notices: AccountNotice[] = [];
  for (const [meter, suspension] of Object.entries(account.suspensions)) {
    const standing = standings.find(({ limit }) => limit.meter.name === meter);
    const end = endOf(account, suspension, standing, now);
    if (end) {
      const { until, limitRev } = suspension;
      notices.push({ kind: 'account.resumed', meter, at: now, reason: end, until, limitRev });
    } else suspensions[meter] = suspension;
  }
  for (const standing of standings.filter(isToSuspend)) {
    const { limit, calendar, used } = standing;
    const meter = limit.meter.name;
    const cycle = spanOf(calendar);
    const former = Object.hasOwn(suspensions, meter) ? suspensions[meter] : undefined;
    if (former?.limitRev === limit.revision && former.until === cycle.end) continue;
    const suspension = {
      suspendedAt: former?.suspendedAt ?? now,
      until: cycle.end,
      limitRev: limit.revision,
    };
    suspensions[meter] = suspension;
    notices.push({
      kind: 'account.suspended',
      meter,
      at: now,
      until: cycle.end,
      used,
      limit: limit.quantity,
      cycle,
      limitRev: limit.revision,
    });
  }
  if (notices.length === 0) return account;
  const untold = [...account.untold, ...notices].slice(-noticesMax);
  return { ...account, rev: account.rev + 1, suspensions, untold };
}

const isToSuspend = ({ limit, used }: Standing): boolean =>
  limit.onReached === 'suspend' && isPassed(used, limit, 100);

/** Why the suspension ends; undefined where it goes on. */
function endOf(
  account: AccountState,
  { until, limitRev }: Suspension,
  standing: Standing | undefined,
  now: number,
): ResumeReason | undefined {
  if (until <= now) return 'cycle_ended';
  if (standing && isToSuspend(standing)) return undefined;
  const isOwn = account.limits.some(({ meter }) => meter === standing?.limit.meter.name);
  const isPlanNew = account.planWrite > accountWriteOf(limitRev);
  return isPlanNew && !isOwn ? 'plan_changed' : 'limit_raised';
}
