/** Shows and replaces the configuration of a tenant, by immutable revisions. */
import type { Logger } from '@aws-lambda-powertools/logger';
import type { ConfigHistory } from '../domain/tenancy/config-history.ts';
import { reviseConfig } from '../domain/tenancy/revise-config.ts';
import { settingsOf, type TenantConfig, type TenantSettings } from '../domain/tenancy/tenant-config.ts';
import {
  configBodyBytesMax,
  configRefused,
  decodeSettings,
  ifMatchRevisions,
  revisionConflict,
} from '../events/config-put.ts';
import { Problem } from '../events/problem.ts';
import { dynamoClient } from '../infra/clients.ts';
import { type Clock, systemClock } from '../infra/clock.ts';
import { environment } from '../infra/config.ts';
import { dynamoConfigHistory } from '../infra/dynamo-config-history.ts';
import { type ApiResponse, apiHandler } from '../infra/http/api-handler.ts';
import { type ApiRequest, inflate } from '../infra/http/api-request.ts';
import { createLogger } from '../infra/logger.ts';

export interface Ports {
  history: ConfigHistory;
  clock: Clock;
  logger: Logger;
}

/** A PUT that loses a race against another is tried again on what the other stored, this often. */
const attemptsMax = 5;

export const createHandler = (ports: Ports) =>
  apiHandler(
    {
      'GET /v1/tenants/{tenantId}/config': {
        scopes: ['read'],
        handle: async (_, { tenantId }) => shown(await inForce(ports.history, tenantId)),
      },
      'PUT /v1/tenants/{tenantId}/config': {
        scopes: ['manage'],
        handle: (request, { tenantId }) => putConfig(ports, tenantId, request),
      },
    },
    ports,
  );

export const handler = createHandler({
  history: dynamoConfigHistory(dynamoClient(), environment.tenantsTable()),
  clock: systemClock,
  logger: createLogger(),
});

async function putConfig(ports: Ports, tenantId: string, request: ApiRequest): Promise<ApiResponse> {
  const settings = decodeSettings(inflate(request.body, configBodyBytesMax));
  const wanted = ifMatchRevisions(request.headers['if-match']);
  for (let attempt = 0; attempt < attemptsMax; attempt += 1) {
    const previous = await inForce(ports.history, tenantId);
    if (wanted !== 'any' && !wanted.includes(previous.revision)) throw revisionConflict(previous.revision);
    const config = revised(previous, settings, ports.clock());
    const isStored = config === previous || (await ports.history.appendOnce(tenantId, config));
    ports.logger.info('configuration put', { revision: config.revision, isStored, attempt });
    if (isStored) return shown(config);
  }
  const detail =
    'Others are changing the configuration at the same time; sending the same request again is safe.';
  throw new Problem('unavailable', detail, { headers: { 'retry-after': '1' } });
}

async function inForce(history: ConfigHistory, tenantId: string): Promise<TenantConfig> {
  const config = await history.latest(tenantId);
  if (!config) throw new Problem('not_found', 'The tenant has no configuration.');
  return config;
}

function revised(previous: TenantConfig, settings: TenantSettings, now: number): TenantConfig {
  const result = reviseConfig(previous, settings, now);
  if (!result.ok) throw configRefused(result.code, result.faults);
  return result.config;
}

const shown = (config: TenantConfig): ApiResponse => ({
  status: 200,
  body: { revision: config.revision, ...settingsOf(config) },
  headers: { etag: `"${config.revision}"` },
});
