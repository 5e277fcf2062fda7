import { Logger } from '@aws-lambda-powertools/logger';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { Ports } from '../../functions/configure-account.ts';
import { type AccountWorld, accountRequest, accountWorld, limitOf } from './account-world.ts';

vi.hoisted(() => {
  Object.assign(process.env, {
    TENANTS_TABLE: 'tenants',
    USAGE_TABLE: 'usage',
    ACCOUNTS_TABLE: 'accounts',
    EVALUATION_QUEUE_URL: 'http://127.0.0.1/evaluations',
    LIMIT_QUEUE_URL: 'http://127.0.0.1/limits',
    STREAM_RETENTION_HOURS: '168',
    POWERTOOLS_LOG_LEVEL: 'SILENT',
  });
});
const { createHandler } = await import('../../functions/configure-account.ts');

const operation = 'PUT /v1/tenants/{tenantId}/accounts/{accountId}';
const plans = [
  { name: 'basic', default: true, limits: [limitOf(1_000)] },
  { name: 'gold', default: false, limits: [limitOf(5_000)] },
];

let world: AccountWorld;
let announced: string[];
beforeEach(async () => {
  world = await accountWorld({ plans });
  announced = [];
});

async function put(
  body: unknown,
  { accountId = 'acct-42', ...change }: Partial<Ports> & { accountId?: string } = {},
) {
  const handler = createHandler({
    ...world,
    evaluation: { announce: async (tenantId, id) => void announced.push(`${tenantId} ${id}`) },
    logger: new Logger(),
    ...change,
  });
  const result = await handler(
    ...accountRequest(operation, { accountId }, { body, grant: { scopes: ['manage'] } }),
  );
  return { status: result.statusCode, headers: result.headers, body: JSON.parse(result.body) };
}

describe('an account', () => {
  it('may be set up before it reports', async () => {
    const { status, body } = await put({ plan: 'gold', limits: [limitOf(70)] });
    expect(status).toBe(200);
    expect(body).toEqual({
      accountId: 'acct-42',
      plan: 'gold',
      status: 'active',
      limits: [limitOf(70)],
      cycle: { start: '2026-11-01T00:00:00Z', end: '2026-12-01T00:00:00Z' },
      meters: [
        { meter: 'bytes', used: 0, limit: 70, ratio: 0, state: 'within' },
        { meter: 'hours', used: 0, state: 'unlimited' },
      ],
    });
    expect(await world.accounts.hasOwnLimits('T001')).toBe(true);
    expect(await world.reader.registry.find('T001', 'acct-42')).toBeDefined();
  });

  it('keeps what is not named', async () => {
    await put({ plan: 'gold' });
    expect((await put({ limits: [limitOf(70)] })).body).toMatchObject({
      plan: 'gold',
      limits: [{ perCycle: 70 }],
    });
    expect((await put({})).body).toMatchObject({ plan: 'gold', limits: [{ perCycle: 70 }] });
    const { body } = await put({ limits: [] });
    expect(body.plan).toBe('gold');
    expect(body.limits).toBeUndefined();
    expect(body.meters[0].limit).toBe(5_000);
  });

  it('is cut off at once where its limit is put below its use, and opened where it is raised', async () => {
    await world.use('acct-42', 500);
    const closed = await put({ limits: [limitOf(400)] });
    expect(closed.body).toMatchObject({
      status: 'suspended',
      suspendedAt: '2026-11-21T10:20:00Z',
      suspendedUntil: '2026-12-01T00:00:00Z',
      meters: [{ state: 'reached', used: 500, ratio: 1.25 }, {}],
    });
    expect(await world.notable.count('T001', world.time.now)).toEqual({ near: 0, suspended: 1 });
    const raised = await put({ limits: [limitOf(600)] });
    expect(raised.body).toMatchObject({ status: 'active', meters: [{ state: 'near' }, {}] });
    expect(await world.notable.count('T001', world.time.now)).toEqual({ near: 1, suspended: 0 });
    expect(world.queue.messages.map(({ kind, accountId }) => [kind, accountId])).toEqual([
      ['look', 'acct-42'],
      ['look', 'acct-42'],
    ]);
  });

  it('is not announced where nothing changes, as by a back office that sets all plans every night', async () => {
    await put({ plan: 'gold', limits: [limitOf(70)] });
    await put({ plan: 'gold', limits: [limitOf(70)] });
    await put({});
    expect(announced).toHaveLength(1);
  });

  it('is suspended by another plan, and told nothing where nothing is to be told', async () => {
    await world.use('acct-42', 500);
    await put({ plan: 'gold' });
    expect(world.queue.messages).toEqual([]);
    expect((await put({ limits: [{ meter: 'hours', perCycle: 0.5 }] })).body.status).toBe('active');
  });

  it('is looked at again when nobody can go by the former limits, whatever dies', async () => {
    const settle = () => Promise.reject(new Error('killed'));
    expect((await put({ plan: 'gold' }, { settle })).status).toBe(503);
    expect(announced).toEqual(['T001 acct-42']);
    expect((await world.accounts.find('T001', 'acct-42'))?.plan).toBe('gold');
    const evaluation = { announce: () => Promise.reject(new Error('killed')) };
    expect((await put({ plan: 'basic' }, { evaluation })).status).toBe(503);
    expect((await world.accounts.find('T001', 'acct-42'))?.plan).toBe('gold');
  });
});

