/** A suspension as the hint has it: until when, and the account's revision that made it so. */
export interface SuspendedAccount {
  accountId: string;
  /** Epoch milliseconds. */
  until: number;
  rev: number;
}

/** Which accounts of a partition may be suspended. */
export interface SuspendedHint {
  accounts: Map<string, SuspendedAccount>;
  /** False where there are more than one read gives: an account that is absent may be suspended as well. */
  isWhole: boolean;
}

/**
 * Hints at who is suspended, by partition of the stream (`streamPartition` of the account), so that ingest need
 * not read every account of a post. The account alone says what is true: whoever would refuse reads it first.
 *
 * Promise: an account that is suspended is among them. One that no longer is may be, until its end is told. A
 * call that is older than what is stored, by the account's revision, changes nothing.
 */
export interface SuspendedAccounts {
  /** To be awaited before the put of the account at revision `rev`. */
  add(tenantId: string, account: SuspendedAccount): Promise<void>;
  /**
   * To be called once the end of its suspension until `until` is told, when `rev` was the account's revision and
   * it was suspended until then no longer; after `until` itself any revision is past. One that lasts longer or was made at a later revision stands.
   */
  remove(tenantId: string, account: SuspendedAccount): Promise<void>;
  /** May be a second behind. */
  read(tenantId: string, partition: number): Promise<SuspendedHint>;
  /** Suspensions whose `until` has passed and whose end is not told yet, oldest first. */
  ended(tenantId: string, now: number): AsyncIterable<SuspendedAccount>;
}
