import { setTimeout as delay } from 'node:timers/promises';
import { type DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import type { AccountNotice } from '../../domain/limits/account-notice.ts';
import type { AccountState } from '../../domain/limits/account-state.ts';
import type { AccountStore } from '../../domain/limits/account-store.ts';
import { batchGet } from '../dynamo-batch-get.ts';
import type { Item } from '../metering/window-items.ts';
import type { Random } from '../random.ts';
import { wasMet } from '../was-met.ts';

export interface AccountStorePorts {
  random: Random;
  wait?: (ms: number) => Promise<unknown>;
}

/**
 * Accounts in AccountsTable: `a#<tenant>#<account>`, `account`, the state as one JSON text beside its revision;
 * and whether a tenant has accounts with limits of their own: `o#<tenant>`, `own-limits`.
 */
export function dynamoAccountStore(
  client: DynamoDBClient,
  table: string,
  { random, wait = delay }: AccountStorePorts,
): AccountStore {
  const read = async ({ pk, sk }: { pk: string; sk: string }): Promise<Item | undefined> => {
    const Key = { pk: { S: pk }, sk: { S: sk } };
    return (await client.send(new GetItemCommand({ TableName: table, Key, ConsistentRead: true }))).Item;
  };
  return {
    find: async (tenantId, accountId) => fromItem(await read(keyOf(tenantId, accountId))),
    async findAll(tenantId, accountIds) {
      const keys = accountIds.map((accountId) => keyOf(tenantId, accountId));
      const items = await batchGet(client, table, keys, { consistent: true, random, wait });
      return items.map(fromItem);
    },
    put(account) {
      const isNew = account.rev === 1;
      return wasMet(
        client.send(
          new PutItemCommand({
            TableName: table,
            Item: toItem(account),
            ConditionExpression: isNew ? 'attribute_not_exists(pk)' : 'rev = :read',
            ...(!isNew && { ExpressionAttributeValues: { ':read': { N: String(account.rev - 1) } } }),
          }),
        ),
      );
    },
    async noteOwnLimits(tenantId) {
      const { pk, sk } = ownLimitsKey(tenantId);
      await client.send(new PutItemCommand({ TableName: table, Item: { pk: { S: pk }, sk: { S: sk } } }));
    },
    hasOwnLimits: async (tenantId) => (await read(ownLimitsKey(tenantId))) !== undefined,
  };
}

const keyOf = (tenantId: string, accountId: string) => ({ pk: `a#${tenantId}#${accountId}`, sk: 'account' });
const ownLimitsKey = (tenantId: string) => ({ pk: `o#${tenantId}`, sk: 'own-limits' });

function toItem(account: AccountState): Item {
  const { pk, sk } = keyOf(account.tenantId, account.accountId);
  const { rev, ...state } = account;
  // Quantities may be larger than a JSON number holds exactly.
  const text = JSON.stringify(state, (_, value) => (typeof value === 'bigint' ? String(value) : value));
  return { pk: { S: pk }, sk: { S: sk }, rev: { N: String(rev) }, state: { S: text } };
}

function fromItem(item: Item | undefined): AccountState | undefined {
  if (item?.state?.S === undefined) return undefined;
  const state = JSON.parse(item.state.S) as Omit<AccountState, 'rev'>;
  return { ...state, rev: Number(item.rev?.N), untold: state.untold.map(withQuantities) };
}

const withQuantities = (notice: AccountNotice): AccountNotice =>
  notice.kind === 'account.suspended'
    ? { ...notice, used: BigInt(notice.used), limit: BigInt(notice.limit) }
    : notice;
