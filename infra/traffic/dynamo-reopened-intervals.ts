import {
  DeleteItemCommand,
  type DynamoDBClient,
  PutItemCommand,
  paginateQuery,
} from '@aws-sdk/client-dynamodb';
import {
  type ReopenedInterval,
  type ReopenedIntervals,
  reopenedMax,
} from '../../domain/traffic/traffic-reader.ts';
import type { Item } from '../metering/window-items.ts';
import type { Random } from '../random.ts';
import { wasMet } from '../was-met.ts';
import { minuteOf, minuteText } from './traffic-keys.ts';

/** In TrafficTable: `m#<tenant>`, `<series>#2026-11-21T10:05`. */
export function dynamoReopenedIntervals(
  client: DynamoDBClient,
  table: string,
  { random }: { random: Random },
): ReopenedIntervals {
  return {
    async mark(tenantId, series, start, expiresAt) {
      const Item = {
        ...itemKey(tenantId, series, start),
        rev: { S: newRev(random) },
        expiresAt: { N: String(expiresAt) },
      };
      await client.send(new PutItemCommand({ TableName: table, Item }));
    },

    async list(tenantId) {
      const found: ReopenedInterval[] = [];
      const pages = paginateQuery(
        { client },
        {
          TableName: table,
          ConsistentRead: true,
          KeyConditionExpression: 'pk = :pk',
          ExpressionAttributeValues: { ':pk': { S: pkOf(tenantId) } },
        },
      );
      for await (const { Items } of pages) {
        found.push(...(Items ?? []).map(fromItem));
        if (found.length >= reopenedMax) break;
      }
      return found.slice(0, reopenedMax);
    },

    async clear(tenantId, { series, start, rev }) {
      const remove = new DeleteItemCommand({
        TableName: table,
        Key: itemKey(tenantId, series, start),
        ConditionExpression: 'rev = :rev',
        ExpressionAttributeValues: { ':rev': { S: rev } },
      });
      await wasMet(client.send(remove));
    },
  };
}

/** Nobody counts the marks: two that are the same by chance would hide one from who clears the other. */
const newRev = (random: Random): string =>
  [random(), random()].map((part) => Math.floor(part * 2 ** 48).toString(36)).join('-');

const pkOf = (tenantId: string): string => `m#${tenantId}`;

const itemKey = (tenantId: string, series: string, start: number) => ({
  pk: { S: pkOf(tenantId) },
  sk: { S: `${series}#${minuteText(start)}` },
});

function fromItem(item: Item): ReopenedInterval {
  const [series = '', minute = ''] = item.sk?.S?.split('#') ?? [];
  return { series, start: minuteOf(minute), rev: item.rev?.S as string };
}
