import { Logger } from '@aws-lambda-powertools/logger';
import type { APIGatewayProxyEvent, Context } from 'aws-lambda';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { memoryAccountStore } from '../../domain/limits/memory-account-store.ts';
import { memoryCycleStore } from '../../domain/limits/memory-cycle-store.ts';
import { memoryNotableAccounts } from '../../domain/limits/memory-notable-accounts.ts';
import { utcDayOf } from '../../domain/metering/account-registry.ts';
import { usageReadBounds } from '../../domain/metering/days/day-usage.ts';
import { memoryDayStore, memoryTenantDayStore } from '../../domain/metering/days/memory-day-store.ts';
import { type RollUpPorts, rollUpBounds, rollUpPartition } from '../../domain/metering/days/roll-up.ts';
import { memoryAccountRegistry } from '../../domain/metering/memory-account-registry.ts';
import { hourMs, hourOf } from '../../domain/metering/window.ts';
import type { ConfigHistory } from '../../domain/tenancy/config-history.ts';
import type { Grant } from '../../domain/tenancy/grant.ts';
import { memoryConfigHistory } from '../../domain/tenancy/memory-config-history.ts';
import { emptyConfig, type TenantConfig } from '../../domain/tenancy/tenant-config.ts';
import { currentConfig } from '../../infra/tenancy/config-cache.ts';
import { type MemoryWindows, memoryWindows } from '../domain/metering/day-world.ts';

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

const retentionMs = 168 * hourMs;
const now = Date.parse('2026-11-21T10:20:00Z');
const config: TenantConfig = {
  ...emptyConfig,
  meters: [
    { name: 'bytes', eventType: 'vpn.usage', aggregation: 'sum', field: 'bytes', unit: 'By', scale: 0 },
    { name: 'hours', eventType: 'vpn.usage', aggregation: 'sum', field: 'hours', unit: 'h', scale: 2 },
  ],
  retiredMeters: [{ name: 'calls', eventType: 'call', aggregation: 'count', scale: 0 }],
  plans: [{ name: 'basic', default: true, limits: [] }],
  timeZone: 'Europe/Berlin',
  zones: [{ from: 0, timeZone: 'Europe/Berlin', cycle: { period: 'month', anchorDay: 1 } }],
};

let windows: MemoryWindows;
let ports: RollUpPorts;
let history: ConfigHistory;

beforeEach(async () => {
  windows = memoryWindows();
  ports = {
    registry: memoryAccountRegistry(),
    windows,
    days: memoryDayStore(),
    tenantDays: memoryTenantDayStore(),
  };
  history = memoryConfigHistory();
  await history.appendOnce('T001', config);
});

async function use(at: string, over: Partial<Used> = {}) {
  const { accountId = 'acct-42', deviceId = 'phone-7', meter = 'bytes', value = 5, tenantId = 'T001' } = over;
  const hour = hourOf(Date.parse(at));
  await ports.registry.mark(tenantId, accountId, [utcDayOf(hour)], Date.parse(at));
  windows.add({ tenantId, accountId, meter, hour }, deviceId, value);
}
interface Used {
  tenantId: string;
  accountId: string;
  deviceId: string;
  meter: string;
  value: number;
}

async function rollUp() {
  const roll = rollUpPartition(ports, { ...rollUpBounds, retentionMs });
  for (let partition = 0; partition < 16; partition++) await roll('T001', config, partition, now);
}

