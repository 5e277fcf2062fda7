import { accountPartition } from './account-partition.ts';
import type { AccountRegistry, RegisteredAccount } from './account-registry.ts';

/** The double of an AccountRegistry. */
export function memoryAccountRegistry(): AccountRegistry {
  const tenants = new Map<string, Map<string, RegisteredAccount>>();
  const accountsOf = (tenantId: string): RegisteredAccount[] => [...(tenants.get(tenantId)?.values() ?? [])];

  return {
    async mark(tenantId, accountId, days, markedAt) {
      const accounts = tenants.get(tenantId) ?? new Map<string, RegisteredAccount>();
      tenants.set(tenantId, accounts);
      const account = accounts.get(accountId) ?? { accountId, dirtyDays: new Map() };
      accounts.set(accountId, account);
      for (const day of days) {
        account.dirtyDays.set(day, Math.max(markedAt, account.dirtyDays.get(day) ?? markedAt));
      }
    },
    async clearMark(tenantId, accountId, day, markedAt) {
      const account = tenants.get(tenantId)?.get(accountId);
      return account?.dirtyDays.get(day) === markedAt && account.dirtyDays.delete(day);
    },
    async list(tenantId, { prefix = '', after = '', limit }) {
      return accountsOf(tenantId)
        .filter(({ accountId }) => accountId.startsWith(prefix) && compareUtf8(accountId, after) > 0)
        .toSorted((one, other) => compareUtf8(one.accountId, other.accountId))
        .slice(0, limit)
        .map((account) => structuredClone(account));
    },
    async *walk(tenantId, partition) {
      for (const account of accountsOf(tenantId)) {
        if (accountPartition(account.accountId) === partition) yield structuredClone(account);
      }
    },
    async find(tenantId, accountId) {
      return structuredClone(tenants.get(tenantId)?.get(accountId));
    },
  };
}

const encoder = new TextEncoder();

/** Orders texts as their UTF-8 bytes, which is the order of their code points. */
function compareUtf8(one: string, other: string): number {
  const [left, right] = [encoder.encode(one), encoder.encode(other)];
  const differs = left.findIndex((byte, index) => byte !== right[index]);
  if (differs === -1) return left.length - right.length;
  return differs >= right.length ? 1 : left[differs]! - right[differs]!;
}
