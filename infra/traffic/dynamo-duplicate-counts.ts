import { type DynamoDBClient, QueryCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { type StreamRetention, windowExpiresAt } from '../../domain/metering/horizon.ts';
import type { Hour } from '../../domain/metering/window.ts';
import { hourMs, hourOf } from '../../domain/metering/window.ts';
import type { DuplicateCounts } from '../../domain/traffic/duplicate-counts.ts';
import { minuteOf, minuteText } from './traffic-keys.ts';

/** In TrafficTable: `u#<tenant>`, `2026-11-21T10:00`, an item of some 100 bytes an hour. */
export function dynamoDuplicateCounts(
  client: DynamoDBClient,
  table: string,
  retention: StreamRetention,
): DuplicateCounts {
  return {
    async add(tenantId, hour, { records, duplicates }) {
      await client.send(
        new UpdateItemCommand({
          TableName: table,
          Key: { pk: { S: pkOf(tenantId) }, sk: { S: minuteText(hour * hourMs) } },
          UpdateExpression: 'ADD records :records, duplicates :duplicates SET expiresAt = :expiresAt',
          ExpressionAttributeValues: {
            ':records': { N: String(records) },
            ':duplicates': { N: String(duplicates) },
            ':expiresAt': { N: String(windowExpiresAt(hour, retention)) },
          },
        }),
      );
    },

    async read(tenantId, from, to) {
      if (from >= to) return new Map();
      // The hours that are kept are some 100 KB: an answer holds them all.
      const { Items = [] } = await client.send(
        new QueryCommand({
          TableName: table,
          KeyConditionExpression: 'pk = :pk AND sk BETWEEN :from AND :to',
          ExpressionAttributeValues: {
            ':pk': { S: pkOf(tenantId) },
            ':from': { S: minuteText(from * hourMs) },
            ':to': { S: minuteText((to - 1) * hourMs) },
          },
        }),
      );
      return new Map(
        Items.map(({ sk, records, duplicates }): [Hour, { records: number; duplicates: number }] => [
          hourOf(minuteOf(sk?.S as string)),
          { records: Number(records?.N), duplicates: Number(duplicates?.N) },
        ]),
      );
    },
  };
}

const pkOf = (tenantId: string): string => `u#${tenantId}`;
