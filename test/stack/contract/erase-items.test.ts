import { BatchWriteItemCommand, PutItemCommand, ScanCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { deleteTenantItems } from '../../../commands/erase/delete-tenant.ts';
import { eraseAccountItems } from '../../../commands/erase/erase-account.ts';
import type { Table } from '../../../commands/erase/items.ts';
import { newAccount } from '../../../domain/limits/account-state.ts';
import { accountPartition, formatPartition } from '../../../domain/metering/account-partition.ts';
import { streamPartition } from '../../../domain/metering/intake/stream-partition.ts';
import { recountReport } from '../../../domain/reconciliation/recount-reports.ts';
import { emptyConfig } from '../../../domain/tenancy/tenant-config.ts';
import { dynamoAccountStore } from '../../../infra/limits/dynamo-account-store.ts';
import { dynamoRecountReports } from '../../../infra/reconciliation/dynamo-recount-reports.ts';
import { dynamoConfigHistory } from '../../../infra/tenancy/dynamo-config-history.ts';
import { dynamoTenantDirectory } from '../../../infra/tenancy/dynamo-tenant-directory.ts';
import { type EmulatedDynamo, startDynamo } from '../support/dynamo.ts';

const now = Date.parse('2026-11-21T10:00:00Z');
const meter = { name: 'bytes', eventType: 'vpn.usage', aggregation: 'count', scale: 0 } as const;

describe('erasing from the tables', () => {
  let dynamo: EmulatedDynamo;
  let usage: Table;
  let accounts: Table;
  let tenants: Table;
  beforeAll(async () => {
    dynamo = await startDynamo();
    const table = async (): Promise<Table> => ({ client: dynamo.client, name: await dynamo.createTable() });
    usage = await table();
    accounts = await table();
    tenants = await table();
  });
  afterAll(() => dynamo.stop());

  const put = async ({ client, name }: Table, pk: string, sk: string): Promise<void> => {
    await client.send(new PutItemCommand({ TableName: name, Item: { pk: { S: pk }, sk: { S: sk } } }));
  };
  const keys = async ({ client, name }: Table): Promise<string[]> => {
    const { Items = [] } = await client.send(new ScanCommand({ TableName: name, ConsistentRead: true }));
    return Items.map(({ pk, sk }) => `${pk?.S} ${sk?.S}`).toSorted();
  };

  /** One item of each kind that an account has. */
  async function putAccount(tenantId: string, accountId: string): Promise<void> {
    const partition = formatPartition(accountPartition(accountId));
    const hint = String(streamPartition(accountId)).padStart(2, '0');
    for (const page of ['00000', '00001'])
      await put(usage, `w#${tenantId}#${accountId}`, `bytes#2026-11-21T10#${page}`);
    await put(usage, `c#${tenantId}#${accountId}`, 'bytes#2026-11-01T00');
    for (const date of ['2025-11-01', '2026-11-21'])
      for (const page of ['000', '001'])
        await put(usage, `d#${tenantId}#${date}#${partition}`, `bytes#${accountId}#${page}`);
    await put(usage, `r#${tenantId}#${partition}`, accountId);
    await put(accounts, `n#${tenantId}`, accountId);
    await put(accounts, `s#${tenantId}#${hint}`, accountId);
    await put(accounts, `e#${tenantId}`, `2026-12-01T00#${accountId}`);
    const store = dynamoAccountStore(accounts.client, accounts.name, { random: () => 0 });
    await store.put({ ...newAccount(tenantId, accountId), rev: 1, writes: 3, plan: 'big', planWrite: 3 });
  }

  it('removes an account whole, however its id looks, wherever the process died before', async () => {
    // Each of them begins like another.
    const ids = ['a', 'a#000', 'a#', 'ab', 'A'];
    for (const id of ids) await putAccount('T001', id);
    await putAccount('T0011', 'a');
    const before = { usage: await keys(usage), accounts: await keys(accounts) };
    const history = { latest: async () => ({ ...emptyConfig, meters: [meter] }) };
    const erase = () =>
      eraseAccountItems({ usage, accounts, history, now }, { tenantId: 'T001', accountId: 'a' });

    let deaths = 0;
    for (let left = 0; ; left += 1) {
      let sent = 0;
      dynamo.client.middlewareStack.add(
        (next, context) => async (args) => {
          if (
            context.commandName === new BatchWriteItemCommand({ RequestItems: {} }).constructor.name &&
            sent++ === left
          )
            throw new Error('killed');
          return next(args);
        },
        { step: 'initialize', name: 'death', override: true },
      );
      const died = await erase().then(
        () => false,
        (error: Error) => error.message === 'killed',
      );
      if (!died) break;
      deaths += 1;
    }
    dynamo.client.middlewareStack.remove('death');
    expect(deaths).toBeGreaterThan(1);
    expect(await erase()).toSatisfy((removed: { count: number }[]) =>
      removed.every(({ count }) => count === 0),
    );

    const isOfA = (key: string) =>
      /^[wc]#T001#a /.test(key) ||
      /^[rns]#T001(#\d\d)? a$/.test(key) ||
      /^d#T001#\S+ bytes#a#\d{3}$/.test(key) ||
      /^e#T001 \S+T00#a$/.test(key);
    expect(await keys(usage)).toEqual(before.usage.filter((key) => !isOfA(key)));
    expect(await keys(accounts)).toEqual(before.accounts.filter((key) => !isOfA(key)));
    const store = dynamoAccountStore(accounts.client, accounts.name, { random: () => 0 });
    expect(await store.find('T001', 'a')).toEqual({
      ...newAccount('T001', 'a'),
      rev: 2,
      writes: 4,
      planWrite: 4,
    });
    expect(await store.find('T001', 'ab')).toMatchObject({ plan: 'big', rev: 1 });
  });

  it('removes a tenant from every table, and nothing of one whose name begins alike', async () => {
    const others: Table = { client: dynamo.client, name: await dynamo.createTable() };
    for (const tenantId of ['T100', 'T1001']) {
      await put(others, `w#${tenantId}#acct`, 'x');
      await put(others, `newkind#${tenantId}`, 'y');
      await put(others, `t#${tenantId}`, `T100`);
      const report = recountReport({ at: 1, span: { from: 1, to: 2 }, isEqual: true }, []);
      await dynamoRecountReports(others.client, others.name).put(tenantId, report);
    }
    await put(others, 'k#event-hash', '0001');
    const history = dynamoConfigHistory(tenants.client, tenants.name);
    const directory = dynamoTenantDirectory(tenants.client, tenants.name);
    for (const tenantId of ['T100', 'T1001']) {
      for (const revision of [1, 2, 3]) await history.appendOnce(tenantId, { ...emptyConfig, revision });
      await directory.createOnce({
        ...{ tenantId, createdAt: 1, rate: 'high', gatewayKey: 'g', topics: {}, issuers: [] },
      });
      const key = { keyId: `${tenantId}-aaaaaaaaaaaa`, tenantId, secretHash: 'ab', createdAt: 1 };
      await directory.addKey({ ...key, scopes: ['ingest'] });
    }
    const tables = {
      ...{ tenants, others: [others], directory, history },
      gatewayKeys: { remove: async () => 1 },
      topics: { remove: async () => 3 },
    };
    await deleteTenantItems(tables, 'T100');
    expect((await keys(others)).filter((key) => key.includes('#T100 ') || key.includes('#T100#'))).toEqual(
      [],
    );
    expect((await keys(others)).filter((key) => key.includes('T1001'))).toHaveLength(4);
    expect(await keys(others)).toContain('k#event-hash 0001');
    expect(await directory.find('T100')).toBeUndefined();
    expect(await directory.findKey('T100-aaaaaaaaaaaa')).toBeUndefined();
    expect(await history.latest('T100')).toBeUndefined();
    expect(await directory.deletedRevision('T100')).toBe(3);
    expect(await history.latest('T1001')).toMatchObject({ revision: 3 });
    expect(await directory.findKey('T1001-aaaaaaaaaaaa')).toBeDefined();
    // Again, when its configurations are gone: what was noted stays.
    await deleteTenantItems(tables, 'T100');
    expect(await directory.deletedRevision('T100')).toBe(3);
  });
});
