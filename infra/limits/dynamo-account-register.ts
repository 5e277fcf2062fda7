import { type DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import type { AccountRegister } from '../../domain/limits/account-register.ts';
import { accountPartition } from '../../domain/metering/account-partition.ts';
import { registryPk } from '../metering/dynamo-account-registry.ts';
import { wasMet } from '../was-met.ts';

/** The registry's items of accounts (see dynamoAccountRegistry), without a dirty day. */
export function dynamoAccountRegister(client: DynamoDBClient, table: string): AccountRegister {
  return {
    async register(tenantId, accountId) {
      const pk = registryPk(tenantId, accountPartition(accountId));
      const put = new PutItemCommand({
        TableName: table,
        Item: { pk: { S: pk }, sk: { S: accountId } },
        ConditionExpression: 'attribute_not_exists(pk)',
      });
      await wasMet(client.send(put));
    },
  };
}
