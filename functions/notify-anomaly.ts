/** Tells of anomalies and of the state of the data what is not told yet. */
import type { Logger } from '@aws-lambda-powertools/logger';
import middy from '@middy/core';
import type { SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import type { TellAnomaly, TellHealth } from '../domain/judging/tell-anomaly.ts';
import { eachAtOnce } from '../domain/metering/at-once.ts';
import { tellWithinBudget } from '../domain/notification/budget.ts';
import type { ConfigHistory } from '../domain/tenancy/config-history.ts';
import { decodeAnomalyMessage } from '../events/anomaly-message.ts';
import { dynamoClient, snsClient } from '../infra/clients.ts';
import { type Clock, systemClock } from '../infra/clock.ts';
import { environment } from '../infra/config.ts';
import { dynamoTelling } from '../infra/judging/dynamo-judging.ts';
import { dynamoNotificationBudget } from '../infra/limits/dynamo-notification-budget.ts';
import { groupByAccount } from '../infra/limits/limit-batch.ts';
import { snsNotifier } from '../infra/limits/sns-notifier.ts';
import { createLogger } from '../infra/logger.ts';
import { dynamoConfigHistory } from '../infra/tenancy/dynamo-config-history.ts';
import { dynamoTenantDirectory } from '../infra/tenancy/dynamo-tenant-directory.ts';

export interface Ports {
  history: Pick<ConfigHistory, 'latest'>;
  tellAnomaly: TellAnomaly;
  tellHealth: TellHealth;
  clock: Clock;
  logger: Logger;
}

const seriesAtOnce = 10;

export const createHandler = (ports: Ports) =>
  middy<SQSEvent, SQSBatchResponse>().handler(async (event: SQSEvent, context) => {
    ports.logger.addContext(context);
    const failed: SQSRecord[] = [];
    await eachAtOnce(groupByAccount(event.Records), seriesAtOnce, async (records) => {
      // A queue in order: what comes after one that failed waits for it.
      for (const [index, record] of records.entries()) {
        if (await tell(ports, record)) continue;
        failed.push(...records.slice(index));
        return;
      }
    });
    return { batchItemFailures: failed.map(({ messageId }) => ({ itemIdentifier: messageId })) };
  });

export const handler = createHandler(adapters());

async function tell(ports: Ports, { messageId, body }: SQSRecord): Promise<boolean> {
  try {
    const message = decodeAnomalyMessage(body);
    const { tenantId, kind } = message;
    const config = await ports.history.latest(tenantId);
    const told = !config
      ? 0
      : message.kind === 'anomaly'
        ? await ports.tellAnomaly(message, config, ports.clock())
        : await ports.tellHealth(tenantId, config, ports.clock());
    ports.logger.info('told', { tenantId, kind, told });
    return true;
  } catch (error) {
    ports.logger.error('not told', { batchId: messageId, error: error as Error });
    return false;
  }
}

function adapters(): Ports {
  const client = dynamoClient();
  const notifier = snsNotifier(snsClient(), {
    tenants: dynamoTenantDirectory(client, environment.tenantsTable()),
    clock: systemClock,
    consoleUrl: environment.consoleUrl(),
  });
  const budget = dynamoNotificationBudget(client, environment.accountsTable());
  return {
    history: dynamoConfigHistory(client, environment.tenantsTable()),
    ...dynamoTelling(client, tellWithinBudget(notifier, budget)),
    clock: systemClock,
    logger: createLogger(),
  };
}
