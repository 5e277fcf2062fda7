import type { CycleSpan } from '../calendar/cycle.ts';
import type { ResumeReason } from '../limits/account-notice.ts';
import type { LimitRevision } from '../limits/limit-revision.ts';
import type { Quantity } from '../metering/quantity.ts';
import type { Meter } from '../tenancy/tenant-config.ts';

/** What a tenant has one topic each for. */
export type Topic = 'accounts' | 'anomalies' | 'health';

interface Told {
  /** The same whenever this is told, and of nothing else. */
  id: string;
  tenantId: string;
  /** When it came about, epoch milliseconds. */
  at: number;
}

interface OfAccount extends Told {
  accountId: string;
  meter: Meter;
}

/** A threshold of an account's limit was passed. */
export interface LimitPassed extends OfAccount {
  kind: 'limit.near' | 'limit.reached';
  /** Percent of the limit. */
  threshold: number;
  used: Quantity;
  limit: Quantity;
  cycle: CycleSpan;
  limitRev: LimitRevision;
}

export interface AccountSuspended extends OfAccount {
  kind: 'account.suspended';
  used: Quantity;
  limit: Quantity;
  cycle: CycleSpan;
  limitRev: LimitRevision;
  until: number;
}

export interface AccountResumed extends OfAccount {
  kind: 'account.resumed';
  reason: ResumeReason;
}

/** No more is told on a topic until the day is over. */
export interface BudgetSpent extends Told {
  kind: 'budget.spent';
  silenced: Topic;
  /** Midnight of the tenant's zone. */
  until: number;
  count: number;
}

export type Notification = LimitPassed | AccountSuspended | AccountResumed | BudgetSpent;

/** A notification and the topic it goes to. */
export interface Announcement {
  topic: Topic;
  notification: Notification;
}

/**
 * Tells a tenant's subscribers.
 *
 * Promise: once it has resolved, the notification is on its way to all of them (a tenant without the topic has
 * none). Telling the same again repeats it, with the same id.
 */
export interface Notifier {
  tell(announcement: Announcement): Promise<void>;
}
