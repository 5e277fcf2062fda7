/** Leaves accounts as their limits and their usage want them, and tells what became of them. */
import type { Logger } from '@aws-lambda-powertools/logger';
import middy from '@middy/core';
import type { SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import type { SettleAccount } from '../domain/limits/settle-account.ts';
import { type TellAccount, tellAccount } from '../domain/limits/tell-account.ts';
import { eachAtOnce } from '../domain/metering/at-once.ts';
import { tellWithinBudget } from '../domain/notification/budget.ts';
import { dynamoClient, snsClient } from '../infra/clients.ts';
import { type Clock, systemClock } from '../infra/clock.ts';
import { environment } from '../infra/config.ts';
import { dynamoSettleAccount, limitPorts, settleTriesMax } from '../infra/limits/dynamo-limits.ts';
import { dynamoNotificationBudget } from '../infra/limits/dynamo-notification-budget.ts';
import { groupByAccount, readGroup } from '../infra/limits/limit-batch.ts';
import { snsNotifier } from '../infra/limits/sns-notifier.ts';
import { createLogger } from '../infra/logger.ts';
import { dynamoTenantDirectory } from '../infra/tenancy/dynamo-tenant-directory.ts';

export interface Ports {
  settle: SettleAccount;
  tell: TellAccount;
  clock: Clock;
  logger: Logger;
}

const accountsAtOnce = 10;

export const createHandler = (ports: Ports) =>
  middy<SQSEvent, SQSBatchResponse>().handler(async (event: SQSEvent, context) => {
    ports.logger.addContext(context);
    const failed: SQSRecord[] = [];
    await eachAtOnce(groupByAccount(event.Records), accountsAtOnce, async (records) => {
      failed.push(...(await enforce(ports, records)));
    });
    return { batchItemFailures: failed.map(({ messageId }) => ({ itemIdentifier: messageId })) };
  });

export const handler = createHandler(adapters());

/** One look serves all messages of an account; they are let go together, once all is told. */
async function enforce({ settle, tell, clock, logger }: Ports, records: SQSRecord[]): Promise<SQSRecord[]> {
  const { account, pastCycles, endedAt, unreadable } = readGroup(records);
  for (const { messageId, fault } of unreadable) logger.error('message unreadable', { messageId, fault });
  const bad = records.filter((record) => unreadable.some(({ messageId }) => messageId === record.messageId));
  if (!account) return bad;
  try {
    const now = clock();
    const settled = await settle(account.tenantId, account.accountId, { now, pastCycles });
    const told = settled ? await tell(settled, now, endedAt) : 0;
    const { tenantId } = account;
    logger.info('limits enforced', { tenantId, messages: records.length, told, isTenantThere: !!settled });
    return bad;
  } catch (error) {
    logger.error('limits not enforced', { tenantId: account.tenantId, error: error as Error });
    return records;
  }
}

function adapters(): Ports {
  const client = dynamoClient();
  const ports = limitPorts(client, systemClock);
  const notifier = snsNotifier(snsClient(), {
    tenants: dynamoTenantDirectory(client, environment.tenantsTable()),
    clock: systemClock,
    consoleUrl: environment.consoleUrl(),
  });
  const budget = dynamoNotificationBudget(client, environment.accountsTable());
  return {
    settle: dynamoSettleAccount(ports),
    tell: tellAccount({ ...ports, tell: tellWithinBudget(notifier, budget) }, { triesMax: settleTriesMax }),
    clock: systemClock,
    logger: createLogger(),
  };
}
