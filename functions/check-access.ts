/** Says whether an account may be served now: one small consistent read. */
import type { Logger } from '@aws-lambda-powertools/logger';
import type { AccountStore } from '../domain/limits/account-store.ts';
import type { Grant } from '../domain/tenancy/grant.ts';
import { encodeAccess } from '../events/account-answer.ts';
import { isId } from '../events/cloud-event.ts';
import { dynamoClient } from '../infra/clients.ts';
import { type Clock, systemClock } from '../infra/clock.ts';
import { environment } from '../infra/config.ts';
import { type ApiResponse, apiHandler, forbidden } from '../infra/http/api-handler.ts';
import type { ApiRequest } from '../infra/http/api-request.ts';
import { readQuery } from '../infra/http/query-parameters.ts';
import { dynamoAccountStore } from '../infra/limits/dynamo-account-store.ts';
import { createLogger } from '../infra/logger.ts';
import { systemRandom } from '../infra/random.ts';

export interface Ports {
  accounts: Pick<AccountStore, 'find'>;
  clock: Clock;
  logger: Logger;
}

export const createHandler = (ports: Ports) =>
  apiHandler(
    {
      'GET /v1/tenants/{tenantId}/accounts/{accountId}/access': {
        scopes: ['read', 'ingest'],
        handle: (request, grant) => checkAccess(ports, request, grant),
      },
    },
    ports,
  );

export const handler = createHandler({
  accounts: dynamoAccountStore(dynamoClient(), environment.accountsTable(), { random: systemRandom }),
  clock: systemClock,
  logger: createLogger(),
});

/** As long as an edge may go by the answer: this much later it cuts off. */
const headers = { 'cache-control': 'private, max-age=2' };

async function checkAccess(
  { accounts, clock }: Ports,
  { path, query }: ApiRequest,
  { tenantId, accounts: bound }: Grant,
): Promise<ApiResponse> {
  const { accountId } = path as { accountId: string };
  if (bound && !bound.includes(accountId)) throw forbidden();
  readQuery(query, {});
  // What can be no id is an account that was never seen.
  const account = isId(accountId) ? await accounts.find(tenantId, accountId) : undefined;
  return { status: 200, body: encodeAccess(accountId, account, clock()), headers };
}
