import type { Grant } from '../../domain/tenancy/grant.ts';
import { encodeAccount } from '../../events/account-answer.ts';
import { isId } from '../../events/cloud-event.ts';
import { Problem } from '../../events/problem.ts';
import {
  type AccountReader,
  describeAccount,
  type LookedAtTenant,
  limitedAccount,
} from '../limits/account-reader.ts';
import { configOf, findAccount, type UsageReader } from '../metering/usage-reader.ts';
import type { ApiResponse } from './api-handler.ts';
import type { ApiRequest } from './api-request.ts';
import { readQuery } from './query-parameters.ts';

/** GET /v1/whoami */
export async function whoami(reader: UsageReader, request: ApiRequest, grant: Grant): Promise<ApiResponse> {
  readQuery(request.query, {});
  const { timeZone } = await configOf(reader, grant.tenantId);
  const { tenantId, scopes, accounts, devices } = grant;
  const bounds = { ...(accounts && { accounts }), ...(devices && { devices }) };
  return { status: 200, body: { tenantId, scopes, ...bounds, timeZone } };
}

/** GET …/accounts/{accountId} */
export async function getAccount(reader: AccountReader, request: ApiRequest): Promise<ApiResponse> {
  const { tenantId, accountId } = request.path as { tenantId: string; accountId: string };
  readQuery(request.query, {});
  const config = await configOf(reader, tenantId);
  return accountAnswer(reader, { tenantId, config, now: reader.clock() }, accountId);
}

/** The contract's Account, its usage summed from the windows. Throws a Problem where there is none. */
export async function accountAnswer(
  reader: AccountReader,
  tenant: LookedAtTenant,
  accountId: string,
): Promise<ApiResponse> {
  const { tenantId, now } = tenant;
  const [registered, stored] = await Promise.all([
    findAccount(reader, tenantId, accountId),
    isId(accountId) ? reader.accounts.find(tenantId, accountId) : undefined,
  ]);
  if (!registered && !stored) {
    throw new Problem('not_found', 'No account of this id has reported usage, and none was set up.');
  }
  const account = limitedAccount(tenant, registered ?? { accountId, dirtyDays: new Map() }, stored);
  const described = await describeAccount(reader, tenant, account, { isWhole: true });
  return { status: 200, body: encodeAccount(described, now) };
}
