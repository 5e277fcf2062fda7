import { beforeEach, describe, expect, it } from 'vitest';
import {
  type Administration,
  createTenant,
  issueKey,
  revokeKey,
  setConfig,
} from '../../commands/tenant-administration.ts';
import { addIssuer, removeIssuer } from '../../commands/tenant-issuers.ts';
import { checkApiKey, parseApiKey } from '../../domain/tenancy/api-key.ts';
import { hashSecret } from '../../infra/authorizer/api-key-verifier.ts';
import { gatewayKeysContract } from './gateway-keys-contract.ts';
import { memoryAdministration, memoryGatewayKeys, now } from './memory-administration.ts';

let administration: Administration;
let gatewayKeys: ReturnType<typeof memoryGatewayKeys>;
beforeEach(() => {
  ({ administration, gatewayKeys } = memoryAdministration());
});

describe('memoryGatewayKeys', () => {
  gatewayKeysContract(async () => {
    const keys = memoryGatewayKeys();
    return {
      keys,
      async ratesOf(value) {
        const rate = keys.rates.get(value);
        return rate ? [rate] : [];
      },
    };
  });
});

describe('createTenant', () => {
  it('makes a tenant with all that it needs', async () => {
    const { tenant, isNew } = await createTenant(administration, 'T001');
    expect(isNew).toBe(true);
    expect(await administration.directory.find('T001')).toEqual(tenant);
    expect(tenant).toMatchObject({ createdAt: now, rate: 'standard', issuers: [] });
    expect(tenant.gatewayKey).toMatch(/^[0-9a-f]{64}$/);
    expect(Object.keys(tenant.topics)).toEqual(['accounts', 'anomalies', 'health']);
    expect(await administration.history.latest('T001')).toMatchObject({ revision: 1, meters: [] });
  });

  it('changes nothing when it is run again, but the rate where one is given', async () => {
    const { tenant } = await createTenant(administration, 'T001', 'high');
    await setConfig(administration, 'T001', { timeZone: 'Asia/Tokyo' });
    const again = await createTenant({ ...administration, clock: () => now + 5 }, 'T001');
    expect(again).toEqual({ tenant, isNew: false });
    expect(gatewayKeys.rates.get(tenant.gatewayKey)).toBe('high');
    await createTenant(administration, 'T001', 'standard');
    expect((await administration.directory.find('T001'))?.rate).toBe('standard');
    expect(gatewayKeys.rates.get(tenant.gatewayKey)).toBe('standard');
    expect((await administration.history.latest('T001'))?.timeZone).toBe('Asia/Tokyo');
  });

  it('is completed by the next run wherever the former died, and is not there before it is complete', async () => {
    const { directory, history, gatewayKeys: keys, topics } = administration;
    const dying = { left: 0 };
    const mortal =
      <A extends unknown[], R>(step: (...args: A) => Promise<R>) =>
      async (...args: A): Promise<R> => {
        if (dying.left === 0) throw new Error('killed');
        dying.left -= 1;
        return step(...args);
      };
    const fragile: Administration = {
      ...administration,
      gatewayKeys: { ...keys, ensure: mortal(keys.ensure) },
      topics: { ...topics, ensure: mortal(topics.ensure) },
      history: { ...history, appendOnce: mortal(history.appendOnce) },
      directory: { ...directory, createOnce: mortal(directory.createOnce) },
    };
    const gatewayKey = await keys.ensure('T001', 'standard', 'first');
    for (let steps = 0; steps < 4; steps += 1) {
      dying.left = steps;
      await expect(createTenant(fragile, 'T001')).rejects.toThrow('killed');
      expect(await directory.find('T001')).toBeUndefined();
    }
    dying.left = 4;
    const { tenant } = await createTenant(fragile, 'T001');
    expect(tenant.gatewayKey).toBe(gatewayKey);
    expect(await directory.find('T001')).toEqual(tenant);
  });

  it.each(['', 'a b', 'T#1', 'x'.repeat(65), '../T001', 'ä'])('refuses %j as an id', async (tenantId) => {
    await expect(createTenant(administration, tenantId)).rejects.toThrow('no tenant id');
  });
});

