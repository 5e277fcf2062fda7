import { type DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import type { RecountReport, RecountReports } from '../../domain/reconciliation/recount-reports.ts';

/** In TrafficTable: `q#<tenant>`, `report`. Who deletes a tenant finds it by the tenant in its key. */
export function dynamoRecountReports(client: DynamoDBClient, table: string): RecountReports {
  const keyOf = (tenantId: string) => ({ pk: { S: `q#${tenantId}` }, sk: { S: 'report' } });
  return {
    async last(tenantId) {
      const get = new GetItemCommand({ TableName: table, Key: keyOf(tenantId), ConsistentRead: true });
      const { Item } = await client.send(get);
      return Item ? (JSON.parse(Item.report?.S as string) as RecountReport) : undefined;
    },

    async put(tenantId, report) {
      const item = { ...keyOf(tenantId), report: { S: JSON.stringify(report) } };
      await client.send(new PutItemCommand({ TableName: table, Item: item }));
    },
  };
}
