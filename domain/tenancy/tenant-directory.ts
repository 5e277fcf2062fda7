import type { Scope } from './grant.ts';

export interface Issuer {
  /** The `iss` claim, an https URL without query or fragment. */
  url: string;
  audience: string;
  tenantClaim: string;
  scopeClaim: string;
}

export interface Tenant {
  tenantId: string;
  createdAt: number;
  /** The gateway's key that rates of this tenant are counted by: random, no credential. */
  gatewayKey: string;
  /** SNS topics by kind (accounts, anomalies, health): ARN. */
  topics: Record<string, string>;
  issuers: Issuer[];
}

export interface ApiKey {
  /** `<tenantId>-<random>`: found by its tenant and id in one read. */
  keyId: string;
  tenantId: string;
  /** SHA-256 of the secret, hex. */
  secretHash: string;
  scopes: Scope[];
  accounts?: string[];
  devices?: string[];
  createdAt: number;
  revokedAt?: number;
  /** UTC date, written at most once a day. */
  lastUsedDay?: string;
}

/** Tenants and their keys. Reads are consistent: what a resolved write stored, the next read sees. */
export interface TenantDirectory {
  find(tenantId: string): Promise<Tenant | undefined>;
  list(): AsyncIterable<Tenant>;
  /** Stores a new tenant unless one of its id exists; answers whether it did. */
  createOnce(tenant: Tenant): Promise<boolean>;
  /** Replaces what is stored of an existing tenant. */
  update(tenant: Tenant): Promise<void>;
  findKey(keyId: string): Promise<ApiKey | undefined>;
  listKeys(tenantId: string): Promise<ApiKey[]>;
  addKey(key: ApiKey): Promise<void>;
  /** Marks the key revoked; repeating it keeps the first time. Answers whether there is such a key. */
  revokeKey(keyId: string, revokedAt: number): Promise<boolean>;
  /** Notes the day of use, once a day; never brings a revoked or unknown key into being. */
  noteUse(keyId: string, day: string): Promise<void>;
}
