import { type DynamoDBClient, PutItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { eachAtOnce } from '../../domain/metering/at-once.ts';
import { type DayKey, type DayTotals, dayExpiresAt } from '../../domain/metering/days/day.ts';
import { dayPages, devicePage } from '../../domain/metering/days/day-pages.ts';
import { wasMet } from '../was-met.ts';
import { attributeKey, dayItemKey, headItem, pageItem } from './day-items.ts';
import type { Item } from './window-items.ts';

const pagesAtOnce = 16;

/**
 * Puts days. One whose devices are many claims the head's next revision first, so that of several writers one
 * gets through, writes the pages under it, and commits by the head.
 */
export class DayWriter {
  readonly #client: DynamoDBClient;
  readonly #table: string;

  constructor(client: DynamoDBClient, table: string) {
    this.#client = client;
    this.#table = table;
  }

  /** Puts the day if nothing was put or claimed since `revision` was read; answers whether it did. */
  async put(key: DayKey, day: DayTotals, revision: number): Promise<boolean> {
    const pages = dayPages(day.devices.length);
    const head = headItem(key, day, revision + 1, pages);
    if (pages === 0) return this.#putIf(head, ifFollows(revision));
    const isClaimed = await this.#claim(key, day, revision);
    if (!isClaimed || !(await this.#putPages(key, day, revision + 1, pages))) return false;
    return this.#putIf(head, ifFollows(revision + 1));
  }

  /** Takes the revision after this one for its caller alone. */
  #claim(key: DayKey, day: DayTotals, revision: number): Promise<boolean> {
    const { ConditionExpression, ExpressionAttributeValues } = ifFollows(revision);
    return wasMet(
      this.#client.send(
        new UpdateItemCommand({
          TableName: this.#table,
          Key: attributeKey(dayItemKey(key, 0)),
          UpdateExpression: 'SET claim = :next, expiresAt = if_not_exists(expiresAt, :expiresAt)',
          ConditionExpression,
          ExpressionAttributeValues: {
            ...ExpressionAttributeValues,
            ':next': { N: String(revision + 1) },
            ':expiresAt': { N: String(dayExpiresAt(day.hours)) },
          },
        }),
      ),
    );
  }

  async #putPages(key: DayKey, day: DayTotals, rev: number, pages: number): Promise<boolean> {
    const byPage = Map.groupBy(day.devices, ({ deviceId }) => devicePage(deviceId, pages));
    const numbers = Array.from({ length: pages }, (_, index) => index + 1);
    let isPut = true;
    await eachAtOnce(numbers, pagesAtOnce, async (page) => {
      if (!isPut) return;
      const item = pageItem(key, page, byPage.get(page) ?? [], { rev, expiresAt: dayExpiresAt(day.hours) });
      const isYounger = await this.#putIf(item, ifYounger(rev));
      if (!isYounger) isPut = false;
    });
    return isPut;
  }

  #putIf(item: Item, condition: Condition): Promise<boolean> {
    return wasMet(
      this.#client.send(new PutItemCommand({ TableName: this.#table, Item: item, ...condition })),
    );
  }
}

interface Condition {
  ConditionExpression: string;
  ExpressionAttributeValues?: Item;
}

/** Nothing was put or claimed since this revision was read. */
const ifFollows = (revision: number): Condition =>
  revision === 0
    ? { ConditionExpression: 'attribute_not_exists(pk)' }
    : {
        ConditionExpression: 'claim = :rev',
        ExpressionAttributeValues: { ':rev': { N: String(revision) } },
      };

/** A page of a later claim stays: its writer has read newer hours. */
const ifYounger = (rev: number): Condition => ({
  ConditionExpression: 'attribute_not_exists(pk) OR rev < :rev',
  ExpressionAttributeValues: { ':rev': { N: String(rev) } },
});
