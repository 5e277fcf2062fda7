export const scopes = ['ingest', 'read', 'manage'] as const;

/** `manage` includes `read`. */
export type Scope = (typeof scopes)[number];

/** What a verified credential allows. */
export interface Grant {
  tenantId: string;
  scopes: Scope[];
  /** An ingest credential bound to accounts: events of others are not_allowed. */
  accounts?: string[];
  devices?: string[];
  /** When the credential ends, epoch milliseconds; absent where it has no end. */
  expiresAt?: number;
}

/** An ingest credential may be bound to at most this many accounts or devices. */
export const boundIdsMax = 20;

export function allows(grant: Grant, scope: Scope): boolean {
  return grant.scopes.includes(scope) || (scope === 'read' && grant.scopes.includes('manage'));
}
