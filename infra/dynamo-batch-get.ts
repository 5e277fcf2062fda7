import { BatchGetItemCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { type Backoff, fullJitterMs } from './full-jitter.ts';
import type { Item } from './metering/window-items.ts';
import type { Random } from './random.ts';

/** DynamoDB's bound of one call. */
const keysMax = 100;
/** Calls in a row that read nothing. */
const fruitlessMax = 10;
const backoff: Backoff = { baseMs: 20, capMs: 1_000 };

export interface ItemKey {
  pk: string;
  sk: string;
}

export interface BatchGetOptions {
  consistent: boolean;
  random: Random;
  wait: (ms: number) => Promise<unknown>;
}

/**
 * Reads items by their keys, in the order of the keys, undefined where there is none. A call answers at most
 * 16 MB, and less where it is throttled: the keys that it leaves unprocessed are read again, with backoff.
 */
export async function batchGet(
  client: DynamoDBClient,
  table: string,
  keys: readonly ItemKey[],
  options: BatchGetOptions,
): Promise<(Item | undefined)[]> {
  const found = new Map<string, Item>();
  // A key may be named once a call.
  const distinct = new Map(keys.map((key) => [textOf(key), key]));
  let left: Item[] = [...distinct.values()].map(({ pk, sk }) => ({ pk: { S: pk }, sk: { S: sk } }));
  for (let fruitless = 0; left.length > 0; ) {
    const Keys = left.slice(0, keysMax);
    const { Responses, UnprocessedKeys } = await client.send(
      new BatchGetItemCommand({ RequestItems: { [table]: { Keys, ConsistentRead: options.consistent } } }),
    );
    for (const item of Responses?.[table] ?? []) {
      found.set(textOf({ pk: item.pk?.S as string, sk: item.sk?.S as string }), item);
    }
    const unprocessed = UnprocessedKeys?.[table]?.Keys ?? [];
    left = [...unprocessed, ...left.slice(keysMax)];
    fruitless = unprocessed.length < Keys.length ? 0 : fruitless + 1;
    if (fruitless === fruitlessMax)
      throw new Error(`DynamoDB left ${left.length} keys unread in ${fruitless} calls.`);
    if (unprocessed.length > 0) await options.wait(fullJitterMs(fruitless, backoff, options.random));
  }
  return keys.map((key) => found.get(textOf(key)));
}

/** No key holds a control character. */
const textOf = ({ pk, sk }: ItemKey): string => `${pk}\n${sk}`;
