import { newAccount } from '../../domain/limits/account-state.ts';
import { erasedAccount } from '../../domain/limits/erased-account.ts';
import { accountPartition, formatPartition } from '../../domain/metering/account-partition.ts';
import { eachAtOnce } from '../../domain/metering/at-once.ts';
import { dayKeptMs } from '../../domain/metering/days/day.ts';
import { streamPartition } from '../../domain/metering/intake/stream-partition.ts';
import type { ConfigHistory } from '../../domain/tenancy/config-history.ts';
import { dynamoAccountStore } from '../../infra/limits/dynamo-account-store.ts';
import { systemRandom } from '../../infra/random.ts';
import { CommandFault } from '../command-fault.ts';
import { deleteItems, keysOf, type Table } from './items.ts';

/** What was removed: how many, of what. */
export interface Removed {
  what: string;
  count: number;
}

export interface AccountTables {
  usage: Table;
  accounts: Table;
  history: Pick<ConfigHistory, 'latest'>;
  now: number;
}

export interface AccountName {
  tenantId: string;
  accountId: string;
}

const dayMs = 86_400_000;
const queriesAtOnce = 16;
const triesMax = 10;

/** Removes an account from all tables but for its counters. Run again, it removes what has come since. */
export async function eraseAccountItems(tables: AccountTables, account: AccountName): Promise<Removed[]> {
  const { usage, accounts } = tables;
  const { tenantId, accountId } = account;
  const cycles = await keysOf(usage, `c#${tenantId}#${accountId}`);
  const state = await eraseState(tables, account, cycles.length > 0);
  const windows = await keysOf(usage, `w#${tenantId}#${accountId}`);
  const days = await dayKeys(tables, account);
  const partition = formatPartition(accountPartition(accountId));
  const registered = (await keysOf(usage, `r#${tenantId}#${partition}`, accountId)).filter(
    ({ sk }) => sk === accountId,
  );
  const noted = await noteKeys(accounts, account);
  return [
    { what: 'plans, own limits and suspensions', count: state },
    { what: 'pages of windows', count: await deleteItems(usage, windows) },
    { what: 'cycles', count: await deleteItems(usage, cycles) },
    { what: 'pages of days', count: await deleteItems(usage, days) },
    { what: 'notes of its state', count: await deleteItems(accounts, noted) },
    { what: 'entries of the registry', count: await deleteItems(usage, registered) },
  ];
}

/** Leaves the counters of the account, also where only what it was told says that it has been held to limits. */
async function eraseState(
  { accounts }: AccountTables,
  { tenantId, accountId }: AccountName,
  hasCycles: boolean,
): Promise<number> {
  const store = dynamoAccountStore(accounts.client, accounts.name, { random: systemRandom });
  for (let tries = 0; tries < triesMax; tries += 1) {
    const stored = await store.find(tenantId, accountId);
    if (!stored && !hasCycles) return 0;
    const account = stored ?? newAccount(tenantId, accountId);
    const erased = erasedAccount(account);
    if (erased === account) return 0;
    if (await store.put(erased)) return stored ? 1 : 0;
  }
  throw new CommandFault(`${accountId} is changed by others all the time; run it again.`);
}

/** Days are by date: those of all dates that a day is kept. */
async function dayKeys(
  { usage, history, now }: AccountTables,
  { tenantId, accountId }: AccountName,
): Promise<{ pk: string; sk: string }[]> {
  const config = await history.latest(tenantId);
  const meters = config ? [...config.meters, ...config.retiredMeters].map(({ name }) => name) : [];
  const partition = formatPartition(accountPartition(accountId));
  const first = now - dayKeptMs - 2 * dayMs;
  const dates = Array.from({ length: Math.ceil(dayKeptMs / dayMs) + 5 }, (_, index) =>
    new Date(first + index * dayMs).toISOString().slice(0, 10),
  );
  const found: { pk: string; sk: string }[] = [];
  const places = dates.flatMap((date) => meters.map((meter) => ({ date, meter })));
  await eachAtOnce(places, queriesAtOnce, async ({ date, meter }) => {
    const prefix = `${meter}#${accountId}#`;
    const keys = await keysOf(usage, `d#${tenantId}#${date}#${partition}`, prefix);
    // Another account's id may begin with this one's and `#`: a page's number is three digits and nothing else.
    found.push(...keys.filter(({ sk }) => /^\d{3}$/.test(sk.slice(prefix.length))));
  });
  return found;
}

/** Where lists and ingest look first: near and suspended accounts, and ends of suspensions. */
async function noteKeys(accounts: Table, { tenantId, accountId }: AccountName) {
  const partition = String(streamPartition(accountId)).padStart(2, '0');
  const notable = await keysOf(accounts, `n#${tenantId}`, accountId);
  const hints = await keysOf(accounts, `s#${tenantId}#${partition}`, accountId);
  const ends = await keysOf(accounts, `e#${tenantId}`);
  return [
    ...[...notable, ...hints].filter(({ sk }) => sk === accountId),
    ...ends.filter(({ sk }) => sk.slice('2026-12-01T00#'.length) === accountId),
  ];
}
