/** Judges what of a tenant's series has become complete, and has told what deviates. */
import type { Logger } from '@aws-lambda-powertools/logger';
import middy from '@middy/core';
import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import { type JudgeTenant, judgeTenant } from '../domain/judging/judge-tenant.ts';
import type { ConfigHistory } from '../domain/tenancy/config-history.ts';
import { decodeDetectionJob } from '../events/job.ts';
import { dynamoClient, sqsClient } from '../infra/clients.ts';
import { systemClock } from '../infra/clock.ts';
import { environment } from '../infra/config.ts';
import { dynamoJudging } from '../infra/judging/dynamo-judging.ts';
import { createLogger } from '../infra/logger.ts';
import { dynamoConfigHistory } from '../infra/tenancy/dynamo-config-history.ts';

export interface Ports {
  history: Pick<ConfigHistory, 'latest'>;
  judge: JudgeTenant;
  logger: Logger;
}

/** What is left of a Lambda's time when nothing more is begun; the next job goes on. */
const keptBackMs = 30_000;

export const createHandler = (ports: Ports) =>
  middy<SQSEvent, SQSBatchResponse>().handler(async (event: SQSEvent, context) => {
    ports.logger.addContext(context);
    const batchItemFailures: SQSBatchResponse['batchItemFailures'] = [];
    for (const record of event.Records) {
      const { messageId } = record;
      try {
        ports.logger.appendKeys({ batchId: messageId });
        await detect(ports, record, context);
      } catch (error) {
        ports.logger.error('detection failed', error as Error);
        batchItemFailures.push({ itemIdentifier: messageId });
      } finally {
        ports.logger.resetKeys();
      }
    }
    return { batchItemFailures };
  });

export const handler = createHandler({
  history: dynamoConfigHistory(dynamoClient(), environment.tenantsTable()),
  judge: judgeTenant(dynamoJudging(dynamoClient(), sqsClient(), systemClock), systemClock),
  logger: createLogger(),
});

async function detect({ history, judge, logger }: Ports, record: SQSRecord, context: Context): Promise<void> {
  const { tenantId, all = false } = decodeDetectionJob(record.body);
  logger.appendKeys({ tenantId });
  const config = await history.latest(tenantId);
  if (!config) {
    logger.warn('tenant unknown');
    return;
  }
  const goesOn = () => context.getRemainingTimeInMillis() > keptBackMs;
  // Whoever had it before may have died.
  const isRepeat = Number(record.attributes?.ApproximateReceiveCount ?? 1) > 1;
  const { failed, ...outcome } = await judge(tenantId, config, { goesOn, all: all || isRepeat });
  logger.info('series judged', { ...outcome, failed: failed.length });
  for (const { error } of failed) logger.error('series not judged', error);
  if (failed.length > 0) throw new Error(`${failed.length} series were not judged.`);
}