async function ask(
  resource: string,
  path: Record<string, string> = {},
  query: Record<string, string> | null = null,
  grant: Pick<Grant, 'scopes' | 'accounts' | 'devices'> = { scopes: ['read'] },
) {
  const reader = {
    ...ports,
    accounts: memoryAccountStore(),
    cycles: memoryCycleStore(() => now),
    notable: memoryNotableAccounts(),
    configs: currentConfig(history, () => now),
    bounds: { ...usageReadBounds, retentionMs },
    clock: () => now,
  };
  const segment = (name: string) => encodeURIComponent({ tenantId: 'T001', ...path }[name] as string);
  const event = {
    httpMethod: 'GET',
    resource,
    path: resource.replace(/\{(\w+)\}/g, (_, name: string) => segment(name)),
    headers: {},
    queryStringParameters: query,
    body: null,
    isBase64Encoded: false,
    requestContext: {
      requestId: 'r',
      authorizer: {
        tenantId: 'T001',
        scopes: grant.scopes.join(' '),
        ...(grant.accounts && { accounts: JSON.stringify(grant.accounts) }),
        ...(grant.devices && { devices: JSON.stringify(grant.devices) }),
      },
    },
  } as unknown as APIGatewayProxyEvent;
  const result = await createHandler({ reader, logger: new Logger() })(event, {
    getRemainingTimeInMillis: () => 29_000,
  } as Context);
  // biome-ignore lint/suspicious/noExplicitAny: answers are looked into by name
  return { status: result.statusCode, body: JSON.parse(result.body) as any, bytes: result.body.length };
}

const tenant = '/v1/tenants/{tenantId}';
const account = `${tenant}/accounts/{accountId}`;
const askAccount = (query: Record<string, string>, accountId = 'acct-42') =>
  ask(`${account}/usage`, { accountId }, query);

describe('whoami', () => {
  it.each([['ingest'], ['read'], ['manage']] as Grant['scopes'][])(
    'takes the scope %s',
    async (...scopes) => {
      const { status, body } = await ask('/v1/whoami', {}, null, { scopes });
      expect(status).toBe(200);
      expect(body).toEqual({ tenantId: 'T001', scopes, timeZone: 'Europe/Berlin' });
    },
  );

  it('says what the credential is bound to', async () => {
    const { body } = await ask('/v1/whoami', {}, null, {
      scopes: ['ingest'],
      accounts: ['a#1'],
      devices: ['d'],
    });
    expect(body).toMatchObject({ accounts: ['a#1'], devices: ['d'] });
  });
});

describe('scopes', () => {
  it.each([
    `${tenant}/usage`,
    `${tenant}/accounts`,
    account,
    `${account}/usage`,
    `${account}/devices/{deviceId}/usage`,
  ])('%s needs read', async (resource) => {
    const path = { accountId: 'a', deviceId: 'd' };
    expect((await ask(resource, path, { meter: 'bytes' }, { scopes: ['ingest'] })).status).toBe(403);
    expect((await ask(resource, { ...path, tenantId: 'T002' }, { meter: 'bytes' })).status).toBe(403);
  });
});

