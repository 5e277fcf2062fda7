import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { DayStore } from '../../domain/metering/days/day-store.ts';
import { type RollUpPartition, rollUpBounds, rollUpPartition } from '../../domain/metering/days/roll-up.ts';
import type { Clock } from '../clock.ts';
import { type Random, systemRandom } from '../random.ts';
import { dynamoAccountRegistry } from './dynamo-account-registry.ts';
import { dynamoDayStore } from './dynamo-day-store.ts';
import { dynamoTenantDayStore } from './dynamo-tenant-day-store.ts';
import { dynamoWindowStore } from './dynamo-window-store.ts';

export interface RollUpSurroundings {
  retentionMs: number;
  clock: Clock;
  random?: Random;
  /** What else is to be done where a day is stored. */
  withDays?: (days: DayStore) => DayStore;
}

/** Rolling up of UsageTable's days. */
export function dynamoRollUp(
  client: DynamoDBClient,
  table: string,
  { retentionMs, clock, random = systemRandom, withDays = (days) => days }: RollUpSurroundings,
  bounds = rollUpBounds,
): RollUpPartition {
  return rollUpPartition(
    {
      registry: dynamoAccountRegistry(client, table),
      windows: dynamoWindowStore(client, table, { clock, random }),
      days: withDays(dynamoDayStore(client, table, { random })),
      tenantDays: dynamoTenantDayStore(client, table),
    },
    { ...bounds, retentionMs },
  );
}
