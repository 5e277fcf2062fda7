/** Answers what series counted and were expected to, their anomalies, and whether the data is complete. */
import type { Logger } from '@aws-lambda-powertools/logger';
import { dynamoClient } from '../infra/clients.ts';
import { systemClock } from '../infra/clock.ts';
import { environment } from '../infra/config.ts';
import { getAnomaly, listAnomalies } from '../infra/http/anomalies.ts';
import { apiHandler, type Operation } from '../infra/http/api-handler.ts';
import { getDataHealth, type HealthPorts } from '../infra/http/data-health.ts';
import { getSeries, listSeries } from '../infra/http/traffic-series.ts';
import { dynamoSeriesReader, type SeriesReader } from '../infra/judging/series-reader.ts';
import { createLogger } from '../infra/logger.ts';
import { s3QuarantineCount } from '../infra/quarantine/quarantine-count.ts';
import { systemRandom } from '../infra/random.ts';
import { dynamoRecountReports } from '../infra/reconciliation/dynamo-recount-reports.ts';
import { s3Objects } from '../infra/s3-objects.ts';
import { dynamoTrafficReader } from '../infra/traffic/dynamo-traffic.ts';

export interface Ports extends SeriesReader, HealthPorts {
  logger: Logger;
}

export function createHandler(ports: Ports) {
  const reads = (
    answer: (...asked: [Ports, ...Parameters<Operation['handle']>]) => ReturnType<Operation['handle']>,
  ): Operation => ({
    scopes: ['read'],
    handle: (request, grant) => answer(ports, request, grant),
  });
  return apiHandler(
    {
      'GET /v1/tenants/{tenantId}/series': reads(listSeries),
      'GET /v1/tenants/{tenantId}/series/{series}': reads(getSeries),
      'GET /v1/tenants/{tenantId}/anomalies': reads(listAnomalies),
      'GET /v1/tenants/{tenantId}/anomalies/{anomalyId}': reads(getAnomaly),
      'GET /v1/tenants/{tenantId}/health': reads(getDataHealth),
    },
    ports,
  );
}

export const handler = createHandler(adapters());

function adapters(): Ports {
  const client = dynamoClient();
  const bucket = {
    bucket: environment.quarantineBucket(),
    region: environment.region(),
    endpoint: environment.s3Endpoint(),
    credentials: client.config.credentials,
  };
  return {
    ...dynamoSeriesReader(client, systemClock),
    traffic: dynamoTrafficReader(client, systemClock),
    quarantine: s3QuarantineCount(s3Objects(bucket, { random: systemRandom })),
    recounts: dynamoRecountReports(client, environment.trafficTable()),
    logger: createLogger(),
  };
}
