import { setTimeout as delay } from 'node:timers/promises';
import {
  ConditionalCheckFailedException,
  type DynamoDBClient,
  PutItemCommand,
  paginateQuery,
  type QueryCommandInput,
} from '@aws-sdk/client-dynamodb';
import type { Hour, HourSpan, WindowKey, WindowReader } from '../../domain/metering/window.ts';
import { isWhole, windowTotals } from '../../domain/metering/windows/read-window.ts';
import type { WindowPage } from '../../domain/metering/windows/window-page.ts';
import type { WindowStore } from '../../domain/metering/windows/window-store.ts';
import type { Clock } from '../clock.ts';
import { batchGet } from '../dynamo-batch-get.ts';
import { type Backoff, fullJitterMs } from '../full-jitter.ts';
import type { Random } from '../random.ts';
import {
  billedBytes,
  fromItem,
  hourOfSk,
  hourSk,
  type Item,
  pageSk,
  toItem,
  windowPk,
} from './window-items.ts';

/** Reads of a span before it is given up because its windows never held still. */
const spanTriesMax = 10;
const backoff: Backoff = { baseMs: 20, capMs: 1_000 };

export interface WindowStorePorts {
  clock: Clock;
  random: Random;
  wait?: (ms: number) => Promise<unknown>;
}

/** Windows in UsageTable, a page an item (docs/architecture.md). An item past its expiry is not given out. */
export function dynamoWindowStore(
  client: DynamoDBClient,
  table: string,
  { clock, random, wait = delay }: WindowStorePorts,
): WindowStore & WindowReader {
  const isLive = (page: WindowPage): boolean => page.expiresAt * 1000 > clock();

  async function query(input: Partial<QueryCommandInput>): Promise<Item[]> {
    const items: Item[] = [];
    for await (const { Items } of paginateQuery({ client }, { TableName: table, ...input })) {
      items.push(...(Items ?? []));
    }
    return items;
  }

  return {
    async readPages(keys, freshness) {
      const itemKeys = keys.map(({ window, page }) => ({ pk: windowPk(window), sk: pageSk(window, page) }));
      const options = { consistent: freshness === 'consistent', random, wait };
      const items = await batchGet(client, table, itemKeys, options);
      return items.map((item) => {
        const page = item && fromItem(item);
        return page && isLive(page) ? page : undefined;
      });
    },

    async readPagesFrom(window, page, freshness) {
      const items = await query({
        ...betweenKeys(windowPk(window), pageSk(window, page), pageSk(window, 99_999)),
        ConsistentRead: freshness === 'consistent',
      });
      return items.map(fromItem).filter(isLive);
    },

    async putPage(window, page) {
      const isNew = page.rev === 1;
      const put = new PutItemCommand({
        TableName: table,
        Item: toItem(window, page),
        ConditionExpression: isNew ? 'attribute_not_exists(pk)' : 'rev = :read',
        ...(!isNew && { ExpressionAttributeValues: { ':read': { N: String(page.rev - 1) } } }),
      });
      try {
        await client.send(put);
        return true;
      } catch (error) {
        if (error instanceof ConditionalCheckFailedException) return false;
        throw error;
      }
    },

    billedBytes,

    async readWindows(account, span) {
      for (let tries = 0; tries < spanTriesMax; tries++) {
        if (tries > 0) await wait(fullJitterMs(tries, backoff, random));
        const hours = pagesByHour(await query(spanQuery(account, span)), isLive);
        const isRead = [...hours.values()].every((pages) => isWhole(pages, 0));
        if (isRead) return new Map([...hours].map(([hour, pages]) => [hour, windowTotals(pages)]));
      }
      throw new Error(`The windows were still being written after ${spanTriesMax} reads.`);
    },
  };
}

const betweenKeys = (pk: string, from: string, to: string): Partial<QueryCommandInput> => ({
  KeyConditionExpression: 'pk = :pk AND sk BETWEEN :from AND :to',
  ExpressionAttributeValues: { ':pk': { S: pk }, ':from': { S: from }, ':to': { S: to } },
});

/** Everything but the ids, which nobody but the writer needs and which are most of a page. */
function spanQuery(account: Omit<WindowKey, 'hour'>, { from, to }: HourSpan): Partial<QueryCommandInput> {
  const names = ['sk', 'rev', 'sealed', 'total', 'events', 'names', 'counts', 'expiresAt'];
  return {
    // An hour's own text sorts before all its pages: the upper bound takes in no page of hour `to`.
    ...betweenKeys(windowPk(account), hourSk(account.meter, from), hourSk(account.meter, to)),
    ConsistentRead: true,
    ProjectionExpression: names.map((name) => `#${name}`).join(', '),
    ExpressionAttributeNames: Object.fromEntries(names.map((name) => [`#${name}`, name])),
  };
}

function pagesByHour(items: readonly Item[], isLive: (page: WindowPage) => boolean): Map<Hour, WindowPage[]> {
  const hours = new Map<Hour, WindowPage[]>();
  for (const item of items) {
    const page = fromItem(item);
    if (!isLive(page)) continue;
    const hour = hourOfSk(item.sk?.S as string);
    const pages = hours.get(hour);
    if (pages) pages.push(page);
    else hours.set(hour, [page]);
  }
  return hours;
}
