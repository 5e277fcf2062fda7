/** Holds accounts whose limits have changed against them, with their usage summed anew. */
import type { Logger } from '@aws-lambda-powertools/logger';
import middy from '@middy/core';
import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import type { LimitQueue } from '../domain/limits/limit-queue.ts';
import type { SettleAccount } from '../domain/limits/settle-account.ts';
import { isToBeTold, lookAfter } from '../domain/limits/tell-account.ts';
import type { AccountRegistry } from '../domain/metering/account-registry.ts';
import { eachAtOnce } from '../domain/metering/at-once.ts';
import { decodeEvaluationJob, type EvaluationJob } from '../events/job.ts';
import { dynamoClient, sqsClient } from '../infra/clients.ts';
import { type Clock, systemClock } from '../infra/clock.ts';
import { dynamoSettleAccount, limitPorts, limitQueue } from '../infra/limits/dynamo-limits.ts';
import { createLogger } from '../infra/logger.ts';

export interface Ports {
  registry: Pick<AccountRegistry, 'walk'>;
  settle: SettleAccount;
  queue: LimitQueue;
  clock: Clock;
  logger: Logger;
}

const accountsAtOnce = 16;

export const createHandler = (ports: Ports) =>
  middy<SQSEvent, SQSBatchResponse>().handler(async (event: SQSEvent, context) => {
    ports.logger.addContext(context);
    const batchItemFailures: SQSBatchResponse['batchItemFailures'] = [];
    for (const { messageId, body } of event.Records) {
      try {
        await evaluate(ports, decodeEvaluationJob(body));
      } catch (error) {
        ports.logger.error('accounts not evaluated', { messageId, error: error as Error });
        batchItemFailures.push({ itemIdentifier: messageId });
      }
    }
    return { batchItemFailures };
  });

const ports = limitPorts(dynamoClient(), systemClock);
export const handler = createHandler({
  registry: ports.registry,
  settle: dynamoSettleAccount(ports),
  queue: limitQueue(sqsClient()),
  clock: systemClock,
  logger: createLogger(),
});

async function evaluate(ports: Ports, job: EvaluationJob): Promise<void> {
  const { tenantId } = job;
  const accountIds: string[] = job.accountId === undefined ? [] : [job.accountId];
  if (job.partition !== undefined) {
    for await (const { accountId } of ports.registry.walk(tenantId, job.partition))
      accountIds.push(accountId);
  }
  const failures: Error[] = [];
  let toBeTold = 0;
  await eachAtOnce(accountIds, accountsAtOnce, async (accountId) => {
    try {
      const now = ports.clock();
      const settled = await ports.settle(tenantId, accountId, { now, isRebuilt: true });
      if (!settled || !isToBeTold(settled)) return;
      toBeTold += 1;
      await ports.queue.sendAll([lookAfter(settled, now)]);
    } catch (error) {
      failures.push(error as Error);
    }
  });
  ports.logger.info('accounts evaluated', { tenantId, accounts: accountIds.length, toBeTold });
  // The others are done; doing them again changes nothing.
  if (failures[0]) throw failures[0];
}
