import type { AccountChange } from '../domain/limits/account-state.ts';
import { parseAccountChange } from '../domain/limits/parse-account-change.ts';
import type { PutAccount } from '../domain/limits/put-account.ts';
import type { Fault } from '../domain/tenancy/json-shape.ts';
import type { TenantSettings } from '../domain/tenancy/tenant-config.ts';
import { idCharactersMax, isId } from './cloud-event.ts';
import { Problem } from './problem.ts';

/** Limits on every meter that a tenant may have take far less. */
export const accountBodyBytesMax = 64 * 1024;

/** Decodes what is to be set of an account under this configuration. Throws a Problem that names every fault. */
export function decodeAccountChange(
  accountId: string,
  body: Buffer,
  settings: TenantSettings,
): AccountChange {
  if (!isId(accountId)) {
    const detail = `the account's id must have 1 to ${idCharactersMax} characters, none of them control`;
    throw refused([{ path: '', detail }]);
  }
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch {
    throw new Problem('invalid_json', 'The body must be an object with plan or limits as JSON in UTF-8.');
  }
  const parsed = parseAccountChange(value, settings);
  if (!parsed.ok) throw refused(parsed.faults);
  return parsed.change;
}

const refused = (faults: Fault[]): Problem =>
  new Problem('invalid_config', 'Nothing of the account was changed; see faults.', { members: { faults } });

/** What is answered where an account was not put. */
export function accountPutProblem({ code }: Exclude<PutAccount, { ok: true }>): Problem {
  if (code === 'used_up') {
    return refused([{ path: '', detail: 'the account was changed too often to be changed any more' }]);
  }
  const detail = 'Others are changing the account now; sending the same request again is safe.';
  return new Problem('unavailable', detail, { headers: { 'retry-after': '1' } });
}
