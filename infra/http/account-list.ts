import type { RegisteredAccount } from '../../domain/metering/account-registry.ts';
import { eachAtOnce } from '../../domain/metering/at-once.ts';
import { encodeAccount, type WireAccount } from '../../events/account-answer.ts';
import {
  type AccountReader,
  describeAccount,
  type LimitedAccount,
  type LookedAtTenant,
  readAccounts,
  statusOf,
  worstState,
} from '../limits/account-reader.ts';
import { configOf, idBytesMax } from '../metering/usage-reader.ts';
import { AnswerBudget } from './answer-budget.ts';
import type { ApiResponse } from './api-handler.ts';
import type { ApiRequest } from './api-request.ts';
import { integer, oneOf, optionalText, type Parameter, QueryFault, readQuery } from './query-parameters.ts';
import { answerTimeLeft } from './time-left.ts';

/** Accounts of a list whose usage is read at once. */
const accountsAtOnce = 16;
/** Accounts that one request looks at for those it is to list, and the time it keeps to answer with what it has. */
const lookedAtMax = 2_000;
const lookedAtOnce = 200;
const answeringMs = 8_000;

interface Asked {
  status: 'active' | 'suspended' | undefined;
  state: 'near' | 'reached' | undefined;
  q: string | undefined;
  limit: number;
  cursor: string | undefined;
}

/**
 * GET …/accounts. Who looks for some of them may get fewer than `limit` with a cursor: so far the list has looked.
 */
export async function listAccounts(reader: AccountReader, request: ApiRequest): Promise<ApiResponse> {
  const { tenantId } = request.path as { tenantId: string };
  const now = reader.clock();
  const asked: Asked = readQuery(request.query, {
    status: oneOf('active', 'suspended'),
    state: oneOf('near', 'reached'),
    q: optionalText(idBytesMax),
    limit: integer({ min: 1, max: 200, absent: 50 }),
    cursor,
  });
  const tenant = { tenantId, config: await configOf(reader, tenantId), now };
  const timeLeftMs = answerTimeLeft(request);
  const found: LimitedAccount[] = [];
  let after = asked.cursor;
  let lookedAt = 0;
  let isEnd = false;
  while (!isEnd && found.length < asked.limit && lookedAt < lookedAtMax) {
    if (lookedAt > 0 && timeLeftMs() < answeringMs) break;
    const page = await nextPage(reader, tenant, asked, after);
    const matching = await matchingOf(reader, tenant, asked, page.accounts);
    const taken = matching.slice(0, asked.limit - found.length);
    found.push(...taken);
    const isTaken = taken.length === matching.length;
    after = (isTaken ? page.accounts : taken).at(-1)?.registered.accountId ?? after;
    isEnd = isTaken && page.isLast;
    lookedAt += page.accounts.length;
  }
  const accounts: WireAccount[] = [];
  const budget = new AnswerBudget('Ask for fewer accounts at a time with `limit`.');
  // An account costs a few reads a meter. Where time runs out, the list ends early, and its cursor goes on from there.
  for (let at = 0; at < found.length && (at === 0 || timeLeftMs() > answeringMs); at += accountsAtOnce) {
    const chunk = found.slice(at, at + accountsAtOnce);
    accounts.push(
      ...(await Promise.all(
        chunk.map(async (account) => {
          const described = await describeAccount(reader, tenant, account, { isWhole: false });
          return budget.spend(encodeAccount(described, now));
        }),
      )),
    );
  }
  const isCut = accounts.length < found.length;
  const last = isCut ? accounts.at(-1)?.accountId : after;
  const more = (isCut || !isEnd) && last !== undefined ? { cursor: encodeCursor(last) } : {};
  return { status: 200, body: { accounts, ...more } };
}

/** The accounts that follow: those of the index where only some are looked for, or else all. */
async function nextPage(
  reader: AccountReader,
  tenant: LookedAtTenant,
  { status, state, q, limit }: Asked,
  after: string | undefined,
): Promise<{ accounts: LimitedAccount[]; isLast: boolean }> {
  const { tenantId, now } = tenant;
  const size = status || state ? lookedAtOnce : limit;
  const page = { ...(q && { prefix: q }), ...(after !== undefined && { after }), limit: size + 1 };
  const noted = status === 'suspended' ? 'suspended' : state;
  const found = noted
    ? await registered(reader, tenantId, await reader.notable.list(tenantId, { ...page, state: noted, now }))
    : await reader.registry.list(tenantId, page);
  return { accounts: await readAccounts(reader, tenant, found.slice(0, size)), isLast: found.length <= size };
}

async function registered(
  { registry }: AccountReader,
  tenantId: string,
  ids: readonly string[],
): Promise<RegisteredAccount[]> {
  const accounts: RegisteredAccount[] = [];
  await eachAtOnce([...ids.entries()], accountsAtOnce, async ([index, accountId]) => {
    accounts[index] = (await registry.find(tenantId, accountId)) ?? { accountId, dirtyDays: new Map() };
  });
  return accounts;
}

/** Those that are asked for, in their order. The index says where to look; the accounts say what is true. */
async function matchingOf(
  reader: AccountReader,
  tenant: LookedAtTenant,
  { status, state }: Asked,
  accounts: readonly LimitedAccount[],
): Promise<LimitedAccount[]> {
  const ofStatus = accounts.filter((account) => !status || statusOf(account, tenant.now) === status);
  if (!state) return ofStatus;
  const states: unknown[] = [];
  await eachAtOnce([...ofStatus.entries()], accountsAtOnce, async ([index, account]) => {
    states[index] = await worstState(reader, tenant, account);
  });
  return ofStatus.filter((_, index) => states[index] === state);
}

/**
 * A cursor names the last account that was looked at. The tenant is always the path's, so that one that was forged
 * or is another tenant's moves its sender about in its own list and no further.
 */
const encodeCursor = (accountId: string): string =>
  Buffer.from(JSON.stringify(['a', accountId])).toString('base64url');

const cursor: Parameter<string | undefined> = (text) => {
  if (text === undefined) return undefined;
  const accountId = decodeCursor(text);
  if (accountId === undefined) throw new QueryFault('must be the `cursor` of the page before, unchanged');
  return accountId;
};

function decodeCursor(text: string): string | undefined {
  try {
    const [kind, accountId] = JSON.parse(Buffer.from(text, 'base64url').toString()) as unknown[];
    const isCursor = kind === 'a' && typeof accountId === 'string' && encodeCursor(accountId) === text;
    return isCursor && accountId !== '' && Buffer.byteLength(accountId) <= idBytesMax ? accountId : undefined;
  } catch {
    return undefined;
  }
}
