import type { AccountState } from './account-state.ts';

/**
 * Keeps what is set of accounts and what enforcement has made of them. Reads are consistent.
 *
 * Promise: a put takes place only if the account is stored at revision `rev - 1` (is not stored, where `rev` is
 * 1), so of several writers that read the same state one gets through. A put that rejects may have taken place.
 */
export interface AccountStore {
  /** Undefined where nothing is stored: such an account has the default plan and is active. */
  find(tenantId: string, accountId: string): Promise<AccountState | undefined>;
  /** In the order of the ids. */
  findAll(tenantId: string, accountIds: readonly string[]): Promise<(AccountState | undefined)[]>;
  /** Answers whether it took place. Repeating one that did answers false and changes nothing. */
  put(account: AccountState): Promise<boolean>;
  /**
   * Notes that accounts of the tenant may have limits of their own, so that whoever counts looks for them. To be
   * called, and awaited, before the first own limit of an account is put. Repeating it changes nothing.
   */
  noteOwnLimits(tenantId: string): Promise<void>;
  hasOwnLimits(tenantId: string): Promise<boolean>;
}
