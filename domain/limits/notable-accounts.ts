import { hourMs } from '../metering/window.ts';
import { suspensionAt } from './account-state.ts';
import { limitState } from './effective-limits.ts';
import type { SettleAccount, SettledAccount } from './settle-account.ts';

/** What is noted of an account that is near a limit or has reached one. */
export interface Notable {
  /** By the limit that it is nearest to breaking. */
  state: 'near' | 'reached';
  isSuspended: boolean;
  /** The cycle's end, epoch milliseconds: from then on it says nothing. */
  until: number;
}

/** How many accounts of a tenant are noted. */
export interface NotableCount {
  near: number;
  suspended: number;
}

/**
 * An index of the few accounts that a tenant wants to look at, so that finding them takes no walk over all. The
 * account and its usage say what is true; this says where to look.
 */
export interface NotableAccounts {
  /** Replaces what is noted of the account; undefined forgets it. Repeating it changes nothing. */
  note(tenantId: string, accountId: string, notable: Notable | undefined): Promise<void>;
  /** Ids in their order, from after `after`, that begin with `prefix`, at most `limit`; past ones are left out. */
  list(
    tenantId: string,
    page: {
      prefix?: string;
      after?: string;
      limit: number;
      state: Notable['state'] | 'suspended';
      now: number;
    },
  ): Promise<string[]>;
  count(tenantId: string, now: number): Promise<NotableCount>;
}

/** Settles an account, and keeps the index as it was left. */
export const notingAccounts =
  (settle: SettleAccount, notable: Pick<NotableAccounts, 'note'>): SettleAccount =>
  async (tenantId, accountId, options) => {
    const settled = await settle(tenantId, accountId, options);
    if (settled) await notable.note(tenantId, accountId, notableOf(settled, options.now));
    return settled;
  };

/** What is to be noted of an account; undefined where it is within its limits or has none. */
export function notableOf(
  { account, standings }: Pick<SettledAccount, 'account' | 'standings'>,
  now: number,
): Notable | undefined {
  const states = standings.map(({ used, limit }) => limitState(used, limit));
  const state = states.includes('reached') ? 'reached' : states.includes('near') ? 'near' : undefined;
  const end = standings[0]?.calendar.end;
  if (state === undefined || end === undefined) return undefined;
  return { state, isSuspended: suspensionAt(account, now) !== undefined, until: end * hourMs };
}