describe('an account by hour', () => {
  it('lists the last 24 hours, gaps as zero', async () => {
    await use('2026-11-21T10:05:00Z');
    await use('2026-11-21T08:59:59Z', { value: 7 });
    await use('2026-11-20T09:59:59Z', { value: 100 });
    const { status, body } = await askAccount({ meter: 'bytes' });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      accountId: 'acct-42',
      meter: 'bytes',
      unit: 'By',
      step: 'hour',
      total: 12,
      events: 2,
    });
    expect(body.windows).toHaveLength(25);
    expect(body.windows.at(-1)).toEqual({
      start: '2026-11-21T10:00:00Z',
      end: '2026-11-21T11:00:00Z',
      value: 5,
      events: 1,
    });
    expect(body.windows[0]).toEqual({
      start: '2026-11-20T10:00:00Z',
      end: '2026-11-20T11:00:00Z',
      value: 0,
      events: 0,
    });
  });

  it('widens to whole hours and names the devices', async () => {
    await use('2026-11-21T08:30:00Z', { deviceId: 'b#/..', value: 2 });
    await use('2026-11-21T08:31:00Z', { deviceId: '__proto__', value: 3 });
    const { body } = await askAccount({
      meter: 'bytes',
      from: '2026-11-21T08:59:59Z',
      to: '2026-11-21T10:00:01+01:00',
      groupBy: 'device',
    });
    expect(body.windows).toEqual([
      {
        start: '2026-11-21T08:00:00Z',
        end: '2026-11-21T09:00:00Z',
        value: 5,
        events: 2,
        devices: [
          { deviceId: '__proto__', value: 3, events: 1 },
          { deviceId: 'b#/..', value: 2, events: 1 },
        ],
      },
      { start: '2026-11-21T09:00:00Z', end: '2026-11-21T10:00:00Z', value: 0, events: 0, devices: [] },
    ]);
  });

  it('writes quantities by the scale of the meter, those no double holds as text', async () => {
    await use('2026-11-21T10:00:00Z', { meter: 'hours', value: 12345 });
    expect((await askAccount({ meter: 'hours' })).body).toMatchObject({ total: 123.45, unit: 'h' });
    for (let at = 0; at < 3; at++) await use('2026-11-21T10:00:00Z', { value: Number.MAX_SAFE_INTEGER });
    expect((await askAccount({ meter: 'bytes' })).body.total).toBe('27021597764222973');
  });

  it('reads a retired meter, which has no unit', async () => {
    await use('2026-11-21T10:00:00Z', { meter: 'calls', value: 1 });
    const { body } = await askAccount({ meter: 'calls' });
    expect(body.total).toBe(1);
    expect(body).not.toHaveProperty('unit');
  });

  it('knows a meter that was defined a moment ago', async () => {
    const configs = currentConfig(history, () => now);
    await configs.get('T001');
    await history.appendOnce('T001', {
      ...config,
      revision: 2,
      meters: [...config.meters, { name: 'new', eventType: 'x', aggregation: 'count', scale: 0 }],
    });
    expect((await askAccount({ meter: 'new' })).status).toBe(200);
  });

  it('answers an account that never reported with zeros', async () => {
    for (const accountId of ['nobody', 'x'.repeat(300)]) {
      const { status, body } = await askAccount({ meter: 'bytes' }, accountId);
      expect([status, body.total, body.windows.length]).toEqual([200, 0, 25]);
    }
  });

  it.each(['a#b', 'a', 'a/b', '..', '😀', '__proto__', 'a%2Fb'])('takes %s as an id', async (accountId) => {
    await use('2026-11-21T10:00:00Z', { accountId: 'a#b#c', value: 100 });
    await use('2026-11-21T10:00:00Z', { accountId, value: 3 });
    const { body } = await askAccount({ meter: 'bytes' }, accountId);
    expect([body.accountId, body.total]).toEqual([accountId, 3]);
  });

  it('takes 1,000 hours', async () => {
    const { body } = await askAccount({
      meter: 'bytes',
      from: '2026-10-10T18:20:00Z',
      to: '2026-11-21T10:20:00Z',
    });
    expect(body.windows).toHaveLength(1_001);
    const aligned = await askAccount({
      meter: 'bytes',
      from: '2026-10-10T18:00:00Z',
      to: '2026-11-21T10:00:00Z',
    });
    expect(aligned.body.windows).toHaveLength(1_000);
  });

  it('refuses an answer that would be too large, and says how to ask for less', async () => {
    const devices = Array.from({ length: 300 }, (_, device) => ({
      deviceId: `${'"'.repeat(90)}${device}`,
      value: 1n,
      events: 1,
    }));
    for (let hour = hourOf(now) - 300; hour < hourOf(now); hour++) {
      windows.put(
        { tenantId: 'T001', accountId: 'acct-42', meter: 'bytes', hour },
        { value: 300n, events: 300, devices },
      );
    }
    await use('2026-11-21T10:00:00Z');
    const query = { meter: 'bytes', from: '2026-11-05T00:00:00Z' };
    const { status, body } = await askAccount({ ...query, groupBy: 'device' });
    expect([status, body.code]).toEqual([400, 'invalid_query']);
    expect(body.detail).toMatch(/groupBy.*one device at a time/);
    expect((await askAccount(query)).status).toBe(200);
  });
});

