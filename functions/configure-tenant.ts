/** Shows and replaces the configuration of a tenant, by immutable revisions. */
import type { Logger } from '@aws-lambda-powertools/logger';
import type { ConfigHistory } from '../domain/tenancy/config-history.ts';
import { putSettings } from '../domain/tenancy/put-settings.ts';
import { settingsOf, type TenantConfig } from '../domain/tenancy/tenant-config.ts';
import { configBodyBytesMax, decodeSettings, ifMatchRevisions, putProblem } from '../events/config-put.ts';
import { dynamoClient, sqsClient } from '../infra/clients.ts';
import { type Clock, systemClock } from '../infra/clock.ts';
import { environment } from '../infra/config.ts';
import { type ApiResponse, apiHandler } from '../infra/http/api-handler.ts';
import { type ApiRequest, inflate } from '../infra/http/api-request.ts';
import { limitEvaluation } from '../infra/limits/limit-evaluation.ts';
import { createLogger } from '../infra/logger.ts';
import { sqsJobQueue } from '../infra/metering/sqs-job-queue.ts';
import { systemRandom } from '../infra/random.ts';
import { dynamoConfigHistory } from '../infra/tenancy/dynamo-config-history.ts';
import { evaluatedHistory } from '../infra/tenancy/evaluated-history.ts';

export interface Ports {
  history: ConfigHistory;
  clock: Clock;
  logger: Logger;
}

export const createHandler = (ports: Ports) =>
  apiHandler(
    {
      'GET /v1/tenants/{tenantId}/config': {
        scopes: ['read'],
        handle: async (_, { tenantId }) => shown(await inForce(ports, tenantId)),
      },
      'PUT /v1/tenants/{tenantId}/config': {
        scopes: ['manage'],
        handle: (request, { tenantId }) => put(ports, tenantId, request),
      },
    },
    ports,
  );

export const handler = createHandler({
  history: evaluatedHistory(
    dynamoConfigHistory(dynamoClient(), environment.tenantsTable()),
    limitEvaluation(sqsJobQueue(sqsClient(), environment.evaluationQueueUrl(), { random: systemRandom })),
  ),
  clock: systemClock,
  logger: createLogger(),
});

async function put(
  { history, clock, logger }: Ports,
  tenantId: string,
  request: ApiRequest,
): Promise<ApiResponse> {
  const settings = decodeSettings(inflate(request.body, configBodyBytesMax));
  const ifRevisions = ifMatchRevisions(request.headers['if-match']);
  const result = await putSettings(history, tenantId, settings, { now: clock(), ifRevisions });
  logger.info(
    'configuration put',
    result.ok ? { revision: result.config.revision } : { refused: result.code },
  );
  if (!result.ok) throw putProblem(result);
  return shown(result.config);
}

async function inForce({ history }: Ports, tenantId: string): Promise<TenantConfig> {
  const config = await history.latest(tenantId);
  if (!config) throw putProblem({ ok: false, code: 'not_found' });
  return config;
}

const shown = (config: TenantConfig): ApiResponse => ({
  status: 200,
  body: { revision: config.revision, ...settingsOf(config) },
  headers: { etag: `"${config.revision}"` },
});
