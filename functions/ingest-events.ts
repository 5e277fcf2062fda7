/** Checks the events of a post one by one, and answers 2xx only after the stream has stored every accepted one. */
import type { Logger } from '@aws-lambda-powertools/logger';
import type { EventStream } from '../domain/metering/intake/event-stream.ts';
import type { Grant } from '../domain/tenancy/grant.ts';
import type { CloudEvent } from '../events/cloud-event.ts';
import { checkMediaType, decodeEventPost, postBytesMax } from '../events/event-post.ts';
import { nothingAccepted, outcomeCounts } from '../events/receipt.ts';
import { encodeStreamRecords } from '../events/stream-record.ts';
import { dynamoClient, kinesisClient } from '../infra/clients.ts';
import { type Clock, systemClock } from '../infra/clock.ts';
import { environment } from '../infra/config.ts';
import { type ApiResponse, apiHandler } from '../infra/http/api-handler.ts';
import { type ApiRequest, inflate } from '../infra/http/api-request.ts';
import { storeEvents } from '../infra/http/store-events.ts';
import { answerTimeLeft } from '../infra/http/time-left.ts';
import type { CurrentSuspensions } from '../infra/limits/current-suspensions.ts';
import { dynamoSuspensions } from '../infra/limits/dynamo-suspensions.ts';
import { createLogger } from '../infra/logger.ts';
import { acceptByCurrentConfig } from '../infra/metering/accept-by-current-config.ts';
import { kinesisEventStream } from '../infra/metering/kinesis-event-stream.ts';
import { systemRandom } from '../infra/random.ts';
import { type CurrentConfig, currentConfig } from '../infra/tenancy/config-cache.ts';
import { dynamoConfigHistory } from '../infra/tenancy/dynamo-config-history.ts';

export interface Ports {
  configs: CurrentConfig;
  suspensions: CurrentSuspensions;
  stream: EventStream;
  clock: Clock;
  logger: Logger;
}

export const createHandler = (ports: Ports) =>
  apiHandler(
    {
      'POST /v1/tenants/{tenantId}/events': {
        scopes: ['ingest'],
        handle: (request, grant) => ingest(ports, request, grant),
      },
    },
    ports,
  );

const client = dynamoClient();
const logger = createLogger();
export const handler = createHandler({
  configs: currentConfig(dynamoConfigHistory(client, environment.tenantsTable()), systemClock),
  suspensions: dynamoSuspensions(client, environment.accountsTable(), { clock: systemClock, logger }),
  stream: kinesisEventStream(kinesisClient(), environment.eventStream(), { random: systemRandom }),
  clock: systemClock,
  logger,
});

async function ingest(ports: Ports, request: ApiRequest, grant: Grant): Promise<ApiResponse> {
  const timeLeftMs = answerTimeLeft(request);
  const posted = decodeEventPost(checkMediaType(request.headers), inflate(request.body, postBytesMax));
  const now = ports.clock();
  const rules = { tenantId: grant.tenantId, bounds: grant, now };
  const { config, receipt, accepted } = await acceptByCurrentConfig(ports, posted, rules);
  ports.logger.info('events judged', { ...outcomeCounts(receipt), config: config?.revision });
  if (!config || accepted.length === 0) throw nothingAccepted(receipt);
  const head = { tenantId: grant.tenantId, receivedAt: new Date(now).toISOString(), config: config.revision };
  const lines = accepted.map(({ value }) => ({ ...head, event: value as CloudEvent }));
  const texts = accepted.map(({ text }) => text);
  const records = encodeStreamRecords(lines, texts);
  await storeEvents(ports, records, timeLeftMs);
  return { status: 202, body: receipt };
}
