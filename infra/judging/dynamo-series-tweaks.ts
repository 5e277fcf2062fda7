import {
  type AttributeValue,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  paginateQuery,
} from '@aws-sdk/client-dynamodb';
import { noTweak, type SeriesTweak, type SeriesTweaks } from '../../domain/judging/series-tweak.ts';
import { wasMet } from '../was-met.ts';

/** In TrafficTable: `x#<tenant>`, `<series>`: what is set of a series, and what feedback has taught. */
export function dynamoSeriesTweaks(client: DynamoDBClient, table: string): SeriesTweaks {
  const keyOf = (tenantId: string, series: string) => ({ pk: { S: `x#${tenantId}` }, sk: { S: series } });
  return {
    async readAll(tenantId) {
      const pages = paginateQuery(
        { client },
        {
          TableName: table,
          ConsistentRead: true,
          KeyConditionExpression: 'pk = :pk',
          ExpressionAttributeValues: { ':pk': { S: `x#${tenantId}` } },
        },
      );
      const tweaks = new Map<string, SeriesTweak>();
      for await (const { Items } of pages) {
        for (const item of Items ?? []) tweaks.set(item.sk?.S as string, fromItem(item));
      }
      return tweaks;
    },

    async read(tenantId, series) {
      const get = new GetItemCommand({
        TableName: table,
        Key: keyOf(tenantId, series),
        ConsistentRead: true,
      });
      const { Item } = await client.send(get);
      return Item ? fromItem(Item) : noTweak;
    },

    put(tenantId, series, { rev, ...tweak }) {
      const put = new PutItemCommand({
        TableName: table,
        Item: { ...keyOf(tenantId, series), rev: { N: String(rev) }, tweak: { S: JSON.stringify(tweak) } },
        ConditionExpression: rev === 1 ? 'attribute_not_exists(pk)' : 'rev = :former',
        ...(rev > 1 && { ExpressionAttributeValues: { ':former': { N: String(rev - 1) } } }),
      });
      return wasMet(client.send(put));
    },
  };
}

const fromItem = (item: Record<string, AttributeValue>): SeriesTweak => ({
  rev: Number(item.rev?.N),
  ...(JSON.parse(item.tweak?.S as string) as Omit<SeriesTweak, 'rev'>),
});
