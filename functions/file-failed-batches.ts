/** Files in the quarantine what mappings and Firehose have given up, with its payload. */
import type { Logger } from '@aws-lambda-powertools/logger';
import middy from '@middy/core';
import type { Quarantine } from '../domain/quarantine/quarantine.ts';
import { dynamoClient } from '../infra/clients.ts';
import { type Clock, systemClock } from '../infra/clock.ts';
import { environment } from '../infra/config.ts';
import { createLogger } from '../infra/logger.ts';
import { itemsOfBatch, itemsOfFirehoseErrors } from '../infra/quarantine/failure-items.ts';
import { type FailureSource, fileFailures } from '../infra/quarantine/file-failures.ts';
import { s3Quarantine } from '../infra/quarantine/s3-quarantine.ts';
import { systemRandom } from '../infra/random.ts';
import { s3Objects } from '../infra/s3-objects.ts';

export interface Ports {
  sources: FailureSource[];
  quarantine: Quarantine;
  clock: Clock;
  logger: Logger;
}

/** No further object is begun when less than this is left; the next run goes on. */
const reserveMs = 60_000;

export const createHandler = (ports: Ports) =>
  middy<unknown, void>().handler(async (_event, context) => {
    ports.logger.addContext(context);
    await fileAll(ports, () => context.getRemainingTimeInMillis() > reserveMs);
  });

export const handler = createHandler(adapters());

async function fileAll(ports: Ports, hasTime: () => boolean): Promise<void> {
  const { sources, quarantine, clock, logger } = ports;
  const failures: Error[] = [];
  for (const source of sources) {
    const filed = await fileFailures(source, quarantine, { now: clock(), hasTime });
    const { objects, items, isCut } = filed;
    failures.push(...filed.failures);
    logger.info('failures filed', { source: source.name, objects, items, isCut });
  }
  // The rest is filed; whoever watches for errors learns of those that are left.
  if (failures[0]) throw failures[0];
}

function adapters(): Ports {
  const place = {
    region: environment.region(),
    endpoint: environment.s3Endpoint(),
    credentials: dynamoClient().config.credentials,
  };
  const pauses = { random: systemRandom };
  const bucket = (name: string) => s3Objects({ ...place, bucket: name }, pauses);
  return {
    sources: [
      {
        name: 'mappings',
        objects: bucket(environment.failedBatchesBucket()),
        prefix: '',
        toItems: itemsOfBatch,
      },
      {
        name: 'lake',
        objects: bucket(environment.lakeBucket()),
        prefix: 'failed/',
        toItems: itemsOfFirehoseErrors,
      },
    ],
    quarantine: s3Quarantine({ ...place, bucket: environment.quarantineBucket() }, pauses),
    clock: systemClock,
    logger: createLogger(),
  };
}
