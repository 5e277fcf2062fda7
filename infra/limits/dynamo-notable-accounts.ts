import {
  DeleteItemCommand,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  paginateQuery,
  type QueryCommandInput,
} from '@aws-sdk/client-dynamodb';
import type { Notable, NotableAccounts } from '../../domain/limits/notable-accounts.ts';
import { accountsAfter } from '../metering/dynamo-account-registry.ts';
import type { Item } from '../metering/window-items.ts';

/** Pages of 1 MB, some 10,000 accounts each, that are counted; who has more of them is answered as many. */
const countedPagesMax = 20;

/** In AccountsTable: `n#<tenant>`, `<account>`: one partition, so that accounts are read in order of their ids. */
export function dynamoNotableAccounts(client: DynamoDBClient, table: string): NotableAccounts {
  const keyOf = (tenantId: string, accountId: string) => ({
    pk: { S: pkOf(tenantId) },
    sk: { S: accountId },
  });

  async function* pages(query: Omit<QueryCommandInput, 'TableName'>): AsyncIterable<Item[]> {
    for await (const { Items } of paginateQuery({ client }, { TableName: table, ...query }))
      yield Items ?? [];
  }

  return {
    async note(tenantId, accountId, notable) {
      const Key = keyOf(tenantId, accountId);
      const get = new GetItemCommand({ TableName: table, Key, ConsistentRead: true });
      const { Item: stored } = await client.send(get);
      // Most accounts are as they were: looking costs half of what writing would.
      if (notable ? stored && isSame(fromItem(stored), notable) : !stored) return;
      if (!notable) await client.send(new DeleteItemCommand({ TableName: table, Key }));
      else await client.send(new PutItemCommand({ TableName: table, Item: { ...Key, ...toItem(notable) } }));
    },

    async list(tenantId, { prefix = '', after = '', limit, state, now }) {
      const query = {
        ...accountsAfter(pkOf(tenantId), { prefix, after }),
        FilterExpression: `${state === 'suspended' ? 'suspended = :asked' : '#state = :asked'} AND #until > :now`,
        ExpressionAttributeNames: { '#until': 'until', ...(state !== 'suspended' && { '#state': 'state' }) },
      };
      const values = {
        ...query.ExpressionAttributeValues,
        ':asked': state === 'suspended' ? { BOOL: true } : { S: state },
        ':now': { N: String(now) },
      };
      const found: string[] = [];
      for await (const items of pages({ ...query, ExpressionAttributeValues: values })) {
        const ids = items.map(({ sk }) => sk?.S as string);
        found.push(...ids.filter((id) => id.startsWith(prefix)));
        if (found.length >= limit) break;
      }
      return found.slice(0, limit);
    },

    async count(tenantId, now) {
      const count = { near: 0, suspended: 0 };
      const query = {
        KeyConditionExpression: 'pk = :pk',
        ExpressionAttributeValues: { ':pk': { S: pkOf(tenantId) } },
      };
      let counted = 0;
      for await (const items of pages(query)) {
        const noted = items.map(fromItem).filter(({ until }) => now < until);
        count.near += noted.filter(({ state }) => state === 'near').length;
        count.suspended += noted.filter(({ isSuspended }) => isSuspended).length;
        if (++counted === countedPagesMax) break;
      }
      return count;
    },
  };
}

const pkOf = (tenantId: string): string => `n#${tenantId}`;

const toItem = ({ state, isSuspended, until }: Notable): Item => ({
  state: { S: state },
  suspended: { BOOL: isSuspended },
  until: { N: String(until) },
  expiresAt: { N: String(Math.ceil(until / 1000)) },
});

const fromItem = (item: Item): Notable => ({
  state: item.state?.S as Notable['state'],
  isSuspended: item.suspended?.BOOL === true,
  until: Number(item.until?.N),
});

const isSame = (one: Notable, other: Notable): boolean =>
  one.state === other.state && one.isSuspended === other.isSuspended && one.until === other.until;
