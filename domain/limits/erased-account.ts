import { type AccountState, newAccount } from './account-state.ts';
import { accountWritesMax } from './limit-revision.ts';

/**
 * What is kept of an account that is erased: its counters alone, so that no limit revision of it ever recurs. Erasing
 * is a write like any other: what the account is held to from then on is another limit than it ever was.
 */
export function erasedAccount(account: AccountState): AccountState {
  if (isErased(account)) return account;
  const { tenantId, accountId, rev, writes } = account;
  const erasure = Math.min(writes + 1, accountWritesMax);
  return { ...newAccount(tenantId, accountId), rev: rev + 1, writes: erasure, planWrite: erasure };
}

function isErased({
  writes,
  plan,
  planWrite,
  limits,
  limitWrites,
  suspensions,
  untold,
}: AccountState): boolean {
  const isEmpty = plan === undefined && limits.length === 0 && untold.length === 0;
  const isBare = Object.keys(limitWrites).length === 0 && Object.keys(suspensions).length === 0;
  return isEmpty && isBare && writes > 0 && planWrite === writes;
}
