import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type StackHandle, start } from '../../local/start.ts';
import { eventually } from './support/eventually.ts';
import { meters, temporaryFolder, usageEvent } from './support/running-stack.ts';
import { rawRequest, tenantClient } from './support/tenant-client.ts';

/** With T001's key nobody learns or changes anything of T002, nor whether it is there. */

const folder = temporaryFolder();
let stack: StackHandle;
let own: ReturnType<typeof tenantClient>;

beforeAll(async () => {
  stack = await start({ port: 0, dataDir: folder.path });
  own = tenantClient(stack.localJson, 'T001');
  const other = tenantClient(stack.localJson, 'T002');
  for (const tenant of [own, other]) {
    await tenant.putConfig({ meters });
    await tenant.post([usageEvent(stack, { id: 'one', bytes: 7 })]);
    await eventually(
      () => tenant.usage('acct-1', 'meter=bytes'),
      ({ body }) => body.events === 1,
    );
  }
});

afterAll(async () => {
  await stack?.stop();
  folder.remove();
});

/** Requests that belong to another tenant, with its name in the place of `T`. */
const foreign: [method: string, target: string, scope: 'ingest' | 'read' | 'manage'][] = [
  ['GET', '/v1/tenants/T/usage?meter=bytes', 'read'],
  ['GET', '/v1/tenants/T/accounts', 'read'],
  ['GET', '/v1/tenants/T/accounts/acct-1', 'read'],
  ['GET', '/v1/tenants/T/accounts/acct-1/usage?meter=bytes', 'read'],
  ['GET', '/v1/tenants/T/accounts/acct-1/devices/phone-1/usage?meter=bytes', 'read'],
  ['GET', '/v1/tenants/T/config', 'read'],
  ['GET', '/v1/tenants/T/config', 'manage'],
  ['PUT', '/v1/tenants/T/config', 'manage'],
  ['POST', '/v1/tenants/T/events', 'ingest'],
  ['GET', '/v1/tenants/T/accounts/T001/usage?meter=bytes&tenantId=T001', 'read'],
  ['GET', '/v1/tenants/%54002/usage?meter=bytes', 'read'],
  ['GET', 'http://127.0.0.1/v1/tenants/T/usage?meter=bytes', 'read'],
];

describe("another tenant's paths", () => {
  it.each(foreign)(
    '%s %s with a key for %s: the same 403 whether it exists or not',
    async (method, target, scope) => {
      const ask = async (tenantId: string) => {
        const { status, body } = await own.call(scope, target.replace('/T/', `/${tenantId}/`), {
          method,
          ...(method !== 'GET' && { body: JSON.stringify({ tenantId: 'T001', meters: [] }) }),
          headers: { 'content-type': 'application/json', 'x-tenant-id': 'T001' },
        });
        return { status, body };
      };
      const [existing, missing] = await Promise.all([ask('T002'), ask('T999')]);
      expect(existing).toMatchObject({ status: 403, body: { code: 'forbidden' } });
      expect(existing).toEqual(missing);
    },
  );
});

describe('tricks with a path', () => {
  it.each([
    '/v1/tenants/T001/../T002/usage?meter=bytes',
    '/v1/tenants/T001/%2e%2e/T002/usage?meter=bytes',
    '/v1/tenants/T001/accounts/../../T002/usage?meter=bytes',
    '/v1/tenants/T001%2F..%2FT002/usage?meter=bytes',
    '/v1/tenants/T001%2F%2E%2E%2FT002/usage?meter=bytes',
    '/v1/tenants/T001//T002/usage?meter=bytes',
    '//v1/tenants/T002/usage?meter=bytes',
    '/v1//tenants/T002/usage?meter=bytes',
    '/v1/tenants/T002/usage/?meter=bytes',
    '/v1/tenants/T001;T002/usage?meter=bytes',
    '/v1/tenants/T001%00T002/usage?meter=bytes',
    '/v1/tenants/T002%20/usage?meter=bytes',
    '/v1/tenants/*/usage?meter=bytes',
    '/local/v1/tenants/T002/usage?meter=bytes',
    '/v1/tenants/T001/accounts/../usage?meter=bytes',
  ])('%s reveals nothing', async (target) => {
    const { status, body } = await own.call('read', target);
    // A dot is an account's id like any other: there is no usage of an account "..".
    if (status === 200) expect(body).toMatchObject({ accountId: '..', total: 0 });
    else expect([403, 404, 400]).toContain(status);
    expect(JSON.stringify(body)).not.toContain('T002');
  });

  it('takes ids with slashes and dots for what they are', async () => {
    await own.post([usageEvent(stack, { id: 'odd', subject: '../T002', source: 'a/b%2F', bytes: 3 })]);
    const { body } = await eventually(
      () => own.usage('../T002', 'meter=bytes&groupBy=device'),
      ({ body }) => body.events === 1,
    );
    expect(body).toMatchObject({ accountId: '../T002', total: 3 });
    expect(JSON.stringify(body.windows)).toContain('"deviceId":"a/b%2F"');
  });
});

describe('credentials', () => {
  it.each([
    ['none', {}],
    ['no key of ours', { authorization: 'Bearer tg_T001-aaaaaaaaaaaa_nobody' }],
    ['another scheme', { authorization: 'Basic dGVzdDp0ZXN0' }],
    ['something else', { authorization: 'Bearer ../../' }],
  ])('%s: 401 as problem+json', async (_, headers) => {
    const answer = await rawRequest(stack.api, '/v1/whoami', { headers });
    expect(answer).toMatchObject({ status: 401, body: { code: 'unauthorized', status: 401 } });
    expect(answer.headers['content-type']).toBe('application/problem+json');
    expect(answer.headers['www-authenticate']).toBe('Bearer');
  });

  it('allow only what their scope says', async () => {
    const read = await own.call('read', '/v1/tenants/T001/config', { method: 'PUT', body: '{}' });
    const ingest = await own.call('ingest', '/v1/tenants/T001/config');
    const post = await own.call('manage', '/v1/tenants/T001/events', { method: 'POST', body: '[]' });
    expect([read.status, ingest.status, post.status]).toEqual([403, 403, 403]);
    expect((await own.call('manage', '/v1/tenants/T001/config')).status).toBe(200);
  });
});
