import { beforeEach, expect, it } from 'vitest';
import { accountPartition } from '../../../domain/metering/account-partition.ts';
import { type AccountRegistry, registryPartitions } from '../../../domain/metering/account-registry.ts';

/** What AccountRegistry promises, for whichever adapter `create` makes. */
export function accountRegistryContract(create: () => Promise<AccountRegistry>): void {
  let registry: AccountRegistry;
  beforeEach(async () => {
    registry = await create();
  });
  const accountIds = async (page: Parameters<AccountRegistry['list']>[1]) =>
    (await registry.list('T001', page)).map(({ accountId }) => accountId);

  it('finds an account once it is marked, with its dirty days', async () => {
    expect(await registry.find('T001', 'a')).toBeUndefined();
    await registry.mark('T001', 'a', [20_778, 20_779], 1_000);
    const account = { accountId: 'a', dirtyDays: new Map([[20_778, 1_000], [20_779, 1_000]]) }; // biome-ignore format: a table
    expect(await registry.find('T001', 'a')).toEqual(account);
    expect(await registry.list('T001', { limit: 10 })).toEqual([account]);
    expect(await registry.find('T002', 'a')).toBeUndefined();
  });

  it('keeps the latest time of a mark, in whatever order they come', async () => {
    await registry.mark('T001', 'a', [1], 2_000);
    await registry.mark('T001', 'a', [1], 1_000);
    expect((await registry.find('T001', 'a'))?.dirtyDays).toEqual(new Map([[1, 2_000]]));
    await registry.mark('T001', 'a', [1], 3_000);
    expect((await registry.find('T001', 'a'))?.dirtyDays).toEqual(new Map([[1, 3_000]]));
  });

  it('clears a mark only as it was read, and keeps the account', async () => {
    await registry.mark('T001', 'a', [1, 2], 1_000);
    await registry.mark('T001', 'a', [1], 2_000);
    expect(await registry.clearMark('T001', 'a', 1, 1_000)).toBe(false);
    expect(await registry.clearMark('T001', 'a', 1, 2_000)).toBe(true);
    expect(await registry.clearMark('T001', 'a', 1, 2_000)).toBe(false);
    expect(await registry.find('T001', 'a')).toEqual({ accountId: 'a', dirtyDays: new Map([[2, 1_000]]) });
    await registry.mark('T001', 'a', [1], 1_500);
    expect((await registry.find('T001', 'a'))?.dirtyDays.get(1)).toBe(1_500);
  });

  it('never brings an account into being by clearing a mark', async () => {
    expect(await registry.clearMark('T001', 'nobody', 1, 1)).toBe(false);
    expect(await registry.find('T001', 'nobody')).toBeUndefined();
  });

  it('lists accounts in the order of their UTF-8, page by page and by prefix', async () => {
    const ids = ['B', 'a', 'a#1', 'aa', 'ab', 'b', 'd20779', '\u{fb01}', '\u{1f600}'];
    for (const id of ids.toReversed()) await registry.mark('T001', id, [1], 1);
    expect(await accountIds({ limit: 100 })).toEqual(ids);
    expect(await accountIds({ limit: 3 })).toEqual(ids.slice(0, 3));
    expect(await accountIds({ limit: 3, after: 'a#1' })).toEqual(['aa', 'ab', 'b']);
    expect(await accountIds({ limit: 100, prefix: 'a' })).toEqual(['a', 'a#1', 'aa', 'ab']);
    expect(await accountIds({ limit: 2, prefix: 'a', after: 'a#1' })).toEqual(['aa', 'ab']);
    expect(await accountIds({ limit: 2, prefix: 'a', after: 'ab' })).toEqual([]);
    expect(await accountIds({ limit: 2, prefix: 'b', after: 'a' })).toEqual(['b']);
    expect(await accountIds({ limit: 2, prefix: 'a', after: 'x' })).toEqual([]);
  });

  it('walks each partition over its own accounts', async () => {
    const ids = Array.from({ length: 50 }, (_, index) => `acct-${index}`);
    await Promise.all(ids.map((id) => registry.mark('T001', id, [1], 1)));
    const walked: string[] = [];
    for (let partition = 0; partition < registryPartitions; partition++) {
      for await (const { accountId } of registry.walk('T001', partition)) {
        expect(accountPartition(accountId)).toBe(partition);
        walked.push(accountId);
      }
    }
    expect(walked.toSorted()).toEqual(ids.toSorted());
  });
}
