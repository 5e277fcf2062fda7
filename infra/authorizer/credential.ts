import type { Grant } from '../../domain/tenancy/grant.ts';
import type { Tenant } from '../../domain/tenancy/tenant-directory.ts';

/** A credential that was verified: what it allows, whose it is, and who it is for the log. */
export interface Verified {
  grant: Grant;
  tenant: Tenant;
  principalId: string;
}

/** Why a credential was not accepted: for our log, never for whoever sent it. */
export interface Refused {
  refused: string;
}

/** Verifies one kind of credential. Throws only where it cannot be known now. */
export type CredentialVerifier = (credential: string) => Promise<Verified | Refused>;
