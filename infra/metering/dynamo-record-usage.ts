import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
  type RecordUsage,
  recordUsage,
  recordUsageBounds,
} from '../../domain/metering/windows/record-usage.ts';
import type { Clock } from '../clock.ts';
import { type Random, type RandomBytes, systemRandom, systemRandomBytes } from '../random.ts';
import { conflictPause } from './conflict-pause.ts';
import { dynamoAccountRegistry } from './dynamo-account-registry.ts';
import { dynamoEventHashKeys } from './dynamo-event-hash-keys.ts';
import { dynamoWindowStore } from './dynamo-window-store.ts';

export interface RecordUsageSurroundings {
  retentionMs: number;
  clock: Clock;
  random?: Random;
  randomBytes?: RandomBytes;
  wait?: (ms: number) => Promise<unknown>;
}

/** Recording of usage into UsageTable, with a cache of its own. */
export function dynamoRecordUsage(
  client: DynamoDBClient,
  table: string,
  {
    retentionMs,
    clock,
    random = systemRandom,
    randomBytes = systemRandomBytes,
    wait,
  }: RecordUsageSurroundings,
  bounds = recordUsageBounds,
): RecordUsage {
  return recordUsage(
    {
      store: dynamoWindowStore(client, table, { clock, random, ...(wait && { wait }) }),
      registry: dynamoAccountRegistry(client, table),
      hashKeys: dynamoEventHashKeys(client, table, randomBytes),
      pause: conflictPause(random, wait),
    },
    { ...bounds, retentionMs },
  );
}
