/** Answers what accounts and devices have used, how they stand to their limits, and whose a credential is. */
import type { Logger } from '@aws-lambda-powertools/logger';
import { dynamoClient } from '../infra/clients.ts';
import { systemClock } from '../infra/clock.ts';
import { listAccounts } from '../infra/http/account-list.ts';
import { getAccountUsage } from '../infra/http/account-usage.ts';
import { getAccount, whoami } from '../infra/http/accounts.ts';
import { apiHandler, type Operation } from '../infra/http/api-handler.ts';
import { getDeviceUsage, getTenantUsage } from '../infra/http/daily-usage.ts';
import type { AccountReader } from '../infra/limits/account-reader.ts';
import { dynamoAccountReader } from '../infra/limits/dynamo-account-reader.ts';
import { createLogger } from '../infra/logger.ts';

export interface Ports {
  reader: AccountReader;
  logger: Logger;
}

export function createHandler({ reader, logger }: Ports) {
  const reads = (
    answer: (
      ...asked: [AccountReader, ...Parameters<Operation['handle']>]
    ) => ReturnType<Operation['handle']>,
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

export const handler = createHandler({
  reader: dynamoAccountReader(dynamoClient(), systemClock),
  logger: createLogger(),
});
