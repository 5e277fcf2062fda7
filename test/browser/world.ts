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

/** The 10,000 accounts of T003: each has used a little more than the one before it. */
export const crowdAccounts = 10_000;
export const crowdLimit = 750_000;
export const crowdUsage = (index: number): number => 1_000 + 75 * index;
export const crowdName = (index: number): string => `account-${String(index).padStart(5, '0')}`;

const named = (isSo: (index: number) => boolean): string[] =>
  Array.from({ length: crowdAccounts }, (_, index) => index)
    .filter(isSo)
    .map(crowdName);
export const crowdSuspended = named((index) => crowdUsage(index) >= crowdLimit);
export const crowdNear = named(
  (index) => crowdUsage(index) >= 0.99 * crowdLimit && crowdUsage(index) < crowdLimit,
);
/** A page of the list about half-way to their limit. */
export const crowdHalfway = named((index) => index >= 5_000 && index < 5_050);
