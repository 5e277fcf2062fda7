import { type DynamoDBClient, GetItemCommand, PutItemCommand, QueryCommand } from '@aws-sdk/client-dynamodb';
import type { ConfigHistory } from '../../domain/tenancy/config-history.ts';
import type { TenantConfig } from '../../domain/tenancy/tenant-config.ts';
import { wasMet } from '../was-met.ts';

type Item = Record<string, { S?: string }>;

/**
 * Configurations in TenantsTable: `tenant#<tenant>`, `config#0000000007`, the document as one JSON text. The
 * revision in the key is the commit, there is no pointer beside it.
 */
export function dynamoConfigHistory(client: DynamoDBClient, table: string): ConfigHistory {
  return {
    async latest(tenantId) {
      const { Items } = await client.send(
        new QueryCommand({
          TableName: table,
          KeyConditionExpression: 'pk = :pk AND begins_with(sk, :prefix)',
          ExpressionAttributeValues: { ':pk': { S: `tenant#${tenantId}` }, ':prefix': { S: 'config#' } },
          ScanIndexForward: false,
          Limit: 1,
          ConsistentRead: true,
        }),
      );
      return fromItem(Items?.[0]);
    },
    async at(tenantId, revision) {
      const { Item } = await client.send(
        new GetItemCommand({ TableName: table, Key: keyOf(tenantId, revision), ConsistentRead: true }),
      );
      return fromItem(Item);
    },
    async appendOnce(tenantId, config) {
      const put = new PutItemCommand({
        TableName: table,
        Item: { ...keyOf(tenantId, config.revision), document: { S: JSON.stringify(config) } },
        ConditionExpression: 'attribute_not_exists(pk)',
      });
      return wasMet(client.send(put));
    },
  };
}

const keyOf = (tenantId: string, revision: number) => ({
  pk: { S: `tenant#${tenantId}` },
  sk: { S: `config#${String(revision).padStart(10, '0')}` },
});

const fromItem = (item: Item | undefined): TenantConfig | undefined =>
  item?.document?.S === undefined ? undefined : (JSON.parse(item.document.S) as TenantConfig);
