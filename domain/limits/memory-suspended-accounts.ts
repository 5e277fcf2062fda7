import { streamPartition } from '../metering/intake/stream-partition.ts';
import type { SuspendedAccount, SuspendedAccounts } from './suspended-accounts.ts';

/** The double of SuspendedAccounts. */
export function memorySuspendedAccounts(): SuspendedAccounts {
  const hints = new Map<string, SuspendedAccount & { tenantId: string }>();
  const ends = new Map<string, SuspendedAccount & { tenantId: string }>();
  const hintOf = (tenantId: string, accountId: string) => JSON.stringify([tenantId, accountId]);
  const endOf = (tenantId: string, { accountId, until }: SuspendedAccount) =>
    JSON.stringify([tenantId, accountId, until]);
  const isOf = (tenantId: string) => (one: { tenantId: string }) => one.tenantId === tenantId;
  const plain = ({ accountId, until, rev }: SuspendedAccount) => ({ accountId, until, rev });

  return {
    async add(tenantId, account) {
      for (const [stored, name] of [
        [hints, hintOf(tenantId, account.accountId)],
        [ends, endOf(tenantId, account)],
      ] as const) {
        if ((stored.get(name)?.rev ?? 0) < account.rev) stored.set(name, { ...account, tenantId });
      }
    },
    async remove(tenantId, account) {
      const end = ends.get(endOf(tenantId, account));
      if (end && end.rev <= account.rev) ends.delete(endOf(tenantId, account));
      const hint = hints.get(hintOf(tenantId, account.accountId));
      if (hint && hint.rev <= account.rev && hint.until <= account.until) {
        hints.delete(hintOf(tenantId, account.accountId));
      }
    },
    async read(tenantId, partition) {
      const found = [...hints.values()]
        .filter(isOf(tenantId))
        .filter(({ accountId }) => streamPartition(accountId) === partition);
      return { accounts: new Map(found.map((one) => [one.accountId, plain(one)])), isWhole: true };
    },
    async *ended(tenantId, now) {
      yield* [...ends.values()]
        .filter(isOf(tenantId))
        .filter(({ until }) => until <= now)
        .sort((a, b) => a.until - b.until)
        .map(plain);
    },
  };
}
