import { beforeEach, expect, it } from 'vitest';
import type { ApiKey, Tenant, TenantDirectory } from '../../../domain/tenancy/tenant-directory.ts';

const tenant = (tenantId: string, more: Partial<Tenant> = {}): Tenant => ({
  tenantId,
  createdAt: 1,
  rate: 'standard',
  gatewayKey: `gateway-${tenantId}`,
  topics: { accounts: 'arn:accounts' },
  issuers: [],
  ...more,
});

const key = (tenantId: string, name: string, more: Partial<ApiKey> = {}): ApiKey => ({
  keyId: `${tenantId}-${name.padEnd(12, 'a')}`,
  tenantId,
  secretHash: 'ab'.repeat(32),
  scopes: ['ingest'],
  createdAt: 1,
  ...more,
});

/** What every TenantDirectory promises; `make` answers an empty one. */
export function tenantDirectoryContract(make: () => Promise<TenantDirectory>): void {
  let directory: TenantDirectory;
  beforeEach(async () => {
    directory = await make();
  });
  const listed = async () => {
    const ids: string[] = [];
    for await (const { tenantId } of directory.list()) ids.push(tenantId);
    return ids;
  };

  it('knows nobody at first', async () => {
    expect(await directory.find('T001')).toBeUndefined();
    expect(await listed()).toEqual([]);
    expect(await directory.listKeys('T001')).toEqual([]);
    expect(await directory.findKey(key('T001', 'a').keyId)).toBeUndefined();
  });

  it('creates a tenant once', async () => {
    expect(await directory.createOnce(tenant('T001'))).toBe(true);
    expect(await directory.createOnce(tenant('T001', { gatewayKey: 'other' }))).toBe(false);
    expect(await directory.find('T001')).toEqual(tenant('T001'));
  });

  it('lists tenants by id', async () => {
    for (const id of ['T003', 'T001', 'T002']) await directory.createOnce(tenant(id));
    expect(await listed()).toEqual(['T001', 'T002', 'T003']);
  });

  it('replaces what is stored of a tenant, and never brings one into being so', async () => {
    await directory.createOnce(tenant('T001'));
    const issuers = [{ url: 'https://id', audience: 'a', tenantClaim: 'tenant', scopeClaim: 'scope' }];
    await directory.update(tenant('T001', { issuers }));
    expect((await directory.find('T001'))?.issuers).toEqual(issuers);
    await expect(directory.update(tenant('T002'))).rejects.toThrow('T002');
    expect(await listed()).toEqual(['T001']);
  });

  it('finds a key by its id, with all that stands in it', async () => {
    const bound = key('T001', 'b', { accounts: ['a,1', 'ä'], devices: ['d'], scopes: ['ingest', 'read'] });
    await directory.addKey(bound);
    expect(await directory.findKey(bound.keyId)).toEqual(bound);
  });

  it('never takes a key for another, nor what is no key id for one', async () => {
    await directory.addKey(key('T001', 'a'));
    for (const keyId of [
      '',
      'T001',
      'T001-a',
      '#',
      'T001-AAAAAAAAAAAA',
      'T002-aaaaaaaaaaaa',
      'x'.repeat(3000),
    ]) {
      expect(await directory.findKey(keyId)).toBeUndefined();
      expect(await directory.revokeKey(keyId, 2)).toBe(false);
      await directory.noteUse(keyId, '2026-11-21');
    }
    expect(await directory.findKey(key('T001', 'a').keyId)).toEqual(key('T001', 'a'));
  });

  it('refuses a key whose id is taken', async () => {
    await directory.addKey(key('T001', 'a'));
    await expect(directory.addKey(key('T001', 'a', { secretHash: 'cd' }))).rejects.toThrow('already');
    expect((await directory.findKey(key('T001', 'a').keyId))?.secretHash).toBe('ab'.repeat(32));
  });

  it("lists a tenant's keys by id, revoked ones too, and no other tenant's", async () => {
    for (const name of ['c', 'a', 'b']) await directory.addKey(key('T001', name));
    await directory.addKey(key('T001-b', 'a'));
    await directory.revokeKey(key('T001', 'b').keyId, 5);
    const keys = await directory.listKeys('T001');
    expect(keys.map(({ keyId }) => keyId)).toEqual(['a', 'b', 'c'].map((name) => key('T001', name).keyId));
    expect(keys.map(({ revokedAt }) => revokedAt)).toEqual([undefined, 5, undefined]);
  });

  it('revokes a key for good: the first time stands', async () => {
    await directory.addKey(key('T001', 'a'));
    expect(await directory.revokeKey(key('T001', 'a').keyId, 5)).toBe(true);
    expect(await directory.revokeKey(key('T001', 'a').keyId, 9)).toBe(true);
    expect((await directory.findKey(key('T001', 'a').keyId))?.revokedAt).toBe(5);
    expect(await directory.revokeKey(key('T001', 'b').keyId, 5)).toBe(false);
    expect(await directory.findKey(key('T001', 'b').keyId)).toBeUndefined();
  });

  it('notes the last day of use, never of a revoked key, never backwards', async () => {
    const { keyId } = key('T001', 'a');
    await directory.addKey(key('T001', 'a'));
    const lastUsedDay = async () => (await directory.findKey(keyId))?.lastUsedDay;
    await directory.noteUse(keyId, '2026-11-21');
    await directory.noteUse(keyId, '2026-11-20');
    expect(await lastUsedDay()).toBe('2026-11-21');
    await directory.noteUse(keyId, '2026-11-22');
    expect(await lastUsedDay()).toBe('2026-11-22');
    await directory.revokeKey(keyId, 5);
    await directory.noteUse(keyId, '2026-11-23');
    expect(await lastUsedDay()).toBe('2026-11-22');
    await directory.noteUse(key('T001', 'b').keyId, '2026-11-23');
    expect(await directory.listKeys('T001')).toHaveLength(1);
  });

  it('keeps the last configuration of a deleted tenant', async () => {
    expect(await directory.deletedRevision('T001')).toBe(0);
    await directory.noteDeleted('T001', 7);
    await directory.noteDeleted('T001', 5);
    expect(await directory.deletedRevision('T001')).toBe(7);
    await directory.noteDeleted('T001', 9);
    expect(await directory.deletedRevision('T001')).toBe(9);
    expect(await directory.deletedRevision('T002')).toBe(0);
    expect(await listed()).toEqual([]);
  });

  it("keeps the claim that names the tenant in an issuer's tokens", async () => {
    expect(await directory.findTenantClaim('https://id.example')).toBeUndefined();
    await directory.putTenantClaim('https://id.example', 'tenant');
    await directory.putTenantClaim('https://id.example/other', 'org');
    expect(await directory.findTenantClaim('https://id.example')).toBe('tenant');
    await directory.putTenantClaim('https://id.example', 'customer');
    expect(await directory.findTenantClaim('https://id.example')).toBe('customer');
    expect(await listed()).toEqual([]);
  });
}
