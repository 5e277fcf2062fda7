import { setTimeout as delay } from 'node:timers/promises';
import {
  type AttributeValue,
  BatchWriteItemCommand,
  type DynamoDBClient,
  paginateQuery,
  paginateScan,
} from '@aws-sdk/client-dynamodb';
import { fullJitterMs } from '../../infra/full-jitter.ts';
import { systemRandom } from '../../infra/random.ts';

export interface ItemKey {
  pk: string;
  sk: string;
}

/** A table of ours: keyed by `pk` and `sk`. */
export interface Table {
  client: DynamoDBClient;
  name: string;
}

const keysPerCall = 25;
const backoff = { baseMs: 50, capMs: 5_000 };

/** Keys of a partition, those that begin with `prefix`. */
export async function keysOf({ client, name }: Table, pk: string, prefix = ''): Promise<ItemKey[]> {
  const keys: ItemKey[] = [];
  const input = {
    TableName: name,
    ConsistentRead: true,
    KeyConditionExpression: prefix === '' ? 'pk = :pk' : 'pk = :pk AND begins_with(sk, :prefix)',
    ExpressionAttributeValues: { ':pk': { S: pk }, ...(prefix !== '' && { ':prefix': { S: prefix } }) },
    ProjectionExpression: 'pk, sk',
  };
  for await (const { Items } of paginateQuery({ client }, input)) keys.push(...(Items ?? []).map(toKey));
  return keys;
}

/** Keys of every item of a tenant, whatever kind it is of: the tenant follows the kind in every partition key. */
export async function* keysOfTenant({ client, name }: Table, tenantId: string): AsyncIterable<ItemKey[]> {
  const pages = paginateScan(
    { client },
    { TableName: name, ConsistentRead: true, ProjectionExpression: 'pk, sk' },
  );
  for await (const { Items } of pages) {
    const keys = (Items ?? []).map(toKey).filter(({ pk }) => pk.split('#')[1] === tenantId);
    if (keys.length > 0) yield keys;
  }
}

const toKey = ({ pk, sk }: Record<string, AttributeValue>): ItemKey => ({
  pk: pk?.S as string,
  sk: sk?.S as string,
});

/** Deletes the items; those that the table does not take at once, until it does. Repeating it changes nothing. */
export async function deleteItems({ client, name }: Table, keys: readonly ItemKey[]): Promise<number> {
  for (let at = 0; at < keys.length; at += keysPerCall) {
    const requests = keys
      .slice(at, at + keysPerCall)
      .map(({ pk, sk }) => ({ DeleteRequest: { Key: { pk: { S: pk }, sk: { S: sk } } } }));
    let left = { [name]: requests };
    for (let attempt = 0; (left[name]?.length ?? 0) > 0; attempt += 1) {
      if (attempt > 0) await delay(fullJitterMs(attempt, backoff, systemRandom));
      const { UnprocessedItems } = await client.send(new BatchWriteItemCommand({ RequestItems: left }));
      left = (UnprocessedItems ?? {}) as typeof left;
    }
  }
  return keys.length;
}
