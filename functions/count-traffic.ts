/** Counts the traffic that a batch of the stream reports by interval, and notes how far its shard is counted. */
import type { Logger } from '@aws-lambda-powertools/logger';
import middy from '@middy/core';
import type { Context, KinesisStreamBatchResponse, KinesisStreamEvent } from 'aws-lambda';
import type { Quarantine } from '../domain/quarantine/quarantine.ts';
import type { CountTraffic } from '../domain/traffic/count-traffic.ts';
import { positionOf } from '../domain/traffic/interval-counts.ts';
import { batchLog } from '../infra/batch-log.ts';
import { dynamoClient } from '../infra/clients.ts';
import { type Clock, systemClock } from '../infra/clock.ts';
import { environment } from '../infra/config.ts';
import { createLogger } from '../infra/logger.ts';
import { consumerQuarantine } from '../infra/quarantine/consumer-quarantine.ts';
import { setAsideAll } from '../infra/stream/read-batch.ts';
import { type ConfigRevisions, configRevisions } from '../infra/tenancy/config-revisions.ts';
import { dynamoConfigHistory } from '../infra/tenancy/dynamo-config-history.ts';
import { dynamoCountTraffic } from '../infra/traffic/dynamo-traffic.ts';
import { readTrafficBatch, trafficOutcome } from '../infra/traffic/traffic-batch.ts';

export interface Ports {
  configs: ConfigRevisions;
  countTraffic: CountTraffic;
  quarantine: Quarantine;
  /** How long the stream keeps a record. */
  retentionMs: number;
  clock: Clock;
  logger: Logger;
}

/** Kept back of the Lambda's time for what is under way when no more is begun. */
const marginMs = 10_000;

export const createHandler = (ports: Ports) =>
  middy<KinesisStreamEvent, KinesisStreamBatchResponse>()
    .use(batchLog<KinesisStreamBatchResponse>(ports.logger))
    .handler((event: KinesisStreamEvent, context: Context) => countBatch(ports, event, context));

const client = dynamoClient();
export const handler = createHandler({
  configs: configRevisions(dynamoConfigHistory(client, environment.tenantsTable())),
  countTraffic: dynamoCountTraffic(client, systemClock),
  quarantine: consumerQuarantine(client),
  retentionMs: environment.streamRetentionMs(),
  clock: systemClock,
  logger: createLogger(),
});

async function countBatch(
  ports: Ports,
  event: KinesisStreamEvent,
  context: Context,
): Promise<KinesisStreamBatchResponse> {
  const now = ports.clock();
  const timeLeftMs = () => context.getRemainingTimeInMillis() - marginMs;
  const batch = await readTrafficBatch(event, { ...ports, now });
  const uncounted = await ports.countTraffic(batch.traffic, { now, timeLeftMs });
  const unkept = await setAsideAll(ports.quarantine, batch, now);
  ports.logger.info('batch counted', trafficOutcome(batch, uncounted));
  // All from the first failed record on comes again; what is counted already is found to be.
  const first = event.Records.find(
    ({ kinesis }, place) =>
      batch.unread.has(place) ||
      unkept.has(place) ||
      uncounted.some(({ position }) => position === positionOf(kinesis.sequenceNumber)),
  );
  return { batchItemFailures: first ? [{ itemIdentifier: first.kinesis.sequenceNumber }] : [] };
}