describe('an account by day', () => {
  it('lists days of the tenant’s zone, both clock changes among them', async () => {
    await use('2026-10-24T21:59:00Z', { value: 1 });
    await use('2026-10-24T22:00:00Z', { value: 10 });
    await use('2026-10-25T22:59:00Z', { value: 100 });
    await use('2026-10-25T23:00:00Z', { value: 1_000 });
    const query = { meter: 'bytes', step: 'day', from: '2026-10-24T12:00:00Z', to: '2026-10-26T12:00:00Z' };
    const expected = [
      ['2026-10-23T22:00:00Z', '2026-10-24T22:00:00Z', 1],
      ['2026-10-24T22:00:00Z', '2026-10-25T23:00:00Z', 110],
      ['2026-10-25T23:00:00Z', '2026-10-26T23:00:00Z', 1_000],
    ];
    const list = async () =>
      (await askAccount(query)).body.windows.map(({ start, end, value }: Record<string, unknown>) => [
        start,
        end,
        value,
      ]);
    expect(await list()).toEqual(expected);
    await rollUp();
    expect(await list()).toEqual(expected);
  });

  it('reads what was rolled up, sums what is marked again, and lists 31 days by default', async () => {
    await use('2026-11-10T12:00:00Z', { value: 1 });
    await rollUp();
    windows.add(
      {
        tenantId: 'T001',
        accountId: 'acct-42',
        meter: 'bytes',
        hour: hourOf(Date.parse('2026-11-10T13:00Z')),
      },
      'x',
      1,
    );
    expect((await askAccount({ meter: 'bytes', step: 'day' })).body.total).toBe(1);
    await use('2026-11-10T14:00:00Z', { value: 10 });
    const { body } = await askAccount({ meter: 'bytes', step: 'day', groupBy: 'device' });
    expect([body.total, body.events, body.windows.length]).toEqual([12, 3, 31]);
  });

  it('takes 400 days', async () => {
    const { status, body } = await askAccount({ meter: 'bytes', step: 'day', from: '2025-10-17T10:20:00Z' });
    expect([status, body.windows.length]).toEqual([200, 401]);
  });
});

