/** Turns a credential into a policy for exactly its tenant's paths and scopes. */
import type { Logger } from '@aws-lambda-powertools/logger';
import type { APIGatewayAuthorizerResult, APIGatewayTokenAuthorizerEvent } from 'aws-lambda';
import type { Tenant, TenantDirectory } from '../domain/tenancy/tenant-directory.ts';
import { apiKeyVerifier, directoryCacheTimes } from '../infra/authorizer/api-key-verifier.ts';
import { expiringCache } from '../infra/authorizer/expiring-cache.ts';
import { type FetchJson, issuerFetch, issuerFetchBounds } from '../infra/authorizer/fetch-issuer-json.ts';
import { issuerKeys } from '../infra/authorizer/issuer-keys.ts';
import { jwtVerifier } from '../infra/authorizer/jwt-verifier.ts';
import { tenantPolicy } from '../infra/authorizer/tenant-policy.ts';
import { dynamoClient } from '../infra/clients.ts';
import { type Clock, systemClock } from '../infra/clock.ts';
import { environment } from '../infra/config.ts';
import { createLogger } from '../infra/logger.ts';
import { dynamoTenantDirectory } from '../infra/tenancy/dynamo-tenant-directory.ts';

interface Ports {
  directory: TenantDirectory;
  fetchJson: FetchJson;
  clock: Clock;
  logger: Pick<Logger, 'info' | 'warn'>;
}

type Authorizer = (event: APIGatewayTokenAuthorizerEvent) => Promise<APIGatewayAuthorizerResult>;

/** The gateway answers 401 to this very text, and 500 to any other error. */
const unauthorized = 'Unauthorized';

export function createHandler({ directory, fetchJson, clock, logger }: Ports): Authorizer {
  const cached = <V>(load: (key: string) => Promise<V | undefined>) =>
    expiringCache({ clock, load, ...directoryCacheTimes });
  const findTenant = cached<Tenant>((tenantId) => directory.find(tenantId));
  const findTenantClaim = cached<string>((url) => directory.findTenantClaim(url));
  const onNoteFailed = (error: unknown) => logger.warn('day of use not noted', error as Error);

  const verifyApiKey = apiKeyVerifier({ directory, findTenant, clock, onNoteFailed });
  const verifyJwt = jwtVerifier({
    findTenant,
    findTenantClaim,
    keys: issuerKeys({ clock, fetchJson }),
    clock,
  });

  return async ({ authorizationToken, methodArn }) => {
    const credential = /^Bearer ([\w.-]+)$/.exec(authorizationToken ?? '')?.[1] ?? '';
    const verified = await (credential.startsWith('tg_') ? verifyApiKey : verifyJwt)(credential);
    if ('refused' in verified) {
      logger.info('credential refused', { reason: verified.refused });
      throw new Error(unauthorized);
    }
    const { grant, tenant, principalId } = verified;
    logger.info('credential accepted', { tenantId: grant.tenantId, principalId, scopes: grant.scopes });
    return tenantPolicy(grant, { methodArn, principalId, gatewayKey: tenant.gatewayKey });
  };
}

export const handler = createHandler({
  directory: dynamoTenantDirectory(dynamoClient(), environment.tenantsTable()),
  fetchJson: issuerFetch({ network: environment.issuerNetwork(), ...issuerFetchBounds }),
  clock: systemClock,
  logger: createLogger(),
});
