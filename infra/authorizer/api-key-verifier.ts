import { createHash } from 'node:crypto';
import { checkApiKey, parseApiKey } from '../../domain/tenancy/api-key.ts';
import type { ApiKey, Tenant, TenantDirectory } from '../../domain/tenancy/tenant-directory.ts';
import type { Clock } from '../clock.ts';
import type { CredentialVerifier } from './credential.ts';
import { type ExpiringCache, expiringCache } from './expiring-cache.ts';

/**
 * The gateway keeps an answer for 30 s (serverless.yml), so a revoked key works for at most 50 s. A key that did
 * not exist a moment ago works within 5 s.
 */
export const directoryCacheTimes = { foundMs: 20_000, absentMs: 5_000, entriesMax: 10_000 };

const notedMax = 10_000;

interface Ports {
  directory: TenantDirectory;
  findTenant: ExpiringCache<Tenant>;
  clock: Clock;
  /** Told where the day of use could not be noted, which fails no request. */
  onNoteFailed: (error: unknown) => void;
}

/** Only the hash of a secret is ever stored. 256 random bits need neither salt nor a slow hash. */
export const hashSecret = (secret: string): string => createHash('sha256').update(secret).digest('hex');

export function apiKeyVerifier({ directory, findTenant, clock, onNoteFailed }: Ports): CredentialVerifier {
  const load = (keyId: string) => directory.findKey(keyId);
  const findKey = expiringCache<ApiKey>({ clock, load, ...directoryCacheTimes });
  const noted = new Map<string, string>();

  async function noteUse(key: ApiKey): Promise<void> {
    const day = new Date(clock()).toISOString().slice(0, 10);
    if (key.lastUsedDay === day || noted.get(key.keyId) === day) return;
    if (noted.size >= notedMax) noted.clear();
    noted.set(key.keyId, day);
    try {
      await directory.noteUse(key.keyId, day);
    } catch (error) {
      noted.delete(key.keyId);
      onNoteFailed(error);
    }
  }

  return async (credential) => {
    const parts = parseApiKey(credential);
    if (!parts) return { refused: 'not an API key' };
    const key = await findKey(parts.keyId);
    const grant = checkApiKey(key, hashSecret(parts.secret));
    if (!key || !grant) return { refused: 'unknown, wrong or revoked API key' };
    const tenant = await findTenant(grant.tenantId);
    if (!tenant) return { refused: 'API key of no tenant' };
    await noteUse(key);
    return { grant, tenant, principalId: key.keyId };
  };
}
