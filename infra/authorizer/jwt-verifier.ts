import { createHash } from 'node:crypto';
import { decodeJwt, errors, type JWTPayload, jwtVerify } from 'jose';
import { tenantIdPattern } from '../../domain/tenancy/api-key.ts';
import { type Scope, scopes } from '../../domain/tenancy/grant.ts';
import type { Issuer, Tenant } from '../../domain/tenancy/tenant-directory.ts';
import type { Clock } from '../clock.ts';
import type { CredentialVerifier, Refused } from './credential.ts';
import type { ExpiringCache } from './expiring-cache.ts';
import type { IssuerKeys } from './issuer-keys.ts';

/** Asymmetric ones alone: a public key must never serve as a shared secret. */
const algorithms = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA'];
const tokenCharactersMax = 8 * 1024;
const issuerUrlCharactersMax = 512;
/** For `nbf` and `iat` alone: an issuer's clock may be ahead of ours. The end of a token is kept to the second. */
const skewSeconds = 5;

interface Ports {
  findTenant: ExpiringCache<Tenant>;
  findTenantClaim: ExpiringCache<string>;
  keys: IssuerKeys;
  clock: Clock;
}

/**
 * Verifies a JWT. What it claims to be is only used to find the tenant that it claims; that tenant's own issuer
 * then says what must hold: signature, audience, end, and which claims count.
 */
export function jwtVerifier(ports: Ports): CredentialVerifier {
  return async (credential) => {
    const claimed = await claimedIssuer(credential, ports);
    if ('refused' in claimed) return claimed;
    const { tenant, issuer } = claimed;
    const now = ports.clock();
    try {
      const { payload } = await jwtVerify(credential, ports.keys.keyFor(issuer.url), {
        issuer: issuer.url,
        audience: issuer.audience,
        algorithms,
        requiredClaims: ['exp'],
        currentDate: new Date(now),
        clockTolerance: skewSeconds,
      });
      const expiresAt = (payload.exp as number) * 1000;
      if (expiresAt <= now) return { refused: 'expired token' };
      const grant = { tenantId: tenant.tenantId, scopes: scopesIn(payload[issuer.scopeClaim]), expiresAt };
      return { grant, tenant, principalId: principalOf(payload) };
    } catch (error) {
      if (error instanceof errors.JOSEError) return { refused: error.code };
      throw error;
    }
  };
}

async function claimedIssuer(
  credential: string,
  { findTenant, findTenantClaim }: Ports,
): Promise<{ tenant: Tenant; issuer: Issuer } | Refused> {
  const payload = claimsOf(credential);
  const url = payload?.iss;
  if (
    !payload ||
    typeof url !== 'string' ||
    url.length > issuerUrlCharactersMax ||
    !/^https?:\/\//.test(url)
  ) {
    return { refused: 'not a token with an issuer' };
  }
  const tenantClaim = await findTenantClaim(url);
  if (tenantClaim === undefined) return { refused: 'token of an issuer of nobody' };
  const tenantId = Object.hasOwn(payload, tenantClaim) ? payload[tenantClaim] : undefined;
  if (typeof tenantId !== 'string' || !tenantIdPattern.test(tenantId)) {
    return { refused: 'token that names no tenant' };
  }
  const tenant = await findTenant(tenantId);
  const issuer = tenant?.issuers.find((one) => one.url === url && one.tenantClaim === tenantClaim);
  return tenant && issuer ? { tenant, issuer } : { refused: "token of another tenant's issuer" };
}

function claimsOf(credential: string): JWTPayload | undefined {
  if (credential.length > tokenCharactersMax) return undefined;
  try {
    return decodeJwt(credential);
  } catch {
    return undefined;
  }
}

/** As OAuth has them, words in one string, or as a list; words that are no scope of ours are others'. */
function scopesIn(claim: unknown): Scope[] {
  const words = typeof claim === 'string' ? claim.split(' ') : claim;
  return Array.isArray(words) ? scopes.filter((scope) => words.includes(scope)) : [];
}

/** Somebody's name at their issuer is theirs: the log and the gateway see only its hash. */
const principalOf = ({ iss, sub }: JWTPayload): string =>
  `jwt-${createHash('sha256')
    .update(JSON.stringify([iss, sub]))
    .digest('hex')
    .slice(0, 32)}`;