describe('faults of a query', () => {
  it.each<[Record<string, string>, RegExp]>([
    [{}, /^meter is required\.$/],
    [{ meter: '' }, /meter is required/],
    [{ meter: 'nothing' }, /meter must name a meter .* "nothing"/],
    [{ meter: 'bytes', step: 'week' }, /step must be hour or day, and is "week"/],
    [{ meter: 'bytes', groupBy: 'account' }, /groupBy must be device/],
    [{ meter: 'bytes', from: 'yesterday' }, /from must be an RFC 3339 time with a zone, such as/],
    [{ meter: 'bytes', from: '2026-11-21T10:00:00' }, /from must be an RFC 3339 time with a zone/],
    [{ meter: 'bytes', from: '' }, /from must be/],
    [{ meter: 'bytes', to: '2026-11-21T10:00:00 01:00' }, /%2B/],
    [{ meter: 'bytes', to: '0000-01-01T00:00:00Z' }, /years 1970 to 9999, such as 2026/],
    [{ meter: 'bytes', from: '2026-11-22T00:00:00Z' }, /from must not be after to, which is now/],
    [
      { meter: 'bytes', from: '2026-11-20T00:00:01Z', to: '2026-11-20T00:00:00Z' },
      /from must not be after to\./,
    ],
    [{ meter: 'bytes', from: '2026-10-10T18:19:59Z' }, /at most 1,000 hours/],
    [{ meter: 'bytes', step: 'day', from: '2025-10-17T10:19:59Z' }, /at most 400 days/],
    [{ meter: 'bytes', form: '2026-11-20T00:00:00Z' }, /"form" is not known here; there are meter, from, to/],
    [
      { __proto__: null, constructor: 'x', meter: 'bytes' } as unknown as Record<string, string>,
      /"constructor" is not known/,
    ],
  ])('%o', async (query, detail) => {
    const { status, body } = await askAccount(query);
    expect([status, body.code]).toEqual([400, 'invalid_query']);
    expect(body.detail).toMatch(detail);
    expect(body.faults.length).toBeGreaterThan(0);
  });

  it('are named all at once', async () => {
    const { body } = await askAccount({ from: 'x', to: 'y', step: 'z', groupBy: 'w', v: 'u' });
    expect(body.faults.map(({ parameter }: { parameter: string }) => parameter)).toEqual([
      '"v"',
      'meter',
      'from',
      'to',
      'step',
      'groupBy',
    ]);
  });

  it.each([
    [`${tenant}/usage`, { meter: 'bytes', days: '36' }],
    [`${tenant}/usage`, { meter: 'bytes', days: '0' }],
    [`${tenant}/usage`, { meter: 'bytes', days: '1.5' }],
    [`${account}/devices/{deviceId}/usage`, { meter: 'bytes', days: '-1' }],
    [`${account}/devices/{deviceId}/usage`, { days: '3' }],
    [`${tenant}/accounts`, { limit: '201' }],
    [`${tenant}/accounts`, { status: 'gone' }],
    [`${tenant}/accounts`, { state: 'within' }],
    [`${tenant}/accounts`, { cursor: 'T002' }],
    [`${tenant}/accounts`, { cursor: '' }],
    [`${tenant}/accounts`, { q: 'x'.repeat(257) }],
    [account, { step: 'day' }],
    ['/v1/whoami', { tenant: 'T002' }],
  ])('%s %o is 400', async (resource, query) => {
    const { status, body } = await ask(
      resource,
      { accountId: 'a', deviceId: 'd' },
      query as Record<string, string>,
    );
    expect([status, body.code]).toEqual([400, 'invalid_query']);
  });
});

describe('a device', () => {
  it('has 30 days, gaps as zero, rolled up or not', async () => {
    await use('2026-11-21T10:00:00Z', { value: 1 });
    await use('2026-11-20T23:30:00Z', { value: 10 });
    await use('2026-11-01T12:00:00Z', { value: 100 });
    await use('2026-11-01T12:00:00Z', { value: 1_000, deviceId: 'other' });
    const path = { accountId: 'acct-42', deviceId: 'phone-7' };
    const list = () => ask(`${account}/devices/{deviceId}/usage`, path, { meter: 'bytes' });
    const before = await list();
    await rollUp();
    expect(await list()).toEqual(before);
    const { days, ...head } = before.body;
    expect(head).toEqual({
      deviceId: 'phone-7',
      accountId: 'acct-42',
      meter: 'bytes',
      unit: 'By',
      total: 111,
    });
    expect(days).toHaveLength(30);
    expect(days.at(-1)).toEqual({ date: '2026-11-21', value: 11, events: 2 });
    expect(days.find(({ date }: { date: string }) => date === '2026-11-01')).toMatchObject({ value: 100 });
    expect(days.filter(({ value }: { value: number }) => value === 0)).toHaveLength(28);
  });
});

describe('the tenant', () => {
  it('has its days as rolled up last, and its accounts', async () => {
    await use('2026-11-20T12:00:00Z', { value: 1 });
    await use('2026-11-20T12:00:00Z', { value: 10, accountId: 'a#1' });
    await use('2026-11-19T12:00:00Z', { value: 100, accountId: '😀' });
    await use('2026-11-20T12:00:00Z', { value: 5, meter: 'hours' });
    await rollUp();
    const { body } = await ask(`${tenant}/usage`, {}, { meter: 'bytes', days: '3' });
    expect(body).toEqual({
      meter: 'bytes',
      unit: 'By',
      total: 111,
      days: [
        { date: '2026-11-19', value: 100, events: 1 },
        { date: '2026-11-20', value: 11, events: 2 },
        { date: '2026-11-21', value: 0, events: 0 },
      ],
      accounts: { active: 3, near: 0, suspended: 0 },
    });
  });
});

