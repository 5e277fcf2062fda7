import {
  type DynamoDBClient,
  GetItemCommand,
  paginateQuery,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import type { CountKey, IntervalCounts } from '../../domain/traffic/interval-counts.ts';
import type { Clock } from '../clock.ts';
import { wasMet } from '../was-met.ts';
import { minuteOf, minuteText } from './traffic-keys.ts';

/**
 * In TrafficTable, an item a step and shard: `i#<tenant>#<series>`, `2026-11-21T10:05#<shard>`. A series' name
 * cannot hold `#`. An item is some 200 bytes, so a unit of consistent reading covers 20 of them.
 */
export function dynamoIntervalCounts(client: DynamoDBClient, table: string, clock: Clock): IntervalCounts {
  return {
    add(key, { amount, first, last, expiresAt }) {
      const update = new UpdateItemCommand({
        TableName: table,
        Key: itemKey(key),
        UpdateExpression: 'ADD amount :amount SET #last = :last, expiresAt = :expiresAt',
        ConditionExpression: 'attribute_not_exists(#last) OR #last < :first',
        ExpressionAttributeNames: { '#last': 'last' },
        ExpressionAttributeValues: {
          ':amount': { N: String(amount) },
          ':first': { S: first },
          ':last': { S: last },
          ':expiresAt': { N: String(expiresAt) },
        },
      });
      return wasMet(client.send(update));
    },

    async lastOf(key) {
      const { Item } = await client.send(
        new GetItemCommand({ TableName: table, Key: itemKey(key), ConsistentRead: true }),
      );
      return Item?.last?.S;
    },

    async read(tenantId, series, from, to) {
      const sums = new Map<number, bigint>();
      // A step's minute sorts before its shards, so the range holds those of `from` and none of `to`.
      const pages = paginateQuery(
        { client },
        {
          TableName: table,
          ConsistentRead: true,
          KeyConditionExpression: 'pk = :pk AND sk BETWEEN :from AND :to',
          FilterExpression: 'expiresAt > :now',
          ProjectionExpression: 'sk, amount',
          ExpressionAttributeValues: {
            ':pk': { S: pkOf(tenantId, series) },
            ':from': { S: minuteText(from) },
            ':to': { S: minuteText(to) },
            ':now': { N: String(Math.floor(clock() / 1000)) },
          },
        },
      );
      for await (const { Items } of pages) {
        for (const { sk, amount } of Items ?? []) {
          const start = minuteOf(sk?.S?.split('#')[0] ?? '');
          sums.set(start, (sums.get(start) ?? 0n) + BigInt(amount?.N as string));
        }
      }
      return sums;
    },
  };
}

const pkOf = (tenantId: string, series: string): string => `i#${tenantId}#${series}`;

const itemKey = ({ tenantId, series, start, shardId }: CountKey) => ({
  pk: { S: pkOf(tenantId, series) },
  sk: { S: `${minuteText(start)}#${shardId}` },
});
