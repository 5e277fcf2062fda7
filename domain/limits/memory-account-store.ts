import type { AccountState } from './account-state.ts';
import type { AccountStore } from './account-store.ts';

/** The double of an AccountStore. */
export function memoryAccountStore(): AccountStore {
  const accounts = new Map<string, AccountState>();
  const ownLimits = new Set<string>();
  const nameOf = (tenantId: string, accountId: string): string => JSON.stringify([tenantId, accountId]);
  const find = async (tenantId: string, accountId: string) =>
    structuredClone(accounts.get(nameOf(tenantId, accountId)));
  return {
    find,
    findAll: (tenantId, accountIds) => Promise.all(accountIds.map((id) => find(tenantId, id))),
    async put(account) {
      const name = nameOf(account.tenantId, account.accountId);
      if ((accounts.get(name)?.rev ?? 0) !== account.rev - 1) return false;
      accounts.set(name, structuredClone(account));
      return true;
    },
    async noteOwnLimits(tenantId) {
      ownLimits.add(tenantId);
    },
    hasOwnLimits: async (tenantId) => ownLimits.has(tenantId),
  };
}
