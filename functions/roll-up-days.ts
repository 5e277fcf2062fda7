/** Recomputes the days of a tenant that usage has touched, whole, from their hours. */
import type { Logger } from '@aws-lambda-powertools/logger';
import middy from '@middy/core';
import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { registryPartitions } from '../domain/metering/account-registry.ts';
import type { RollUpPartition } from '../domain/metering/days/roll-up.ts';
import type { ConfigHistory } from '../domain/tenancy/config-history.ts';
import { decodeRollUpJob } from '../events/job.ts';
import { dynamoClient, sqsClient } from '../infra/clients.ts';
import { type Clock, systemClock } from '../infra/clock.ts';
import { environment } from '../infra/config.ts';
import { dynamoRollUpWithinLimits } from '../infra/limits/dynamo-limits.ts';
import { createLogger } from '../infra/logger.ts';
import { dynamoConfigHistory } from '../infra/tenancy/dynamo-config-history.ts';

export interface Ports {
  history: Pick<ConfigHistory, 'latest'>;
  rollUp: RollUpPartition;
  clock: Clock;
  logger: Logger;
}

export const createHandler = (ports: Ports) =>
  middy<SQSEvent, SQSBatchResponse>().handler(async (event: SQSEvent, context) => {
    ports.logger.addContext(context);
    const batchItemFailures: SQSBatchResponse['batchItemFailures'] = [];
    for (const { messageId, body } of event.Records) {
      try {
        ports.logger.appendKeys({ batchId: messageId });
        await rollUp(ports, body);
      } catch (error) {
        ports.logger.error('roll-up failed', error as Error);
        batchItemFailures.push({ itemIdentifier: messageId });
      } finally {
        ports.logger.resetKeys();
      }
    }
    return { batchItemFailures };
  });

const client = dynamoClient();
export const handler = createHandler({
  history: dynamoConfigHistory(client, environment.tenantsTable()),
  rollUp: dynamoRollUpWithinLimits(client, sqsClient(), systemClock),
  clock: systemClock,
  logger: createLogger(),
});

async function rollUp({ history, rollUp, clock, logger }: Ports, body: string): Promise<void> {
  const { tenantId, partition } = decodeRollUpJob(body);
  logger.appendKeys({ tenantId });
  const partitions = partition === undefined ? [...Array(registryPartitions).keys()] : [partition];
  for (const partition of partitions) {
    // The time is taken before the configuration and the marks are read: what comes later is not missed.
    const now = clock();
    const config = await history.latest(tenantId);
    if (!config) {
      logger.warn('tenant unknown');
      return;
    }
    const outcome = await rollUp(tenantId, config, partition, now);
    logger.info('days rolled up', { partition, ...outcome });
    if (outcome.days.expired > 0)
      logger.error('days not rolled up before their windows ended', { partition });
  }
}
