/** Counts the usage that a batch of the stream reports, each event once; what cannot be counted is set aside. */
import type { Logger } from '@aws-lambda-powertools/logger';
import middy from '@middy/core';
import type { KinesisStreamBatchResponse, KinesisStreamEvent } from 'aws-lambda';
import type { RecordUsage } from '../domain/metering/windows/record-usage.ts';
import type { Quarantine } from '../domain/quarantine/quarantine.ts';
import type { DuplicateCounts } from '../domain/traffic/duplicate-counts.ts';
import { noteDuplicates } from '../domain/traffic/note-duplicates.ts';
import { batchLog } from '../infra/batch-log.ts';
import { dynamoClient, sqsClient } from '../infra/clients.ts';
import { type Clock, systemClock } from '../infra/clock.ts';
import { environment } from '../infra/config.ts';
import { dynamoRecordWithinLimits } from '../infra/limits/dynamo-limits.ts';
import { createLogger } from '../infra/logger.ts';
import { failureCauses, outcomeByTenant } from '../infra/metering/batch-outcome.ts';
import { readUsageBatch } from '../infra/metering/usage-batch.ts';
import { consumerQuarantine } from '../infra/quarantine/consumer-quarantine.ts';
import { setAsideAll } from '../infra/stream/read-batch.ts';
import { type ConfigRevisions, configRevisions } from '../infra/tenancy/config-revisions.ts';
import { dynamoConfigHistory } from '../infra/tenancy/dynamo-config-history.ts';
import { duplicateCounts } from '../infra/traffic/dynamo-traffic.ts';

export interface Ports {
  configs: ConfigRevisions;
  recordUsage: RecordUsage;
  quarantine: Quarantine;
  duplicates: DuplicateCounts;
  /** How long the stream keeps a record. */
  retentionMs: number;
  clock: Clock;
  logger: Logger;
}

export const createHandler = (ports: Ports) =>
  middy<KinesisStreamEvent, KinesisStreamBatchResponse>()
    .use(batchLog<KinesisStreamBatchResponse>(ports.logger))
    .handler((event: KinesisStreamEvent) => recordBatch(ports, event));

export const handler = createHandler(adapters());

async function recordBatch(ports: Ports, event: KinesisStreamEvent): Promise<KinesisStreamBatchResponse> {
  const now = ports.clock();
  const batch = await readUsageBatch(event, { ...ports, now });
  const touched = await ports.recordUsage(batch.records, now);
  const unkept = await setAsideAll(ports.quarantine, batch, now);
  const unnoted = await noteDuplicates(ports.duplicates, touched, batch.tenantsWithSeries);
  const failed = [
    ...batch.unread,
    ...unkept,
    ...touched.filter(({ failure }) => failure).map(({ firstRecord }) => batch.places[firstRecord] as number),
  ];
  ports.logger.info('batch recorded', {
    streamRecords: event.Records.length,
    windows: touched.length,
    tenants: outcomeByTenant(batch, touched),
    ...(unnoted > 0 && { unnoted }),
    ...(failed.length > 0 && {
      unread: batch.unread.size,
      unkept: unkept.size,
      causes: failureCauses(batch, touched),
    }),
  });
  // All from the first failed record on comes again; what is counted already is found to be.
  const first = event.Records[failed.reduce((lowest, place) => Math.min(lowest, place), Infinity)];
  return { batchItemFailures: first ? [{ itemIdentifier: first.kinesis.sequenceNumber }] : [] };
}

function adapters(): Ports {
  const client = dynamoClient();
  return {
    configs: configRevisions(dynamoConfigHistory(client, environment.tenantsTable())),
    recordUsage: dynamoRecordWithinLimits(client, sqsClient(), systemClock),
    quarantine: consumerQuarantine(client),
    duplicates: duplicateCounts(client),
    retentionMs: environment.streamRetentionMs(),
    clock: systemClock,
    logger: createLogger(),
  };
}
