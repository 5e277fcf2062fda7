/** Answers what accounts and devices have used, and whose a credential is. */
import type { Logger } from '@aws-lambda-powertools/logger';
import { dynamoClient } from '../infra/clients.ts';
import { systemClock } from '../infra/clock.ts';
import { environment } from '../infra/config.ts';
import { currentConfig } from '../infra/config-cache.ts';
import { dynamoConfigHistory } from '../infra/dynamo-config-history.ts';
import { getAccountUsage } from '../infra/http/account-usage.ts';
import { getAccount, listAccounts, whoami } from '../infra/http/accounts.ts';
import { apiHandler, type Operation } from '../infra/http/api-handler.ts';
import { getDeviceUsage, getTenantUsage } from '../infra/http/daily-usage.ts';
import { createLogger } from '../infra/logger.ts';
import { dynamoUsageReader, type UsageReader } from '../infra/usage-reader.ts';

export interface Ports {
  reader: UsageReader;
  logger: Logger;
}

export function createHandler({ reader, logger }: Ports) {
  const reads = (
    answer: (...asked: [UsageReader, ...Parameters<Operation['handle']>]) => ReturnType<Operation['handle']>,
  ): Operation => ({
    scopes: ['read'],
    handle: (request, grant) => answer(reader, request, grant),
  });
  return apiHandler(
    {
      'GET /v1/whoami': { ...reads(whoami), scopes: ['ingest', 'read', 'manage'] },
      'GET /v1/tenants/{tenantId}/usage': reads(getTenantUsage),
      'GET /v1/tenants/{tenantId}/accounts': reads(listAccounts),
      'GET /v1/tenants/{tenantId}/accounts/{accountId}': reads(getAccount),
      'GET /v1/tenants/{tenantId}/accounts/{accountId}/usage': reads(getAccountUsage),
      'GET /v1/tenants/{tenantId}/accounts/{accountId}/devices/{deviceId}/usage': reads(getDeviceUsage),
    },
    { logger, clock: reader.clock },
  );
}

const client = dynamoClient();
export const handler = createHandler({
  reader: dynamoUsageReader(client, environment.usageTable(), {
    configs: currentConfig(dynamoConfigHistory(client, environment.tenantsTable()), systemClock),
    clock: systemClock,
    retentionMs: environment.streamRetentionMs(),
  }),
  logger: createLogger(),
});
