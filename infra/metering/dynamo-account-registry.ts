import {
  ConditionalCheckFailedException,
  type DynamoDBClient,
  GetItemCommand,
  paginateQuery,
  QueryCommand,
  type QueryCommandInput,
  UpdateItemCommand,
  type UpdateItemCommandInput,
} from '@aws-sdk/client-dynamodb';
import { accountPartition, formatPartition } from '../../domain/metering/account-partition.ts';
import {
  type AccountRegistry,
  type RegisteredAccount,
  registryPartitions,
  type UtcDay,
} from '../../domain/metering/account-registry.ts';
import type { Item } from './window-items.ts';

/**
 * The registry in UsageTable: `r#<tenant>#<partition>`, `<account>`, with one attribute a dirty day: its
 * number -> when it was last marked. A mark is one write of one unit, whether the account is new or not.
 */
export function dynamoAccountRegistry(client: DynamoDBClient, table: string): AccountRegistry {
  const keyOf = (tenantId: string, accountId: string) => ({
    pk: { S: registryPk(tenantId, accountPartition(accountId)) },
    sk: { S: accountId },
  });

  async function updateDay(
    tenantId: string,
    accountId: string,
    day: UtcDay,
    update: Required<Pick<UpdateItemCommandInput, 'UpdateExpression' | 'ConditionExpression'>> & {
      markedAt: number;
    },
  ): Promise<boolean> {
    const { markedAt, ...expressions } = update;
    try {
      await client.send(
        new UpdateItemCommand({
          TableName: table,
          Key: keyOf(tenantId, accountId),
          ...expressions,
          ExpressionAttributeNames: { '#day': dayAttribute(day) },
          ExpressionAttributeValues: { ':markedAt': { N: String(markedAt) } },
        }),
      );
      return true;
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return false;
      throw error;
    }
  }

  async function* pagesOf(query: Partial<QueryCommandInput>) {
    const input = { TableName: table, ConsistentRead: true, ...query };
    for await (const { Items } of paginateQuery({ client }, input)) yield (Items ?? []).map(fromItem);
  }

  return {
    async mark(tenantId, accountId, days, markedAt) {
      for (const day of days) {
        // A later mark stands already where the condition fails: the day is dirty, and for longer.
        await updateDay(tenantId, accountId, day, {
          UpdateExpression: 'SET #day = :markedAt',
          ConditionExpression: 'attribute_not_exists(#day) OR #day < :markedAt',
          markedAt,
        });
      }
    },

    clearMark: (tenantId, accountId, day, markedAt) =>
      updateDay(tenantId, accountId, day, {
        UpdateExpression: 'REMOVE #day',
        ConditionExpression: '#day = :markedAt',
        markedAt,
      }),

    async list(tenantId, page) {
      const parts = await Promise.all(
        Array.from({ length: registryPartitions }, async (_, partition) => {
          const { Items } = await client.send(
            new QueryCommand({
              TableName: table,
              ConsistentRead: true,
              Limit: page.limit,
              ...accountsAfter(registryPk(tenantId, partition), page),
            }),
          );
          return (Items ?? []).map(fromItem);
        }),
      );
      return parts
        .flat()
        .filter(({ accountId }) => accountId.startsWith(page.prefix ?? ''))
        .toSorted((one, other) => Buffer.compare(Buffer.from(one.accountId), Buffer.from(other.accountId)))
        .slice(0, page.limit);
    },

    async *walk(tenantId, partition) {
      const pages = pagesOf({
        KeyConditionExpression: 'pk = :pk',
        ExpressionAttributeValues: { ':pk': { S: registryPk(tenantId, partition) } },
      });
      for await (const accounts of pages) yield* accounts;
    },

    async find(tenantId, accountId) {
      const get = new GetItemCommand({
        TableName: table,
        Key: keyOf(tenantId, accountId),
        ConsistentRead: true,
      });
      const { Item } = await client.send(get);
      return Item && fromItem(Item);
    },
  };
}

/** The partition key of a registry partition. */
export const registryPk = (tenantId: string, partition: number): string =>
  `r#${tenantId}#${formatPartition(partition)}`;

const dayAttribute = (day: UtcDay): string => `d${day}`;

/** A sort key takes one condition: from the prefix on, or, once the list is past its beginning, from `after` on. */
export function accountsAfter(pk: string, { prefix = '', after = '' }: { prefix?: string; after?: string }) {
  const isPastPrefix = Buffer.compare(Buffer.from(after), Buffer.from(prefix)) >= 0;
  if (isPastPrefix && after !== '') {
    return {
      KeyConditionExpression: 'pk = :pk AND sk > :after',
      ExpressionAttributeValues: { ':pk': { S: pk }, ':after': { S: after } },
    };
  }
  if (prefix === '') {
    return { KeyConditionExpression: 'pk = :pk', ExpressionAttributeValues: { ':pk': { S: pk } } };
  }
  return {
    KeyConditionExpression: 'pk = :pk AND begins_with(sk, :prefix)',
    ExpressionAttributeValues: { ':pk': { S: pk }, ':prefix': { S: prefix } },
  };
}

function fromItem(item: Item): RegisteredAccount {
  const dirtyDays = new Map<UtcDay, number>();
  for (const [name, value] of Object.entries(item)) {
    if (/^d\d+$/.test(name)) dirtyDays.set(Number(name.slice(1)), Number(value.N));
  }
  return { accountId: item.sk?.S as string, dirtyDays };
}
