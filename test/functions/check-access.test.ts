import { Logger } from '@aws-lambda-powertools/logger';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { newAccount, type Suspension } from '../../domain/limits/account-state.ts';
import { memoryAccountStore } from '../../domain/limits/memory-account-store.ts';
import type { Grant } from '../../domain/tenancy/grant.ts';
import { accountRequest } from './account-world.ts';

vi.hoisted(() => {
  Object.assign(process.env, { ACCOUNTS_TABLE: 'accounts', POWERTOOLS_LOG_LEVEL: 'SILENT' });
});
const { createHandler } = await import('../../functions/check-access.ts');

const operation = 'GET /v1/tenants/{tenantId}/accounts/{accountId}/access';
const start = Date.parse('2026-11-21T10:00:00Z');
const until = Date.parse('2026-12-01T00:00:00Z');
const lasting = (end: number): Suspension => ({ suspendedAt: start, until: end, limitRev: 1 });

let now: number;
let accounts: ReturnType<typeof memoryAccountStore>;
beforeEach(() => {
  now = start;
  accounts = memoryAccountStore();
});

const suspend = (accountId: string, suspensions: Record<string, Suspension>) =>
  accounts.put({ ...newAccount('T001', accountId), rev: 1, suspensions });

async function ask(accountId: string, grant: Partial<Grant> = {}, tenantId = 'T001', query = {}) {
  const handler = createHandler({ accounts, clock: () => now, logger: new Logger() });
  const result = await handler(...accountRequest(operation, { tenantId, accountId }, { grant, query }));
  return { status: result.statusCode, headers: result.headers, body: JSON.parse(result.body) };
}

describe('access', () => {
  it.each(['never seen', 'x'.repeat(300), '..', 'a/b#c'])('is open to %s', async (accountId) => {
    expect(await ask(accountId)).toMatchObject({
      status: 200,
      headers: { 'cache-control': 'private, max-age=2' },
      body: { accountId, allowed: true },
    });
  });

  it('is closed to a suspended account until its cycle ends', async () => {
    await suspend('a', { bytes: lasting(until) });
    now = until - 1;
    expect((await ask('a')).body).toEqual({
      accountId: 'a',
      allowed: false,
      reason: 'limit_reached',
      meter: 'bytes',
      until: '2026-12-01T00:00:00Z',
    });
    now = until;
    expect((await ask('a')).body).toEqual({ accountId: 'a', allowed: true });
  });

  it('names the suspension that lasts longest', async () => {
    await suspend('a', { bytes: lasting(until - 1), calls: lasting(until), hours: lasting(start) });
    expect((await ask('a')).body).toMatchObject({ meter: 'calls', until: '2026-12-01T00:00:00Z' });
  });

  it('takes the scope read or ingest', async () => {
    const statuses = [];
    for (const scope of ['read', 'manage', 'ingest'] as const) {
      statuses.push((await ask('a', { scopes: [scope] })).status);
    }
    expect(statuses).toEqual([200, 200, 200]);
    expect((await ask('a', { scopes: [] })).status).toBe(403);
  });

  it('tells a bound credential of its own accounts alone', async () => {
    await suspend('b', { bytes: lasting(until) });
    const grant = { scopes: ['ingest' as const], accounts: ['a'] };
    expect((await ask('a', grant)).body).toEqual({ accountId: 'a', allowed: true });
    const [theirs, nobodys] = [await ask('b', grant), await ask('nobody', grant)];
    expect(theirs).toMatchObject({ status: 403, body: { code: 'forbidden' } });
    expect(nobodys.body).toEqual(theirs.body);
  });

  it('is not told of another tenant', async () => {
    expect((await ask('a', {}, 'T002')).status).toBe(403);
  });

  it('has no parameters', async () => {
    expect((await ask('a', {}, 'T001', { meter: 'bytes' })).body.code).toBe('invalid_query');
  });
});