describe('accounts', () => {
  it('shows one against this cycle', async () => {
    await use('2026-10-31T22:59:00Z', { value: 1 });
    await use('2026-10-31T23:00:00Z', { value: 10 });
    await use('2026-11-21T10:00:00Z', { value: 100 });
    await use('2026-11-02T10:00:00Z', { value: 3, meter: 'calls' });
    const expected = {
      accountId: 'acct-42',
      plan: 'basic',
      status: 'active',
      cycle: { start: '2026-10-31T23:00:00Z', end: '2026-11-30T23:00:00Z' },
      meters: [
        { meter: 'bytes', used: 110, state: 'unlimited' },
        { meter: 'hours', used: 0, state: 'unlimited' },
        { meter: 'calls', used: 3, state: 'unlimited' },
      ],
    };
    expect((await ask(account, { accountId: 'acct-42' })).body).toEqual(expected);
    await rollUp();
    expect((await ask(account, { accountId: 'acct-42' })).body).toEqual(expected);
    // A list shows the meters in force.
    const meters = expected.meters.filter(({ meter }) => meter !== 'calls');
    expect((await ask(`${tenant}/accounts`)).body).toEqual({ accounts: [{ ...expected, meters }] });
  });

  it.each(['nobody', 'acct-4', '', 'x'.repeat(5_000)])('knows no account %s', async (accountId) => {
    await use('2026-11-21T10:00:00Z');
    const { status, body } = await ask(account, { accountId });
    expect([status, body.code]).toEqual([404, 'not_found']);
  });

  it('lists them page by page, each once', async () => {
    const ids = ['a', 'a#000', 'a/b', 'b', 'c', '😀', '__proto__'].toSorted();
    for (const accountId of ids) await use('2026-11-21T10:00:00Z', { accountId });
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const query = { limit: '2', ...(cursor && { cursor }) };
      const { body } = await ask(`${tenant}/accounts`, {}, query);
      seen.push(...body.accounts.map(({ accountId }: { accountId: string }) => accountId));
      cursor = body.cursor;
    } while (cursor);
    expect(seen.toSorted()).toEqual(ids);
  });

  it('filters by the beginning of the id, by status and state', async () => {
    for (const accountId of ['a', 'ab', 'abc', 'b']) await use('2026-11-21T10:00:00Z', { accountId });
    const ids = async (query: Record<string, string>) =>
      (await ask(`${tenant}/accounts`, {}, query)).body.accounts.map(({ accountId }: Used) => accountId);
    expect(await ids({ q: 'ab' })).toEqual(['ab', 'abc']);
    expect(await ids({ q: '' })).toHaveLength(4);
    expect(await ids({ q: 'ab', status: 'active', limit: '1' })).toEqual(['ab']);
    expect(await ids({ status: 'suspended' })).toEqual([]);
    expect(await ids({ state: 'near' })).toEqual([]);
  });

  it('cannot be led to another tenant by a forged cursor', async () => {
    await use('2026-11-21T10:00:00Z', { tenantId: 'T002', accountId: 'theirs' });
    await use('2026-11-21T10:00:00Z', { accountId: 'ours' });
    for (const forged of ['', 'r#T002#07', '\u0000', 'a']) {
      const cursor = Buffer.from(JSON.stringify(['a', forged])).toString('base64url');
      const { body } = await ask(`${tenant}/accounts`, {}, { cursor });
      expect(JSON.stringify(body)).not.toContain('theirs');
    }
  });
});
