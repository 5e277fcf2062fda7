import type { Scope } from './grant.ts';

export interface Issuer {
  /** The `iss` claim, an https URL without query or fragment. */
  url: string;
  audience: string;
  tenantClaim: string;
  scopeClaim: string;
}

/** Requests a second: the usage plan that the tenant's gateway key is in. */
export const rates = ['standard', 'high'] as const;

export type Rate = (typeof rates)[number];

export interface Tenant {
  tenantId: string;
  /** Epoch milliseconds. */
  createdAt: number;
  rate: Rate;
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
  /** Every tenant, ascending by id. */
  list(): AsyncIterable<Tenant>;
  /** Stores a new tenant unless one of its id exists; answers whether it did. */
  createOnce(tenant: Tenant): Promise<boolean>;
  /** Replaces what is stored of an existing tenant; throws where there is none. Repeating it changes nothing. */
  update(tenant: Tenant): Promise<void>;
  /** Undefined also for what is no key id. */
  findKey(keyId: string): Promise<ApiKey | undefined>;
  /** The tenant's keys, revoked ones too, ascending by id. */
  listKeys(tenantId: string): Promise<ApiKey[]>;
  /** Stores a new key; throws where its id is taken, which chance all but rules out. */
  addKey(key: ApiKey): Promise<void>;
  /** Marks the key revoked; repeating it keeps the first time. Answers whether there is such a key. */
  revokeKey(keyId: string, revokedAt: number): Promise<boolean>;
  /** Notes the day (a UTC date) of use; an earlier day, a revoked key and an unknown one are left as they are. */
  noteUse(keyId: string, day: string): Promise<void>;
  /**
   * Notes that a tenant is deleted, and the number of its last configuration; of several the greatest stays. Repeating
   * it changes nothing.
   */
  noteDeleted(tenantId: string, lastRevision: number): Promise<void>;
  /** The last configuration of a tenant of this id that was deleted; 0 where none was. */
  deletedRevision(tenantId: string): Promise<number>;
  /**
   * The claim that names the tenant in the tokens of this issuer. It is one for all tenants of an issuer, so
   * that a token cannot be read as two tenants' at once.
   */
  findTenantClaim(issuerUrl: string): Promise<string | undefined>;
  /** Replaces it. Repeating it changes nothing. */
  putTenantClaim(issuerUrl: string, tenantClaim: string): Promise<void>;
}
