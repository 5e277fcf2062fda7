import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { SQSClient } from '@aws-sdk/client-sqs';
import { daysWithinLimits } from '../../domain/limits/check-day.ts';
import {
  checkLimits,
  checkLimitsBounds,
  mayBeLimited,
  recordWithinLimits,
} from '../../domain/limits/check-limits.ts';
import type { LimitQueue } from '../../domain/limits/limit-queue.ts';
import { notingAccounts } from '../../domain/limits/notable-accounts.ts';
import { type SettleAccount, settleAccount } from '../../domain/limits/settle-account.ts';
import { usageReadBounds } from '../../domain/metering/days/day-usage.ts';
import type { RollUpPartition } from '../../domain/metering/days/roll-up.ts';
import type { RecordUsage } from '../../domain/metering/windows/record-usage.ts';
import type { Clock } from '../clock.ts';
import { environment } from '../config.ts';
import { conflictPause } from '../metering/conflict-pause.ts';
import { dynamoAccountRegistry } from '../metering/dynamo-account-registry.ts';
import { dynamoDayStore } from '../metering/dynamo-day-store.ts';
import { dynamoRecordUsage } from '../metering/dynamo-record-usage.ts';
import { dynamoRollUp } from '../metering/dynamo-roll-up.ts';
import { dynamoWindowStore } from '../metering/dynamo-window-store.ts';
import { systemRandom } from '../random.ts';
import { currentConfig } from '../tenancy/config-cache.ts';
import { dynamoConfigHistory } from '../tenancy/dynamo-config-history.ts';
import { dynamoAccountStore } from './dynamo-account-store.ts';
import { dynamoCycleStore } from './dynamo-cycle-store.ts';
import { dynamoNotableAccounts } from './dynamo-notable-accounts.ts';
import { dynamoSuspendedAccounts } from './dynamo-suspended-accounts.ts';
import { recentOwnLimits } from './recent-own-limits.ts';
import { sqsLimitQueue } from './sqs-limit-queue.ts';

/** Accounts that others keep changing are given up after so many tries, for the message to be sent again. */
export const settleTriesMax = 8;

/** What limits rest on, by the tables that the environment names. */
export function limitPorts(client: DynamoDBClient, clock: Clock) {
  const random = systemRandom;
  const usage = environment.usageTable();
  const accounts = environment.accountsTable();
  return {
    configs: currentConfig(dynamoConfigHistory(client, environment.tenantsTable()), clock),
    accounts: dynamoAccountStore(client, accounts, { random }),
    suspended: dynamoSuspendedAccounts(client, accounts),
    notable: dynamoNotableAccounts(client, accounts),
    cycles: dynamoCycleStore(client, usage, { clock, random }),
    registry: dynamoAccountRegistry(client, usage),
    windows: dynamoWindowStore(client, usage, { clock, random }),
    days: dynamoDayStore(client, usage, { random }),
    pause: conflictPause(random),
  };
}

export type LimitPorts = ReturnType<typeof limitPorts>;

const usageBounds = () => ({ ...usageReadBounds, retentionMs: environment.streamRetentionMs() });

/** Settling of accounts, with the index of those that somebody may want to look at. */
export const dynamoSettleAccount = (ports: LimitPorts): SettleAccount =>
  notingAccounts(settleAccount(ports, { ...usageBounds(), triesMax: settleTriesMax }), ports.notable);

export const limitQueue = (client: SQSClient): LimitQueue =>
  sqsLimitQueue(client, environment.limitQueueUrl(), { random: systemRandom });

function limitChecks(client: DynamoDBClient, queueClient: SQSClient, clock: Clock) {
  const { accounts, ...ports } = limitPorts(client, clock);
  const { find, findAll } = accounts;
  const hasOwnLimits = recentOwnLimits(accounts, clock);
  const checked = { ...ports, accounts: { find, findAll, hasOwnLimits }, queue: limitQueue(queueClient) };
  return { ...checked, check: checkLimits(checked, { ...usageBounds(), ...checkLimitsBounds }) };
}

/** Recording of usage that holds what it touched against the limits. */
export function dynamoRecordWithinLimits(
  client: DynamoDBClient,
  queueClient: SQSClient,
  clock: Clock,
): RecordUsage {
  const { check } = limitChecks(client, queueClient, clock);
  const { retentionMs } = usageBounds();
  const record = dynamoRecordUsage(client, environment.usageTable(), { retentionMs, clock });
  return recordWithinLimits(record, check);
}

/** Rolling up of days that are held against the limits. */
export function dynamoRollUpWithinLimits(
  client: DynamoDBClient,
  queueClient: SQSClient,
  clock: Clock,
): RollUpPartition {
  const { check, windows, configs, accounts } = limitChecks(client, queueClient, clock);
  const isLimited = async (tenantId: string) => {
    const config = await configs.get(tenantId);
    return config !== undefined && mayBeLimited({ accounts }, config, tenantId);
  };
  const { retentionMs } = usageBounds();
  return dynamoRollUp(client, environment.usageTable(), {
    retentionMs,
    clock,
    withDays: (days) => daysWithinLimits(days, { windows, check, isLimited, now: clock }),
  });
}
