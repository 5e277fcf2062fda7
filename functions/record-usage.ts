/** Counts the usage that a batch of the stream reports, each event once; what cannot be counted is set aside. */
import type { Logger } from '@aws-lambda-powertools/logger';
import middy from '@middy/core';
import type { KinesisStreamBatchResponse, KinesisStreamEvent } from 'aws-lambda';
import type { RecordUsage } from '../domain/metering/windows/record-usage.ts';
import type { Quarantine } from '../domain/quarantine/quarantine.ts';
import { batchLog } from '../infra/batch-log.ts';
import { dynamoClient, sqsClient } from '../infra/clients.ts';
import { type Clock, systemClock } from '../infra/clock.ts';
import { environment } from '../infra/config.ts';
import { dynamoRecordWithinLimits } from '../infra/limits/dynamo-limits.ts';
import { createLogger } from '../infra/logger.ts';
import { failureCauses, outcomeByTenant } from '../infra/metering/batch-outcome.ts';
import { readUsageBatch } from '../infra/metering/usage-batch.ts';
import { s3Quarantine } from '../infra/quarantine/s3-quarantine.ts';
import { systemRandom } from '../infra/random.ts';
import { setAsideAll } from '../infra/stream/read-batch.ts';
import { type ConfigRevisions, configRevisions } from '../infra/tenancy/config-revisions.ts';
import { dynamoConfigHistory } from '../infra/tenancy/dynamo-config-history.ts';

export interface Ports {
  configs: ConfigRevisions;
  recordUsage: RecordUsage;
  quarantine: Quarantine;
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
  const failed = [
    ...batch.unread,
    ...unkept,
    ...touched.filter(({ failure }) => failure).map(({ firstRecord }) => batch.places[firstRecord] as number),
  ];
  ports.logger.info('batch recorded', {
    streamRecords: event.Records.length,
    windows: touched.length,
    tenants: outcomeByTenant(batch, touched),
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
  const retentionMs = environment.streamRetentionMs();
  const bucket = {
    bucket: environment.quarantineBucket(),
    region: environment.region(),
    endpoint: environment.s3Endpoint(),
    credentials: client.config.credentials,
  };
  return {
    configs: configRevisions(dynamoConfigHistory(client, environment.tenantsTable())),
    recordUsage: dynamoRecordWithinLimits(client, sqsClient(), systemClock),
    quarantine: s3Quarantine(bucket, { random: systemRandom }),
    retentionMs,
    clock: systemClock,
    logger: createLogger(),
  };
}