describe('a race', () => {
  it('is run again on what the other stored', async () => {
    let races = 3;
    const accounts = {
      ...world.accounts,
      put: async (account: Parameters<typeof world.accounts.put>[0]) => {
        if (races-- > 0) return false;
        return world.accounts.put(account);
      },
    };
    expect((await put({ plan: 'gold' }, { accounts })).status).toBe(200);
  });

  it('that is lost for good says that sending again is safe', async () => {
    const accounts = { ...world.accounts, put: async () => false };
    expect(await put({ plan: 'gold' }, { accounts })).toMatchObject({
      status: 503,
      headers: { 'retry-after': '1' },
      body: { code: 'unavailable' },
    });
  });
});

describe('what is wrong', () => {
  it('is named, every fault of it, and nothing is changed', async () => {
    const limits = [{ meter: 'calls', perCycle: 1 }, { meter: 'hours', perCycle: 0.25 }, {}];
    const { status, body } = await put({ plan: 'iron', limits });
    expect([status, body.code]).toEqual([400, 'invalid_config']);
    expect(body.faults.map(({ path }: { path: string }) => path)).toEqual([
      '/limits/2/meter',
      '/limits/2/perCycle',
      '/plan',
      '/limits/0/meter',
      '/limits/1/perCycle',
    ]);
    expect(await world.accounts.find('T001', 'acct-42')).toBeUndefined();
    expect(announced).toEqual([]);
  });

  it.each([
    ['not JSON', '{', 'invalid_json'],
    ['no object', '[]', 'invalid_config'],
    ['nothing', undefined, 'invalid_json'],
    ['too large', `"${'x'.repeat(70_000)}"`, 'too_large'],
  ])('is told: %s', async (_, body, code) => {
    expect((await put(body)).body.code).toBe(code);
  });

  it.each(['x'.repeat(129), 'a\u0000', '\ud7ff'.repeat(128)])(
    'is told of an id that can be none',
    async (accountId) => {
      expect((await put({ plan: 'gold' }, { accountId })).body).toMatchObject({ code: 'invalid_config' });
    },
  );

  it('goes by the configuration of now', async () => {
    await put({ plan: 'gold' });
    const config = await world.history.latest('T001');
    if (config) await world.history.appendOnce('T001', { ...config, revision: 2, plans: [plans[0]!] });
    expect((await put({ plan: 'gold' })).body.code).toBe('invalid_config');
  });
});
