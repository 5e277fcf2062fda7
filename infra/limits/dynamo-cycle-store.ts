import { setTimeout as delay } from 'node:timers/promises';
import { type DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import type { CycleStore } from '../../domain/limits/cycle-store.ts';
import { batchGet } from '../dynamo-batch-get.ts';
import type { WindowStorePorts } from '../metering/dynamo-window-store.ts';
import { wasMet } from '../was-met.ts';
import { cycleKeyOf, fromCycleItem, toCycleItem } from './cycle-items.ts';

/** Cycle items in UsageTable: `c#<tenant>#<account>`, `<meter>#2026-11-01T00`. One past its expiry is not given out. */
export function dynamoCycleStore(
  client: DynamoDBClient,
  table: string,
  { clock, random, wait = delay }: WindowStorePorts,
): CycleStore {
  return {
    async read(keys, freshness) {
      const options = { consistent: freshness === 'consistent', random, wait };
      const items = await batchGet(client, table, keys.map(cycleKeyOf), options);
      return items.map((item) => {
        const cycle = item && fromCycleItem(item);
        return cycle && cycle.expiresAt * 1000 > clock() ? cycle : undefined;
      });
    },
    put(key, item) {
      const isNew = item.rev === 1;
      return wasMet(
        client.send(
          new PutItemCommand({
            TableName: table,
            Item: toCycleItem(key, item),
            ConditionExpression: isNew ? 'attribute_not_exists(pk)' : 'rev = :read',
            ...(!isNew && { ExpressionAttributeValues: { ':read': { N: String(item.rev - 1) } } }),
          }),
        ),
      );
    },
  };
}
