import { setTimeout as delay } from 'node:timers/promises';
import { type DynamoDBClient, GetItemCommand, paginateQuery } from '@aws-sdk/client-dynamodb';
import {
  byDeviceId,
  type DayKey,
  sumDevice,
  sumUsage,
  type UsageSum,
} from '../../domain/metering/days/day.ts';
import { devicePage } from '../../domain/metering/days/day-pages.ts';
import type { DayState, DayStore, PartitionDay } from '../../domain/metering/days/day-store.ts';
import { batchGet } from '../dynamo-batch-get.ts';
import type { Random } from '../random.ts';
import { attributeKey, dayItemKey, dayPk, isHeadSk, toHead, toSum } from './day-items.ts';
import { type DayReads, readHeads, readPagedDays } from './day-reads.ts';
import { DayWriter } from './day-writer.ts';

export interface DayStorePorts {
  random: Random;
  wait?: (ms: number) => Promise<unknown>;
}

/** Days in UsageTable: a head, and pages of devices where they are many (docs/architecture.md). */
export function dynamoDayStore(
  client: DynamoDBClient,
  table: string,
  { random, wait = delay }: DayStorePorts,
): DayStore {
  const writer = new DayWriter(client, table);
  const read: DayReads['read'] = (keys) => batchGet(client, table, keys, { consistent: true, random, wait });
  const reads: DayReads = { read, random, wait };

  return {
    readState: (key) => readState(client, table, key),
    putDay: (key, day, revision) => writer.put(key, day, revision),
    sumPartition: (day) => sumPartition(client, table, day),

    async readSums(account, dates) {
      const heads = await readHeads(read, account, dates);
      return mapValues(heads, ({ value, events }) => ({ value, events }));
    },
    async readDays(account, dates) {
      const days = await readPagedDays(reads, account, dates, ({ pages }) =>
        Array.from({ length: pages }, (_, index) => index + 1),
      );
      return mapValues(days, ({ head: { value, events }, devices }) => ({
        value,
        events,
        devices: byDeviceId(devices),
      }));
    },
    async readDeviceDays(account, deviceId, dates) {
      const days = await readPagedDays(reads, account, dates, ({ pages }) => [devicePage(deviceId, pages)]);
      return mapValues(days, ({ head, devices }) => sumDevice([{ ...head, devices }], deviceId));
    },
  };
}

async function readState(client: DynamoDBClient, table: string, key: DayKey): Promise<DayState> {
  const Key = attributeKey(dayItemKey(key, 0));
  const { Item } = await client.send(new GetItemCommand({ TableName: table, Key, ConsistentRead: true }));
  const head = toHead(Item);
  return {
    ...(head && { stored: { value: head.value, events: head.events, hours: head.hours } }),
    revision: Number(Item?.claim?.N ?? 0),
  };
}

async function sumPartition(
  client: DynamoDBClient,
  table: string,
  { meter, ...of }: PartitionDay,
): Promise<UsageSum> {
  const sums: UsageSum[] = [];
  const pages = paginateQuery(
    { client },
    {
      TableName: table,
      ConsistentRead: true,
      KeyConditionExpression: 'pk = :pk AND begins_with(sk, :meter)',
      ExpressionAttributeValues: { ':pk': { S: dayPk(of) }, ':meter': { S: `${meter}#` } },
      ProjectionExpression: 'sk, rev, #total, events',
      ExpressionAttributeNames: { '#total': 'total' },
    },
  );
  for await (const { Items } of pages) {
    const heads = (Items ?? []).filter((item) => isHeadSk(item.sk?.S as string) && item.rev);
    sums.push(...heads.map(toSum));
  }
  return sumUsage(sums);
}

const mapValues = <Value, Other>(map: Map<string, Value>, to: (value: Value) => Other): Map<string, Other> =>
  new Map([...map].map(([key, value]) => [key, to(value)]));
