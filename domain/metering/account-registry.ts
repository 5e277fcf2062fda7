import type { Hour } from './window.ts';

/** A UTC day, counted in whole days since 1970-01-01. */
export type UtcDay = number;

export const utcDayOf = (hour: Hour): UtcDay => Math.floor(hour / 24);

/** An account that has reported usage, and the UTC days whose roll-up it owes. */
export interface RegisteredAccount {
  accountId: string;
  /** Day -> when it was last marked, epoch milliseconds. The mark is a revision: it is cleared only as read. */
  dirtyDays: Map<UtcDay, number>;
}

/** Registry entries of a tenant are spread over this many partitions by a hash of the account. */
export const registryPartitions = 16;

/**
 * Knows every account of a tenant that ever reported, and which days of it changed since they were rolled up.
 *
 * Promise: once `mark` has resolved, the account is found by `list`, and the day stays marked until a
 * `clearMark` names exactly the latest `markedAt`. Repeating a call changes nothing but the mark's time.
 */
export interface AccountRegistry {
  mark(tenantId: string, accountId: string, days: readonly UtcDay[], markedAt: number): Promise<void>;
  /** Clears the day's mark if it still is `markedAt`; answers whether it did. */
  clearMark(tenantId: string, accountId: string, day: UtcDay, markedAt: number): Promise<boolean>;
  /** Accounts in order of their id from after `after`, that begin with `prefix`, at most `limit` of them. */
  list(
    tenantId: string,
    page: { prefix?: string; after?: string; limit: number },
  ): Promise<RegisteredAccount[]>;
  /** Every account of one registry partition, for jobs that walk them all. */
  walk(tenantId: string, partition: number): AsyncIterable<RegisteredAccount>;
  find(tenantId: string, accountId: string): Promise<RegisteredAccount | undefined>;
}
