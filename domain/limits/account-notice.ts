import type { CycleSpan } from '../calendar/cycle.ts';
import type { Quantity } from '../metering/quantity.ts';
import type { LimitRevision } from './limit-revision.ts';

/** Why an account is served again. */
export type ResumeReason = 'cycle_ended' | 'limit_raised' | 'plan_changed';

/** What became of an account, to be told. Stored with the account by the very write that made it so. */
export type AccountNotice =
  | {
      kind: 'account.suspended';
      meter: string;
      at: number;
      until: number;
      used: Quantity;
      limit: Quantity;
      cycle: CycleSpan;
      limitRev: LimitRevision;
    }
  | {
      kind: 'account.resumed';
      meter: string;
      at: number;
      reason: ResumeReason;
      /** Of the suspension that ended. */
      until: number;
      limitRev: LimitRevision;
    };

/** The same for every copy of a notice, and for no other notice of the account. */
export const noticeKey = (notice: AccountNotice): string =>
  `${notice.kind}:${notice.meter}:${notice.until}:${notice.limitRev}`;
