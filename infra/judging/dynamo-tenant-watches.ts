import { type DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { nothingWatched, type TenantWatch, type TenantWatches } from '../../domain/judging/tenant-watch.ts';
import { wasMet } from '../was-met.ts';

/** In TrafficTable: `y#<tenant>`, `watch`. */
export function dynamoTenantWatches(client: DynamoDBClient, table: string): TenantWatches {
  const keyOf = (tenantId: string) => ({ pk: { S: `y#${tenantId}` }, sk: { S: 'watch' } });
  return {
    async read(tenantId) {
      const get = new GetItemCommand({ TableName: table, Key: keyOf(tenantId), ConsistentRead: true });
      const { Item } = await client.send(get);
      if (!Item) return nothingWatched;
      const watch = JSON.parse(Item.watch?.S as string) as Omit<TenantWatch, 'rev'>;
      return { rev: Number(Item.rev?.N), ...watch };
    },

    put(tenantId, { rev, ...watch }) {
      const put = new PutItemCommand({
        TableName: table,
        Item: { ...keyOf(tenantId), rev: { N: String(rev) }, watch: { S: JSON.stringify(watch) } },
        ConditionExpression: rev === 1 ? 'attribute_not_exists(pk)' : 'rev = :former',
        ...(rev > 1 && { ExpressionAttributeValues: { ':former': { N: String(rev - 1) } } }),
      });
      return wasMet(client.send(put));
    },
  };
}
