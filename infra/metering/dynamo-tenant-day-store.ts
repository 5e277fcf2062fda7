import { type DynamoDBClient, GetItemCommand, PutItemCommand, paginateQuery } from '@aws-sdk/client-dynamodb';
import { formatPartition } from '../../domain/metering/account-partition.ts';
import { dayExpiresAt, noUsage, sumUsage, type UsageSum } from '../../domain/metering/days/day.ts';
import type { PartitionDay, TenantDayStore } from '../../domain/metering/days/day-store.ts';
import { wasMet } from '../was-met.ts';
import { attributeKey, toSum } from './day-items.ts';
import type { Item } from './window-items.ts';

/** No meter's name begins so. */
const countPrefix = '#accounts#';

const pkOf = (tenantId: string): string => `t#${tenantId}`;
const keyOf = ({ tenantId, meter, date, partition }: PartitionDay) => ({
  pk: pkOf(tenantId),
  sk: `${meter}#${date}#${formatPartition(partition)}`,
});
/** The date in `<meter>#2026-11-21#07`. */
const dateOf = (sk: string): string => sk.slice(-13, -3);

/** A tenant's days in UsageTable, an item a registry partition, and beside them how many accounts each has. */
export function dynamoTenantDayStore(client: DynamoDBClient, table: string): TenantDayStore {
  async function* query(pk: string, condition: string, values: Record<string, string>): AsyncIterable<Item> {
    const texts = Object.entries({ ':pk': pk, ...values }).map(([name, value]) => [name, { S: value }]);
    const pages = paginateQuery(
      { client },
      {
        TableName: table,
        ConsistentRead: true,
        KeyConditionExpression: `pk = :pk AND ${condition}`,
        ExpressionAttributeValues: Object.fromEntries(texts),
      },
    );
    for await (const { Items } of pages) yield* Items ?? [];
  }

  return {
    async readRevision(day) {
      const Key = attributeKey(keyOf(day));
      const { Item } = await client.send(new GetItemCommand({ TableName: table, Key, ConsistentRead: true }));
      return Number(Item?.rev?.N ?? 0);
    },

    putSum: (day, { value, events, hours }, revision) =>
      wasMet(
        client.send(
          new PutItemCommand({
            TableName: table,
            Item: {
              ...attributeKey(keyOf(day)),
              rev: { N: String(revision + 1) },
              total: { N: String(value) },
              events: { N: String(events) },
              expiresAt: { N: String(dayExpiresAt(hours)) },
            },
            ConditionExpression: revision === 0 ? 'attribute_not_exists(pk)' : 'rev = :rev',
            ...(revision > 0 && { ExpressionAttributeValues: { ':rev': { N: String(revision) } } }),
          }),
        ),
      ),

    async readSums(tenantId, meter, first, last) {
      const sums = new Map<string, UsageSum>();
      const span = { ':first': `${meter}#${first}`, ':last': `${meter}#${last}#99` };
      for await (const item of query(pkOf(tenantId), 'sk BETWEEN :first AND :last', span)) {
        const date = dateOf(item.sk?.S as string);
        sums.set(date, sumUsage([sums.get(date) ?? noUsage, toSum(item)]));
      }
      return sums;
    },

    async putAccountCount(tenantId, partition, accounts) {
      const key = { pk: pkOf(tenantId), sk: `${countPrefix}${formatPartition(partition)}` };
      const item = { ...attributeKey(key), accounts: { N: String(accounts) } };
      await client.send(new PutItemCommand({ TableName: table, Item: item }));
    },

    async readAccountCount(tenantId) {
      let accounts = 0;
      const counts = query(pkOf(tenantId), 'begins_with(sk, :prefix)', { ':prefix': countPrefix });
      for await (const item of counts) accounts += Number(item.accounts?.N);
      return accounts;
    },
  };
}
