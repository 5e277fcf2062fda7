import { setTimeout as delay } from 'node:timers/promises';
import {
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  paginateQuery,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { accountPartition } from '../domain/metering/account-partition.ts';
import { eachAtOnce } from '../domain/metering/at-once.ts';
import {
  byDeviceId,
  type DayKey,
  type DayTotals,
  dayExpiresAt,
  type MeteredAccount,
  sumDevice,
  sumUsage,
  type UsageSum,
} from '../domain/metering/day.ts';
import { dayPages, devicePage } from '../domain/metering/day-pages.ts';
import type { DayStore } from '../domain/metering/day-store.ts';
import type { DeviceUsage } from '../domain/metering/window.ts';
import {
  attributeKey,
  type DayHead,
  dayPk,
  daySk,
  encodeDevices,
  headItem,
  isHeadSk,
  toDevices,
  toHead,
  toSum,
} from './day-items.ts';
import { batchGet, type ItemKey } from './dynamo-batch-get.ts';
import { type Backoff, fullJitterMs } from './full-jitter.ts';
import type { Random } from './random.ts';
import { wasMet } from './was-met.ts';
import type { Item } from './window-items.ts';

const pagesAtOnce = 16;
/** Reads of days that are being written, before their hours are to say what they hold. */
const readsMax = 3;
const backoff: Backoff = { baseMs: 20, capMs: 200 };

export interface DayStorePorts {
  random: Random;
  wait?: (ms: number) => Promise<unknown>;
}

/**
 * Days in UsageTable: a head, and pages of devices where they are many. A put of pages first claims the head's
 * next revision, so that of several writers one gets through, writes the pages under it, and commits by the
 * head. A page of another revision than its head's is one caught in the middle of a put.
 */
export function dynamoDayStore(
  client: DynamoDBClient,
  table: string,
  { random, wait = delay }: DayStorePorts,
): DayStore {
  const putIf = (item: Item, condition: string, revision: number) =>
    wasMet(
      client.send(
        new PutItemCommand({
          TableName: table,
          Item: item,
          ConditionExpression: condition,
          ...(condition.includes(':rev') && {
            ExpressionAttributeValues: { ':rev': { N: String(revision) } },
          }),
        }),
      ),
    );

  /** Takes the revision after this one for its caller alone. */
  const claim = (key: ItemKey, revision: number, expiresAt: number) =>
    wasMet(
      client.send(
        new UpdateItemCommand({
          TableName: table,
          Key: attributeKey(key),
          UpdateExpression: 'SET claim = :next, expiresAt = if_not_exists(expiresAt, :expiresAt)',
          ConditionExpression: ifFollows(revision),
          ExpressionAttributeValues: {
            ':next': { N: String(revision + 1) },
            ':expiresAt': { N: String(expiresAt) },
            ...(revision > 0 && { ':rev': { N: String(revision) } }),
          },
        }),
      ),
    );

  async function putPages(key: DayKey, day: DayTotals, rev: number, pages: number): Promise<boolean> {
    const byPage = Map.groupBy(day.devices, ({ deviceId }) => devicePage(deviceId, pages));
    const numbers = Array.from({ length: pages }, (_, index) => index + 1);
    let isPut = true;
    await eachAtOnce(numbers, pagesAtOnce, async (page) => {
      if (!isPut) return;
      const item = {
        ...attributeKey(keyOf(key, page)),
        rev: { N: String(rev) },
        devices: { S: encodeDevices(byPage.get(page) ?? []) },
        expiresAt: { N: String(dayExpiresAt(day.hours)) },
      };
      // A page of a later claim stays: its writer has read newer hours.
      if (!(await putIf(item, 'attribute_not_exists(pk) OR rev < :rev', rev))) isPut = false;
    });
    return isPut;
  }

  const read = (keys: ItemKey[]) => batchGet(client, table, keys, { consistent: true, random, wait });

  /**
   * Reads the heads of these dates, and of those that have pages the pages that `pagesOf` names. Dates whose
   * pages are not their head's are read again, and in the end left out.
   */
  async function readPaged<Usage>(
    account: MeteredAccount,
    dates: readonly string[],
    pagesOf: (head: DayHead) => number[],
    toUsage: (head: DayHead, devices: DeviceUsage[]) => Usage,
  ): Promise<Map<string, Usage>> {
    const found = new Map<string, Usage>();
    let left = [...dates];
    for (let tries = 0; left.length > 0 && tries < readsMax; tries++) {
      if (tries > 0) await wait(fullJitterMs(tries, backoff, random));
      const items = await read(left.map((date) => keyOf({ ...account, date }, 0)));
      const heads = left.flatMap((date, index) => {
        const head = toHead(items[index]);
        return head ? [{ date, head, pages: head.pages === 0 ? [] : pagesOf(head) }] : [];
      });
      const pageItems = await read(
        heads.flatMap(({ date, pages }) => pages.map((page) => keyOf({ ...account, date }, page))),
      );
      let at = 0;
      left = [];
      for (const { date, head, pages } of heads) {
        const own = pageItems.slice(at, at + pages.length);
        at += pages.length;
        const isWhole = own.every((page) => Number(page?.rev?.N) === head.rev);
        if (!isWhole) left.push(date);
        else
          found.set(
            date,
            toUsage(head, [...head.devices, ...own.flatMap((page) => toDevices(page as Item))]),
          );
      }
    }
    return found;
  }

  return {
    async readState(key) {
      const Key = attributeKey(keyOf(key, 0));
      const { Item } = await client.send(new GetItemCommand({ TableName: table, Key, ConsistentRead: true }));
      const head = toHead(Item);
      return {
        ...(head && { stored: { value: head.value, events: head.events, hours: head.hours } }),
        revision: Number(Item?.claim?.N ?? 0),
      };
    },

    async putDay(key, day, revision) {
      const pages = dayPages(day.devices.length);
      const head = headItem(keyOf(key, 0), day, revision + 1, pages);
      if (pages === 0) return putIf(head, ifFollows(revision), revision);
      const isClaimed = await claim(keyOf(key, 0), revision, dayExpiresAt(day.hours));
      if (!isClaimed || !(await putPages(key, day, revision + 1, pages))) return false;
      return putIf(head, ifFollows(revision + 1), revision + 1);
    },

    async readSums(account, dates) {
      const items = await read(dates.map((date) => keyOf({ ...account, date }, 0)));
      const heads = dates.map((date, index) => [date, toHead(items[index])] as const);
      return new Map(heads.flatMap(([date, head]) => (head ? [[date, sumUsage([head])] as const] : [])));
    },

    readDays: (account, dates) =>
      readPaged(
        account,
        dates,
        ({ pages }) => Array.from({ length: pages }, (_, index) => index + 1),
        ({ value, events }, devices) => ({ value, events, devices: byDeviceId(devices) }),
      ),

    readDeviceDays: (account, deviceId, dates) =>
      readPaged<UsageSum>(
        account,
        dates,
        ({ pages }) => [devicePage(deviceId, pages)],
        (head, devices) => sumDevice([{ ...head, devices }], deviceId),
      ),

    async sumPartition({ meter, ...of }) {
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
        for (const item of Items ?? [])
          if (isHeadSk(item.sk?.S as string) && item.rev) sums.push(toSum(item));
      }
      return sumUsage(sums);
    },
  };
}

/** True where nothing was put or claimed since `:rev` was read. */
const ifFollows = (revision: number): string =>
  revision === 0 ? 'attribute_not_exists(pk)' : 'claim = :rev';

function keyOf(key: DayKey, page: number): ItemKey {
  const partition = accountPartition(key.accountId);
  return { pk: dayPk({ tenantId: key.tenantId, date: key.date, partition }), sk: daySk(key, page) };
}
