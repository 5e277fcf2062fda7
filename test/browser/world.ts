import type { LocalJson } from '../../local/local-json.ts';

/** The stack that the browser tests look at, as `start-world.ts` has made it. */
export interface World {
  api: string;
  dataDir: string;
  tenants: LocalJson['tenants'];
  /** A tenant with 10,000 accounts, and its key. */
  crowd: { tenantId: string; key: string };
  /** A key of T001 that was revoked. */
  revokedKey: string;
  /** When the imported year ends, epoch milliseconds. */
  yearUntil: number;
}

declare module 'vitest' {
  export interface ProvidedContext {
    world: World;
  }
}

/** The accounts of T001 that tests ask for by name. */
export const accounts = { suspended: 'grace', near: 'henry', plain: 'chen', raised: 'ivan' };
