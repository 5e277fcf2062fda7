import { cycleAt } from '../../domain/calendar/cycle.ts';
import type { RegisteredAccount } from '../../domain/metering/account-registry.ts';
import { eachAtOnce } from '../../domain/metering/at-once.ts';
import { cycleUsage } from '../../domain/metering/cycle-usage.ts';
import type { Grant } from '../../domain/tenancy/grant.ts';
import { allMeters, type TenantConfig } from '../../domain/tenancy/tenant-config.ts';
import { Problem } from '../../events/problem.ts';
import { encodeAccount } from '../../events/usage-answer.ts';
import { configOf, findAccount, idBytesMax, type UsageReader } from '../usage-reader.ts';
import { AnswerBudget } from './answer-budget.ts';
import type { ApiResponse } from './api-handler.ts';
import type { ApiRequest } from './api-request.ts';
import { integer, oneOf, optionalText, type Parameter, QueryFault, readQuery } from './query-parameters.ts';

/** Accounts of a list whose usage is read at once. */
const accountsAtOnce = 16;

/** GET /v1/whoami */
export async function whoami(reader: UsageReader, request: ApiRequest, grant: Grant): Promise<ApiResponse> {
  readQuery(request.query, {});
  const { timeZone } = await configOf(reader, grant.tenantId);
  const { tenantId, scopes, accounts, devices } = grant;
  const bounds = { ...(accounts && { accounts }), ...(devices && { devices }) };
  return { status: 200, body: { tenantId, scopes, ...bounds, timeZone } };
}

/** GET …/accounts/{accountId} */
export async function getAccount(reader: UsageReader, request: ApiRequest): Promise<ApiResponse> {
  const { tenantId, accountId } = request.path as { tenantId: string; accountId: string };
  readQuery(request.query, {});
  const now = reader.clock();
  const config = await configOf(reader, tenantId);
  const registered = await findAccount(reader, tenantId, accountId);
  if (!registered) throw new Problem('not_found', 'No account of this id has reported usage yet.');
  return { status: 200, body: await describe(reader, { tenantId, config, now }, registered) };
}

/** GET …/accounts */
export async function listAccounts(reader: UsageReader, request: ApiRequest): Promise<ApiResponse> {
  const { tenantId } = request.path as { tenantId: string };
  const now = reader.clock();
  const asked = readQuery(request.query, {
    status: oneOf('active', 'suspended'),
    state: oneOf('near', 'reached'),
    q: optionalText(idBytesMax),
    limit: integer({ min: 1, max: 200, absent: 50 }),
    cursor,
  });
  const config = await configOf(reader, tenantId);
  // Nothing limits an account: every one is active, and none is near a limit.
  if (asked.status === 'suspended' || asked.state) return { status: 200, body: { accounts: [] } };
  const found = await reader.registry.list(tenantId, {
    ...(asked.q && { prefix: asked.q }),
    ...(asked.cursor !== undefined && { after: asked.cursor }),
    limit: asked.limit + 1,
  });
  const page = found.slice(0, asked.limit);
  const places = page.map((account, index) => ({ account, index }));
  const accounts: object[] = [];
  const budget = new AnswerBudget('Ask for fewer accounts at a time with `limit`.');
  await eachAtOnce(places, accountsAtOnce, async ({ account, index }) => {
    accounts[index] = budget.spend(await describe(reader, { tenantId, config, now }, account));
  });
  const last = found.length > page.length ? page.at(-1) : undefined;
  return { status: 200, body: { accounts, ...(last && { cursor: encodeCursor(last.accountId) }) } };
}

/** The account against this cycle: the meters in force, and retired ones that it still used in the cycle. */
async function describe(
  reader: UsageReader,
  { tenantId, config, now }: { tenantId: string; config: TenantConfig; now: number },
  registered: RegisteredAccount,
) {
  const { accountId } = registered;
  const cycle = cycleAt(config.zones, now);
  const used: { meter: TenantConfig['meters'][number]; value: bigint }[] = [];
  for (const meter of allMeters(config)) {
    const query = {
      account: { tenantId, accountId, meter: meter.name },
      zones: config.zones,
      registered,
      now,
    };
    const { value, events } = await cycleUsage(reader, reader.bounds, query, cycle);
    if (events > 0 || config.meters.includes(meter)) used.push({ meter, value });
  }
  return encodeAccount(accountId, config.plans.find((plan) => plan.default)?.name, cycle, used);
}

/**
 * A cursor names the last account of a page. The tenant is always the path's, so that one that was forged or is
 * another tenant's moves its sender about in its own list and no further.
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
