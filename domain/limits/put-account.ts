import { type AccountChange, type AccountState, newAccount, reviseAccount } from './account-state.ts';
import type { AccountStore } from './account-store.ts';
import { accountWritesMax } from './limit-revision.ts';

export type PutAccount =
  | { ok: true; account: AccountState }
  /** `lost`: others changed the account at the same time, again and again; `used_up`: it can be changed no more. */
  | { ok: false; code: 'lost' | 'used_up' };

/** A change that loses a race against another is made again to what the other stored, this often. */
const attemptsMax = 8;

export interface PutAccountPorts {
  accounts: Pick<AccountStore, 'find' | 'put' | 'noteOwnLimits'>;
  /** Awaited before anything is changed, so that whoever dies after that leaves nothing unseen. */
  announce: (tenantId: string, accountId: string) => Promise<void>;
}

/** Stores what is set of an account, whether it has reported yet or not. Repeating it changes nothing more. */
export async function putAccount(
  { accounts, announce }: PutAccountPorts,
  tenantId: string,
  accountId: string,
  change: AccountChange,
): Promise<PutAccount> {
  let isAnnounced = false;
  for (let attempt = 0; attempt < attemptsMax; attempt += 1) {
    const account = (await accounts.find(tenantId, accountId)) ?? newAccount(tenantId, accountId);
    const revised = reviseAccount(account, change);
    if (revised === account) return { ok: true, account };
    if (revised.writes > accountWritesMax) return { ok: false, code: 'used_up' };
    if (!isAnnounced) await announce(tenantId, accountId);
    isAnnounced = true;
    if (revised.limits.length > 0) await accounts.noteOwnLimits(tenantId);
    const next = { ...revised, rev: account.rev + 1 };
    if (await accounts.put(next)) return { ok: true, account: next };
  }
  return { ok: false, code: 'lost' };
}
