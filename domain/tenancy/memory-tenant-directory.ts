import { keyIdTenant } from './api-key.ts';
import type { ApiKey, Tenant, TenantDirectory } from './tenant-directory.ts';

const byId = (a: string, b: string): number => (a < b ? -1 : 1);

/** The double of a TenantDirectory. */
export function memoryTenantDirectory(): TenantDirectory {
  const tenants = new Map<string, Tenant>();
  const keys = new Map<string, ApiKey>();
  const tenantClaims = new Map<string, string>();
  const deleted = new Map<string, number>();
  return {
    async find(tenantId) {
      return structuredClone(tenants.get(tenantId));
    },
    async *list() {
      for (const tenant of [...tenants.values()].sort((a, b) => byId(a.tenantId, b.tenantId))) {
        yield structuredClone(tenant);
      }
    },
    async createOnce(tenant) {
      if (tenants.has(tenant.tenantId)) return false;
      tenants.set(tenant.tenantId, structuredClone(tenant));
      return true;
    },
    async update(tenant) {
      if (!tenants.has(tenant.tenantId)) throw new Error(`There is no tenant ${tenant.tenantId} to update.`);
      tenants.set(tenant.tenantId, structuredClone(tenant));
    },
    async findKey(keyId) {
      return keyIdTenant(keyId) === undefined ? undefined : structuredClone(keys.get(keyId));
    },
    async listKeys(tenantId) {
      const own = [...keys.values()].filter((key) => key.tenantId === tenantId);
      return structuredClone(own.sort((a, b) => byId(a.keyId, b.keyId)));
    },
    async addKey(key) {
      if (keys.has(key.keyId)) throw new Error(`There is a key ${key.keyId} already.`);
      keys.set(key.keyId, structuredClone(key));
    },
    async revokeKey(keyId, revokedAt) {
      const key = keys.get(keyId);
      if (key) key.revokedAt ??= revokedAt;
      return key !== undefined;
    },
    async noteUse(keyId, day) {
      const key = keys.get(keyId);
      if (key && key.revokedAt === undefined && (key.lastUsedDay ?? '') < day) key.lastUsedDay = day;
    },
    async noteDeleted(tenantId, lastRevision) {
      deleted.set(tenantId, Math.max(lastRevision, deleted.get(tenantId) ?? 0));
    },
    async deletedRevision(tenantId) {
      return deleted.get(tenantId) ?? 0;
    },
    async findTenantClaim(issuerUrl) {
      return tenantClaims.get(issuerUrl);
    },
    async putTenantClaim(issuerUrl, tenantClaim) {
      tenantClaims.set(issuerUrl, tenantClaim);
    },
  };
}