describe('keys', () => {
  beforeEach(() => createTenant(administration, 'T001'));

  it('are issued once, stored as a hash, and found again', async () => {
    const { keyId, key } = await issueKey(administration, 'T001', { scopes: ['read', 'ingest', 'read'] });
    const stored = await administration.directory.findKey(keyId);
    expect(JSON.stringify(stored)).not.toContain(key.slice(-43));
    const grant = checkApiKey(stored, hashSecret(parseApiKey(key)?.secret ?? ''));
    expect(grant).toEqual({ tenantId: 'T001', scopes: ['ingest', 'read'] });
  });

  it('may be bound, if they are for ingest alone', async () => {
    const bounds = { accounts: ['a'], devices: ['d', 'e'] };
    const { keyId } = await issueKey(administration, 'T001', { scopes: ['ingest'], ...bounds });
    expect(await administration.directory.findKey(keyId)).toMatchObject(bounds);
    const twenty = Array.from({ length: 20 }, (_, index) => `a${index}`);
    await issueKey(administration, 'T001', { scopes: ['ingest'], accounts: twenty });
  });

  it.each([
    ['no scope', { scopes: [] }, 'is no scope'],
    ['an unknown scope', { scopes: ['ingest', 'admin'] }, '"admin" is no scope'],
    ['a bound read key', { scopes: ['ingest', 'read'], accounts: ['a'] }, 'ingest alone'],
    ['21 accounts', { scopes: ['ingest'], accounts: Array(21).fill('a') }, '1 to 20 accounts'],
    ['no devices', { scopes: ['ingest'], devices: [] }, '1 to 20 devices'],
    ['a device that can be none', { scopes: ['ingest'], devices: [''] }, 'no id among devices'],
  ])('are refused with %s', async (_, wish, text) => {
    await expect(issueKey(administration, 'T001', wish)).rejects.toThrow(text);
    expect(await administration.directory.listKeys('T001')).toEqual([]);
  });

  it('are of tenants that there are', async () => {
    await expect(issueKey(administration, 'T002', { scopes: ['read'] })).rejects.toThrow('no tenant "T002"');
  });

  it('are revoked by their id', async () => {
    const { keyId, key } = await issueKey(administration, 'T001', { scopes: ['read'] });
    await expect(revokeKey(administration, key)).rejects.toThrow('give the key id');
    await expect(revokeKey(administration, 'T001-aaaaaaaaaaaa')).rejects.toThrow('no key');
    await revokeKey(administration, keyId);
    expect((await administration.directory.findKey(keyId))?.revokedAt).toBe(now);
  });
});

describe('setConfig', () => {
  beforeEach(() => createTenant(administration, 'T001'));

  it('names every fault and leaves the one in force', async () => {
    const wrong = setConfig(administration, 'T001', { meters: [{ name: 'X' }], colour: 1 });
    await expect(wrong).rejects.toThrow(/\n {2}\/meters\/0\/name .*\n(.*\n)*.*\/colour is not known/);
    expect((await administration.history.latest('T001'))?.revision).toBe(1);
  });

  it('goes on where the tenant changes it at the same time', async () => {
    const { history } = administration;
    let hasRaced = false;
    const raced = {
      ...history,
      async appendOnce(...[tenantId, config]: Parameters<typeof history.appendOnce>) {
        if (!hasRaced) await history.appendOnce(tenantId, { ...config, timeZone: 'Asia/Tokyo' });
        hasRaced = true;
        return history.appendOnce(tenantId, config);
      },
    };
    const config = await setConfig({ ...administration, history: raced }, 'T001', { onSuspended: 'accept' });
    expect(config).toMatchObject({ revision: 3, onSuspended: 'accept', timeZone: 'UTC' });
  });
});

describe('issuers', () => {
  const issuer = { url: 'https://id.example.com', audience: 'a', tenantClaim: 'tenant', scopeClaim: 'scope' };
  const add = (tenantId: string, change = {}) =>
    addIssuer(administration, tenantId, { issuer: { ...issuer, ...change }, network: 'public' });
  const issuersOf = async (tenantId: string) => (await administration.directory.find(tenantId))?.issuers;
  beforeEach(async () => {
    await createTenant(administration, 'T001');
    await createTenant(administration, 'T002');
  });

  it('are added, replaced and removed', async () => {
    await add('T001');
    await add('T001', { audience: 'b' });
    expect(await issuersOf('T001')).toEqual([{ ...issuer, audience: 'b' }]);
    expect(await administration.directory.findTenantClaim(issuer.url)).toBe('tenant');
    await removeIssuer(administration, 'T001', issuer.url);
    expect(await issuersOf('T001')).toEqual([]);
    await expect(removeIssuer(administration, 'T001', issuer.url)).rejects.toThrow('no issuer');
  });

  it('name the tenant in one claim for all tenants that use them', async () => {
    await add('T001');
    await expect(add('T002', { tenantClaim: 'org' })).rejects.toThrow('"tenant" (see T001)');
    expect(await issuersOf('T002')).toEqual([]);
    await add('T001', { tenantClaim: 'org' });
    await add('T002', { tenantClaim: 'org' });
    expect(await administration.directory.findTenantClaim(issuer.url)).toBe('org');
  });

  it.each([
    [{ url: 'http://id.example.com' }, '--url must begin with https://'],
    [{ url: 'https://10.0.0.1' }, '--url must name a public host'],
    [{ audience: '' }, '--audience must have'],
    [{ tenantClaim: '' }, '--tenant-claim must have'],
    [{ scopeClaim: 'x'.repeat(300) }, '--scope-claim must have'],
  ])('are refused with %o', async (change, text) => {
    await expect(add('T001', change)).rejects.toThrow(text);
    expect(await issuersOf('T001')).toEqual([]);
  });

  it('are bounded', async () => {
    for (let index = 0; index < 10; index += 1) await add('T001', { url: `https://id${index}.example.com` });
    await expect(add('T001', { url: 'https://more.example.com' })).rejects.toThrow('10 issuers');
  });
});
