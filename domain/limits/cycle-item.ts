import type { Hour } from '../metering/window.ts';
import type { ExactSum } from '../metering/windows/exact-sum.ts';
import type { LimitRevision } from './limit-revision.ts';

/** The cycle of an account's meter, by the hour in which it starts. */
export interface CycleKey {
  tenantId: string;
  accountId: string;
  meter: string;
  start: Hour;
}

/**
 * What an account has used of a meter in a cycle, as far as is known: a cache of its windows that can always be
 * made anew from them. Each total is one that the windows have had, so the greater of two is nearer the truth.
 * It is complete for its limit revision: made with all usage there was, and told of all there was since.
 */
export interface CycleItem {
  /** 1 when it is created, one more at every put. */
  rev: number;
  /** The cycle's end and its zone: what its days are depends on them. */
  end: Hour;
  timeZone: string;
  limitRev: LimitRevision;
  /** Totals of the cycle's days from its first on, up to the one that moves. */
  days: ExactSum[];
  /** Totals of that day's hours from its first on. */
  hours: ExactSum[];
  /** Thresholds whose message went to the queue, and those that were told, for this limit revision. */
  sent: number[];
  told: number[];
  /** Epoch seconds; from then on it counts as gone. */
  expiresAt: number;
}
