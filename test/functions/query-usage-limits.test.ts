import { Logger } from '@aws-lambda-powertools/logger';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { hourMs } from '../../domain/metering/window.ts';
import { type AccountWorld, accountRequest, accountWorld, limitOf } from './account-world.ts';

vi.hoisted(() => {
  Object.assign(process.env, {
    TENANTS_TABLE: 'tenants',
    USAGE_TABLE: 'usage',
    ACCOUNTS_TABLE: 'accounts',
    STREAM_RETENTION_HOURS: '168',
    POWERTOOLS_LOG_LEVEL: 'SILENT',
  });
});
const { createHandler } = await import('../../functions/query-usage.ts');

const tenant = 'GET /v1/tenants/{tenantId}';
let world: AccountWorld;
beforeEach(async () => {
  world = await accountWorld({ plans: [{ name: 'basic', default: true, limits: [limitOf(1_000)] }] });
});

async function ask(operation: string, path: Record<string, string>, query: Record<string, string> = {}) {
  const handler = createHandler({ reader: world.reader, logger: new Logger() });
  const result = await handler(...accountRequest(operation, path, { query }));
  return { status: result.statusCode, body: JSON.parse(result.body) };
}
const show = async (accountId: string) => (await ask(`${tenant}/accounts/{accountId}`, { accountId })).body;
const settle = (accountId: string) =>
  world.settle('T001', accountId, { now: world.time.now, isRebuilt: true });
/** Whatever asks for pages: all of them. */
async function listAll(query: Record<string, string>) {
  const ids: string[] = [];
  let cursor: string | undefined;
  do {
    const { body } = await ask(`${tenant}/accounts`, {}, { ...query, ...(cursor && { cursor }) });
    ids.push(...body.accounts.map(({ accountId }: { accountId: string }) => accountId));
    cursor = body.cursor;
  } while (cursor);
  return ids;
}

describe('an account', () => {
  it('is shown against its limits', async () => {
    await world.use('a', 850);
    await settle('a');
    expect((await show('a')).meters[0]).toMatchObject({
      used: 850,
      limit: 1_000,
      ratio: 0.85,
      state: 'near',
    });
    await world.use('a', 149);
    expect((await show('a')).meters[0]).toMatchObject({ ratio: 0.999, state: 'near' });
    await world.use('a', 1);
    expect(await show('a')).toMatchObject({ status: 'active', meters: [{ ratio: 1, state: 'reached' }, {}] });
    await settle('a');
    expect(await show('a')).toMatchObject({ status: 'suspended', suspendedUntil: '2026-12-01T00:00:00Z' });
    world.time.now = Date.parse('2026-12-01T00:00:00Z');
    expect(await show('a')).toMatchObject({
      status: 'active',
      cycle: { start: '2026-12-01T00:00:00Z' },
      meters: [{ used: 0, state: 'within' }, {}],
    });
  });

  it('is foreseen to reach its limit at the present rate', async () => {
    // 10 an hour for 60 hours; 400 are left, and 250 were used in the last 24 hours and 20 minutes.
    for (let ago = 0; ago < 60; ago++) await world.use('a', 10, { at: world.time.now - ago * hourMs });
    const { forecastAt } = (await show('a')).meters[0];
    expect(forecastAt).toBe('2026-11-23T01:16:00Z');
    await world.use('b', 1);
    expect((await show('b')).meters[0].forecastAt).toBe(undefined);
    expect((await ask(`${tenant}/accounts`, {})).body.accounts[0].meters[0].forecastAt).toBe(undefined);
  });

  it('that was set up but has not reported is there', async () => {
    await world.accounts.put({
      ...{ tenantId: 'T001', accountId: 'new', rev: 1, writes: 1, planWrite: 1, plan: 'basic', limits: [] },
      ...{ limitWrites: {}, suspensions: {}, untold: [] },
    });
    expect(await show('new')).toMatchObject({ plan: 'basic', meters: [{ used: 0, limit: 1_000 }, {}] });
  });
});

describe('the list', () => {
  beforeEach(async () => {
    const used = { a: 10, b: 850, c: 2_000, 'c#1': 1_000, d: 900, e: 0 };
    for (const [accountId, value] of Object.entries(used)) {
      await world.use(accountId, value);
      await settle(accountId);
    }
  });

  it('shows each as it is shown alone, but for the forecast', async () => {
    const { body } = await ask(`${tenant}/accounts`, {});
    for (const account of body.accounts) {
      const alone = await show(account.accountId);
      for (const meter of alone.meters) delete meter.forecastAt;
      expect(account).toEqual(alone);
    }
    expect(body.accounts).toHaveLength(6);
  });

  it.each([
    [{ status: 'suspended' }, ['c', 'c#1']],
    [{ status: 'active' }, ['a', 'b', 'd', 'e']],
    [{ state: 'near' }, ['b', 'd']],
    [{ state: 'reached' }, ['c', 'c#1']],
    [{ state: 'near', status: 'active', q: 'd' }, ['d']],
    [{ state: 'near', status: 'suspended' }, []],
    [{ status: 'suspended', q: 'c#' }, ['c#1']],
  ])('finds %j', async (query, ids) => {
    for (const limit of ['1', '2', '50']) expect(await listAll({ ...query, limit })).toEqual(ids);
  });

  it('goes by the accounts where the index is behind', async () => {
    await world.notable.note('T001', 'a', { state: 'near', isSuspended: true, until: world.time.now + 1 });
    expect(await listAll({ state: 'near' })).toEqual(['b', 'd']);
    expect(await listAll({ status: 'suspended' })).toEqual(['c', 'c#1']);
  });

  it('has nobody near or suspended once the cycle has turned', async () => {
    world.time.now = Date.parse('2026-12-01T00:00:00Z');
    expect(await listAll({ state: 'near' })).toEqual([]);
    expect(await listAll({ status: 'suspended' })).toEqual([]);
    expect(await listAll({ status: 'active' })).toHaveLength(6);
  });

  it('counts them for the tenant', async () => {
    const { body } = await ask(`${tenant}/usage`, {}, { meter: 'bytes' });
    expect(body.accounts).toMatchObject({ near: 2, suspended: 2 });
  });

  it('looks at so many at a time, and goes on from there', async () => {
    for (let index = 0; index < 2_300; index++) await world.use(`x${String(index).padStart(4, '0')}`, 1);
    const { body } = await ask(`${tenant}/accounts`, {}, { status: 'active', q: 'x', limit: '1' });
    expect(body.accounts).toHaveLength(1);
    const limited = await world.reader.registry.list('T001', { prefix: 'x', limit: 2_300 });
    for (const { accountId } of limited.slice(0, -1)) {
      await world.accounts.put({
        ...{
          tenantId: 'T001',
          accountId,
          rev: 1,
          writes: 0,
          planWrite: 0,
          limits: [],
          limitWrites: {},
          untold: [],
        },
        suspensions: { bytes: { suspendedAt: 0, until: world.time.now + 1, limitRev: 1 } },
      });
    }
    const first = await ask(`${tenant}/accounts`, {}, { status: 'active', q: 'x', limit: '1' });
    expect(first.body).toMatchObject({ accounts: [], cursor: expect.any(String) });
    expect(await listAll({ status: 'active', q: 'x', limit: '1' })).toEqual(['x2299']);
  });
});
