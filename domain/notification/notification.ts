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

interface OfAnomaly extends Told {
  anomalyId: string;
  series: string;
  /** Where the deviation began. */
  start: number;
  direction: 'above' | 'below';
  /** 0 to 100, not rounded: of its worst interval so far. */
  severity: number;
}

/** A series deviates from what is expected of it. */
export interface AnomalyDetected extends OfAnomaly {
  kind: 'anomaly.detected';
  /** Of its worst interval, which starts at `worstAt`. */
  observed: Quantity;
  /** Decimal places of `observed`. */
  scale: number;
  expected: number;
  lower: number;
  upper: number;
  worstAt: number;
}

/** A deviation that was told is over, or late events have shown that there was none. */
export interface AnomalyEnded extends OfAnomaly {
  kind: 'anomaly.ended';
  end: number;
  isWithdrawn: boolean;
}

/** Intervals are no longer known to be complete, so nothing is judged. */
export interface DataStalled extends Told {
  kind: 'data.stalled';
  since: number;
  shards: string[];
  /** They are, but late. */
  isLagging: boolean;
}

export interface DataResumed extends Told {
  kind: 'data.resumed';
  /** When it had stalled. */
  since: number;
}

/** Many of the tenant's events were sent more than once. */
export interface DataDuplicates extends Told {
  kind: 'data.duplicates';
  since: number;
  /** Share of the events, 0 to 1. */
  share: number;
}

export type AnomalyNotification = AnomalyDetected | AnomalyEnded;
export type HealthNotification = DataStalled | DataResumed | DataDuplicates;
export type AccountNotification = LimitPassed | AccountSuspended | AccountResumed;

/** No more is told on a topic until the day is over. */
export interface BudgetSpent extends Told {
  kind: 'budget.spent';
  silenced: Topic;
  /** Midnight of the tenant's zone. */
  until: number;
  count: number;
}

export type Notification = AccountNotification | AnomalyNotification | HealthNotification | BudgetSpent;

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
