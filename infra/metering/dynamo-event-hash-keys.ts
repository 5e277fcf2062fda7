import {
  ConditionalCheckFailedException,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
} from '@aws-sdk/client-dynamodb';
import type { EventHashKey, EventHashKeys } from '../../domain/metering/windows/event-hash-keys.ts';
import type { RandomBytes } from '../random.ts';
import type { Item } from './window-items.ts';

const pk = 'k#event-hash';
const secretBytes = 16;

/**
 * Hash keys in UsageTable. They never change, so each is read once a process; a new version is taken up by the
 * processes that start after it was put.
 */
export function dynamoEventHashKeys(
  client: DynamoDBClient,
  table: string,
  drawBytes: RandomBytes,
): EventHashKeys {
  const kept = new Map<number | 'current', Promise<EventHashKey>>();

  /** A read that failed is not kept. */
  function once(which: number | 'current', read: () => Promise<EventHashKey>): Promise<EventHashKey> {
    let key = kept.get(which);
    if (!key) {
      key = read();
      kept.set(which, key);
      key.catch(() => kept.delete(which));
    }
    return key;
  }

  async function readAt(version: number): Promise<EventHashKey | undefined> {
    const get = new GetItemCommand({ TableName: table, Key: keyOf(version), ConsistentRead: true });
    const { Item } = await client.send(get);
    return Item && fromItem(Item);
  }

  async function readLatest(): Promise<EventHashKey | undefined> {
    const { Items } = await client.send(
      new QueryCommand({
        TableName: table,
        KeyConditionExpression: 'pk = :pk',
        ExpressionAttributeValues: { ':pk': { S: pk } },
        ScanIndexForward: false,
        Limit: 1,
        ConsistentRead: true,
      }),
    );
    return Items?.[0] && fromItem(Items[0]);
  }

  /** Of several processes that find no key one makes it, and all read that one. */
  async function makeFirst(): Promise<EventHashKey> {
    try {
      await client.send(
        new PutItemCommand({
          TableName: table,
          Item: { ...keyOf(1), secret: { B: drawBytes(secretBytes) } },
          ConditionExpression: 'attribute_not_exists(pk)',
        }),
      );
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
    }
    return existing(1, await readAt(1));
  }

  return {
    current: () => once('current', async () => (await readLatest()) ?? (await makeFirst())),
    at: (version) => once(version, async () => existing(version, await readAt(version))),
  };
}

const keyOf = (version: number) => ({ pk: { S: pk }, sk: { S: String(version).padStart(4, '0') } });

const fromItem = (item: Item): EventHashKey => ({
  version: Number(item.sk?.S),
  secret: item.secret?.B as Uint8Array,
});

/** Without its key the events of a window cannot be told from new ones: nothing may be counted there. */
function existing(version: number, key: EventHashKey | undefined): EventHashKey {
  if (!key) throw new Error(`Version ${version} of the event hash key is gone from the usage table.`);
  return key;
}
