import type { Grant } from './grant.ts';
import type { ApiKey } from './tenant-directory.ts';

/**
 * An API key is `tg_<keyId>_<secret>`, its id `<tenantId>-<12 letters or digits>`. Both are read from the right:
 * a tenant's id may hold `_` and `-`, the parts that chance draws hold neither.
 */
export interface ApiKeyParts {
  keyId: string;
  tenantId: string;
  secret: string;
}

export const tenantIdPattern = /^[A-Za-z0-9_-]{1,64}$/;

const apiKeyPattern = /^tg_(([A-Za-z0-9_-]{1,64})-[a-z2-7]{12})_([0-9A-Za-z]{43})$/;
const keyIdPattern = /^([A-Za-z0-9_-]{1,64})-[a-z2-7]{12}$/;
/** Nothing longer can be an API key: it is not looked at. */
const apiKeyCharactersMax = 3 + 64 + 1 + 12 + 1 + 43;

export const formatApiKey = (keyId: string, secret: string): string => `tg_${keyId}_${secret}`;

/** The parts of what has the form of an API key; undefined for anything else. */
export function parseApiKey(credential: string): ApiKeyParts | undefined {
  if (credential.length > apiKeyCharactersMax) return undefined;
  const [, keyId, tenantId, secret] = apiKeyPattern.exec(credential) ?? [];
  return keyId && tenantId && secret ? { keyId, tenantId, secret } : undefined;
}

/** The tenant whose key this is, by its id; undefined where it is no key id. */
export const keyIdTenant = (keyId: string): string | undefined => keyIdPattern.exec(keyId)?.[1];

/**
 * What a stored key allows whoever shows a secret of this hash; undefined where the key is unknown or revoked or
 * the secret is another. The time it takes does not tell how much of the hash is right.
 */
export function checkApiKey(key: ApiKey | undefined, secretHash: string): Grant | undefined {
  if (!key || !isEqualHash(key.secretHash, secretHash) || key.revokedAt !== undefined) return undefined;
  return {
    tenantId: key.tenantId,
    scopes: key.scopes,
    ...(key.accounts && { accounts: key.accounts }),
    ...(key.devices && { devices: key.devices }),
  };
}

/** Looks at every character whatever the first ones are. */
function isEqualHash(stored: string, shown: string): boolean {
  let differences = stored.length ^ shown.length;
  for (let at = 0; at < stored.length; at += 1) differences |= stored.charCodeAt(at) ^ shown.charCodeAt(at);
  return differences === 0;
}

export interface NewApiKey {
  keyId: string;
  secret: string;
}

const base32 = 'abcdefghijklmnopqrstuvwxyz234567';
const base62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** Draws a key of the tenant: 60 random bits for its name, 256 for its secret. */
export function drawApiKey(tenantId: string, drawBytes: (count: number) => Uint8Array): NewApiKey {
  const name = Array.from(drawBytes(12), (byte) => base32[byte % 32]).join('');
  let bits = drawBytes(32).reduce((all, byte) => all * 256n + BigInt(byte), 0n);
  let secret = '';
  for (let digit = 0; digit < 43; digit += 1) {
    secret = base62[Number(bits % 62n)] + secret;
    bits /= 62n;
  }
  return { keyId: `${tenantId}-${name}`, secret };
}
