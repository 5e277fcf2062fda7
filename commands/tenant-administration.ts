import { drawApiKey, formatApiKey, tenantIdPattern } from '../domain/tenancy/api-key.ts';
import type { ConfigHistory } from '../domain/tenancy/config-history.ts';
import { boundIdsMax, type Scope, scopes } from '../domain/tenancy/grant.ts';
import type { Fault } from '../domain/tenancy/json-shape.ts';
import { putSettings } from '../domain/tenancy/put-settings.ts';
import { emptyConfig, type TenantConfig } from '../domain/tenancy/tenant-config.ts';
import type { Rate, Tenant, TenantDirectory } from '../domain/tenancy/tenant-directory.ts';
import { parseTenantSettings } from '../domain/tenancy/tenant-settings.ts';
import { idCharactersMax, isId } from '../events/cloud-event.ts';
import { hashSecret } from '../infra/authorizer/api-key-verifier.ts';
import type { Clock } from '../infra/clock.ts';
import type { RandomBytes } from '../infra/random.ts';
import { CommandFault } from './command-fault.ts';
import type { GatewayKeys } from './gateway-keys.ts';
import type { Subscriptions } from './subscriptions.ts';
import type { TopicDirectory } from './topic-directory.ts';

/** What an operator administers tenants with. */
export interface Administration {
  directory: TenantDirectory;
  history: ConfigHistory;
  gatewayKeys: GatewayKeys;
  topics: TopicDirectory;
  subscriptions: Subscriptions;
  clock: Clock;
  randomBytes: RandomBytes;
}

/**
 * Creates a tenant: its gateway key, its topics, its first empty configuration, and last of all the tenant itself,
 * so that whoever finds it finds all of it. Run again, after a crash or at any time, it completes what is missing
 * and sets the rate where one is given.
 */
export async function createTenant(
  { directory, history, gatewayKeys, topics, clock, randomBytes }: Administration,
  tenantId: string,
  wanted?: Rate,
): Promise<{ tenant: Tenant; isNew: boolean }> {
  if (!tenantIdPattern.test(tenantId)) {
    throw new CommandFault(`"${tenantId}" is no tenant id: take 1 to 64 letters, digits, "_" or "-".`);
  }
  const former = await directory.find(tenantId);
  const rate = wanted ?? former?.rate ?? 'standard';
  const value = Buffer.from(randomBytes(32)).toString('hex');
  const tenant: Tenant = {
    tenantId,
    createdAt: former?.createdAt ?? clock(),
    rate,
    gatewayKey: await gatewayKeys.ensure(tenantId, rate, value),
    topics: await topics.ensure(tenantId),
    issuers: former?.issuers ?? [],
  };
  // A tenant of this id may have been deleted: its configurations are never those of another.
  const revision = (await directory.deletedRevision(tenantId)) + 1;
  await history.appendOnce(tenantId, { ...emptyConfig, revision });
  const isNew = await directory.createOnce(tenant);
  if (!isNew) await directory.update(tenant);
  return { tenant, isNew };
}

/** Throws a CommandFault where there is no such tenant. */
export async function knownTenant(
  { directory }: Pick<Administration, 'directory'>,
  tenantId: string,
): Promise<Tenant> {
  const tenant = tenantIdPattern.test(tenantId) ? await directory.find(tenantId) : undefined;
  if (!tenant) throw new CommandFault(`There is no tenant "${tenantId}"; see list, or make it with create.`);
  return tenant;
}

export interface KeyWish {
  scopes: readonly string[];
  /** What an ingest key may report for; whatever there is where absent. */
  accounts?: readonly string[] | undefined;
  devices?: readonly string[] | undefined;
}

/** Issues a key of the tenant. The key itself is answered here and nowhere again: only its hash is stored. */
export async function issueKey(
  administration: Administration,
  tenantId: string,
  wish: KeyWish,
): Promise<{ keyId: string; key: string }> {
  const { directory, clock, randomBytes } = administration;
  const bounds = checkKeyWish(wish);
  await knownTenant(administration, tenantId);
  const { keyId, secret } = drawApiKey(tenantId, randomBytes);
  await directory.addKey({ keyId, tenantId, secretHash: hashSecret(secret), createdAt: clock(), ...bounds });
  return { keyId, key: formatApiKey(keyId, secret) };
}

function checkKeyWish({ scopes: wanted, accounts, devices }: KeyWish) {
  const unknown = wanted.find((scope) => !scopes.includes(scope as Scope));
  if (unknown !== undefined || wanted.length === 0) {
    throw new CommandFault(`"${unknown ?? ''}" is no scope: give one or more of ${scopes.join(',')}.`);
  }
  const isBound = accounts !== undefined || devices !== undefined;
  if (isBound && wanted.some((scope) => scope !== 'ingest')) {
    throw new CommandFault('Only a key with the scope ingest alone may be bound to accounts or devices.');
  }
  for (const [what, ids] of Object.entries({ accounts, devices })) checkBoundIds(what, ids);
  return {
    scopes: scopes.filter((scope) => wanted.includes(scope)),
    ...(accounts && { accounts: [...accounts] }),
    ...(devices && { devices: [...devices] }),
  };
}

function checkBoundIds(what: string, ids: readonly string[] | undefined): void {
  if (ids === undefined) return;
  if (ids.length === 0 || ids.length > boundIdsMax) {
    throw new CommandFault(`A key is bound to 1 to ${boundIdsMax} ${what}, not to ${ids.length}.`);
  }
  const wrong = ids.find((id) => !isId(id));
  if (wrong !== undefined) {
    throw new CommandFault(
      `"${wrong}" can be no id among ${what}: 1 to ${idCharactersMax} characters, none of them control.`,
    );
  }
}

/** Revokes a key: within a minute nobody gets in with it. */
export async function revokeKey({ directory, clock }: Administration, keyId: string): Promise<void> {
  if (await directory.revokeKey(keyId, clock())) return;
  const hint = keyId.startsWith('tg_')
    ? ': give the key id, which is the part between tg_ and the last _'
    : '';
  throw new CommandFault(`There is no key "${keyId.slice(0, 90)}"${hint || '; see keys'}.`);
}

/** Puts settings in force, from the contract's TenantConfig as parsed JSON. One CommandFault names every fault. */
export async function setConfig(
  { history, clock }: Pick<Administration, 'history' | 'clock'>,
  tenantId: string,
  value: unknown,
): Promise<TenantConfig> {
  const parsed = parseTenantSettings(value);
  if (!parsed.ok) throw configFault(parsed.faults);
  const put = await putSettings(history, tenantId, parsed.settings, { now: clock(), ifRevisions: 'any' });
  if (put.ok) return put.config;
  if ('faults' in put) throw configFault(put.faults);
  throw new CommandFault(
    put.code === 'not_found'
      ? `"${tenantId}" has no configuration; complete the tenant with create.`
      : 'The tenant is changing its configuration at the same time; try again.',
  );
}

function configFault(faults: Fault[]): CommandFault {
  const lines = faults.map(({ path, detail }) => `  ${path || 'the configuration'} ${detail}`);
  return new CommandFault(['The configuration was refused; the one in force stays:', ...lines].join('\n'));
}
