/** Sets the threshold of a series or mutes it, and takes what a person says of an anomaly. */
import type { Logger } from '@aws-lambda-powertools/logger';
import { type SeriesTweaks, tweaked } from '../domain/judging/series-tweak.ts';
import { changeTweak, type TeachPorts, teachSeries } from '../domain/judging/teach-series.ts';
import type { TenantWatches } from '../domain/judging/tenant-watch.ts';
import { decodeFeedback, decodeTweak, seriesBodyBytesMax } from '../events/series-put.ts';
import { encodeAnomaly, encodeEffect, encodeSeries } from '../events/traffic-answer.ts';
import { dynamoClient } from '../infra/clients.ts';
import { type Clock, systemClock } from '../infra/clock.ts';
import { noSuchAnomaly } from '../infra/http/anomalies.ts';
import { type ApiResponse, apiHandler } from '../infra/http/api-handler.ts';
import { type ApiRequest, inflate } from '../infra/http/api-request.ts';
import { dynamoSeriesReader, seriesOf } from '../infra/judging/series-reader.ts';
import { createLogger } from '../infra/logger.ts';
import type { CurrentConfig } from '../infra/tenancy/config-cache.ts';

export interface Ports extends TeachPorts {
  configs: CurrentConfig;
  tweaks: SeriesTweaks;
  watches: Pick<TenantWatches, 'read'>;
  clock: Clock;
  logger: Logger;
}

export const createHandler = (ports: Ports) =>
  apiHandler(
    {
      'PUT /v1/tenants/{tenantId}/series/{series}': {
        scopes: ['manage'],
        handle: (request, { tenantId }) => put(ports, tenantId, request),
      },
      'POST /v1/tenants/{tenantId}/anomalies/{anomalyId}/feedback': {
        scopes: ['manage'],
        handle: (request, { tenantId }) => judge(ports, tenantId, request),
      },
    },
    ports,
  );

export const handler = createHandler({
  ...dynamoSeriesReader(dynamoClient(), systemClock),
  logger: createLogger(),
});

async function put(ports: Ports, tenantId: string, { path, body }: ApiRequest): Promise<ApiResponse> {
  const { series: name } = path as { series: string };
  const { series } = await seriesOf(ports, tenantId, name, 'in force');
  const change = decodeTweak(inflate(body, seriesBodyBytesMax));
  const { tweak } = await changeTweak(ports.tweaks, tenantId, name, (former) => ({
    tweak: tweaked(former, series, change),
  }));
  const watch = await ports.watches.read(tenantId);
  ports.logger.info('series put', { members: Object.keys(change).length });
  const isActive = watch.series[name]?.isActive === true;
  return { status: 200, body: encodeSeries(series, tweak, { isActive }) };
}

async function judge(ports: Ports, tenantId: string, { path, body }: ApiRequest): Promise<ApiResponse> {
  const { anomalyId } = path as { anomalyId: string };
  const feedback = decodeFeedback(inflate(body, seriesBodyBytesMax));
  const result = await teachSeries(ports, tenantId, anomalyId, feedback, ports.clock());
  if (!result) throw noSuchAnomaly();
  const { anomaly, taught } = result;
  ports.logger.info('feedback taken', { verdict: feedback.verdict, undone: taught.undone.length });
  return { status: 200, body: { ...encodeAnomaly(anomaly), effect: encodeEffect(anomaly, taught) } };
}
