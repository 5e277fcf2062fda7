import type { Logger } from '@aws-lambda-powertools/logger';
import { type AccountState, suspensionAt } from '../../domain/limits/account-state.ts';
import type { AccountStore } from '../../domain/limits/account-store.ts';
import type { SuspendedAccounts, SuspendedHint } from '../../domain/limits/suspended-accounts.ts';
import { eachAtOnce } from '../../domain/metering/at-once.ts';
import { streamPartition } from '../../domain/metering/intake/stream-partition.ts';
import type { TenantConfig } from '../../domain/tenancy/tenant-config.ts';
import { expiringCache } from '../authorizer/expiring-cache.ts';
import type { Clock } from '../clock.ts';
import { withinTime } from '../within-time.ts';

/** How old a hint and an account may be that ingest goes by: so much longer takes a cut-off, or its end. */
export const suspensionTtlMs = 1_000;
/** Reading who is suspended may hold a post up by this much, not more. */
const readMsMax = 1_000;
/** Hints of 100 tenants with all their partitions, and accounts, that one process keeps. */
const hintsMax = 6_400;
const accountsMax = 20_000;
const readsAtOnce = 32;

export type Suspended = Pick<AccountState, 'suspensions'>;

/** Who is suspended now, as far as ingest needs to know. */
export interface CurrentSuspensions {
  /**
   * Those of these accounts that are suspended; none where nothing of the configuration suspends anybody or events
   * of suspended accounts are taken. Never rejects: what cannot be read in time suspends nobody, since usage that
   * was refused by mistake is lost to the bill, while an edge that asks for access still cuts off.
   */
  among(
    tenantId: string,
    config: TenantConfig,
    accountIds: Iterable<string>,
  ): Promise<Map<string, Suspended>>;
}

export interface SuspensionPorts {
  accounts: Pick<AccountStore, 'findAll'>;
  hasOwnLimits: AccountStore['hasOwnLimits'];
  suspended: Pick<SuspendedAccounts, 'read'>;
  clock: Clock;
  logger: Pick<Logger, 'warn'>;
}

/**
 * Reads the hint of each partition that a post touches at most once in `suspensionTtlMs`, and then the accounts
 * that the hint names (all of them, where it is not whole), each as seldom.
 */
export function currentSuspensions(ports: SuspensionPorts): CurrentSuspensions {
  const { accounts, hasOwnLimits, suspended, clock, logger } = ports;

  async function readHint(key: string): Promise<SuspendedHint> {
    const at = key.lastIndexOf('#');
    const read = suspended.read(key.slice(0, at), Number(key.slice(at + 1)));
    return withinTime(read, readMsMax).catch((error: Error) => {
      logger.warn('suspended accounts not read: their events are taken', error);
      return { accounts: new Map(), isWhole: true };
    });
  }
  const hintOf = expiringCache<SuspendedHint>({
    clock,
    load: readHint,
    foundMs: suspensionTtlMs,
    absentMs: 0,
    entriesMax: hintsMax,
  });
  const known = new Map<string, { readAt: number; account: Suspended | undefined }>();

  /** Those that the hint names, or about whom it can say nothing. */
  async function doubtful(tenantId: string, accountIds: Iterable<string>): Promise<string[]> {
    const now = clock();
    const byPartition = Map.groupBy(new Set(accountIds), streamPartition);
    const found: string[] = [];
    await eachAtOnce([...byPartition], readsAtOnce, async ([partition, ids]) => {
      const hint = await hintOf(`${tenantId}#${partition}`);
      if (!hint) return;
      const isNamed = (id: string) => (hint.accounts.get(id)?.until ?? 0) > now;
      found.push(...(hint.isWhole ? ids.filter(isNamed) : ids));
    });
    return found;
  }

  async function readAccounts(tenantId: string, accountIds: readonly string[]): Promise<void> {
    const readAt = clock();
    const states = await withinTime(accounts.findAll(tenantId, accountIds), readMsMax).catch(
      (error: Error) => {
        logger.warn('accounts not read: their events are taken', error);
        return [];
      },
    );
    for (const [index, id] of accountIds.entries()) {
      known.delete(`${tenantId}#${id}`);
      known.set(`${tenantId}#${id}`, { readAt, account: states[index] });
    }
    for (const oldest of known.keys()) {
      if (known.size <= accountsMax) break;
      known.delete(oldest);
    }
  }

  async function mayBeSuspended(tenantId: string, { plans, onSuspended }: TenantConfig): Promise<boolean> {
    if (onSuspended === 'accept') return false;
    if (plans.some(({ limits }) => limits.some(({ onReached }) => onReached === 'suspend'))) return true;
    return withinTime(hasOwnLimits(tenantId), readMsMax).catch((error: Error) => {
      logger.warn('own limits not read: events are taken', error);
      return false;
    });
  }

  return {
    async among(tenantId, config, accountIds) {
      if (!(await mayBeSuspended(tenantId, config))) return new Map();
      const ids = await doubtful(tenantId, accountIds);
      const now = clock();
      const isFresh = (id: string) => {
        const entry = known.get(`${tenantId}#${id}`);
        return entry !== undefined && now - entry.readAt < suspensionTtlMs;
      };
      const unknown = ids.filter((id) => !isFresh(id));
      if (unknown.length > 0) await readAccounts(tenantId, unknown);
      const found = new Map<string, Suspended>();
      for (const id of ids) {
        const account = known.get(`${tenantId}#${id}`)?.account;
        if (account && suspensionAt(account, now)) found.set(id, account);
      }
      return found;
    },
  };
}
