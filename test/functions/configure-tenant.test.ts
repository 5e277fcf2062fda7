import { Logger } from '@aws-lambda-powertools/logger';
import type { APIGatewayProxyEvent, Context } from 'aws-lambda';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { ConfigHistory } from '../../domain/tenancy/config-history.ts';
import type { Scope } from '../../domain/tenancy/grant.ts';
import { memoryConfigHistory } from '../../domain/tenancy/memory-config-history.ts';
import { emptyConfig } from '../../domain/tenancy/tenant-config.ts';

vi.hoisted(() => {
  Object.assign(process.env, {
    TENANTS_TABLE: 'tenants',
    EVALUATION_QUEUE_URL: 'http://127.0.0.1/evaluations',
    POWERTOOLS_LOG_LEVEL: 'SILENT',
  });
});
const { createHandler } = await import('../../functions/configure-tenant.ts');

const bytes = { name: 'bytes', eventType: 'vpn.usage', aggregation: 'sum', field: 'bytes' };
const now = Date.parse('2026-11-21T10:00:00Z');

let history: ConfigHistory;
beforeEach(async () => {
  history = memoryConfigHistory();
  await history.appendOnce('T001', emptyConfig);
});

interface Asked {
  method?: 'GET' | 'PUT';
  path?: string;
  grant?: { tenantId: string; scopes: Scope[] };
  headers?: Record<string, string>;
  body?: unknown;
}

async function ask({
  method = 'PUT',
  path = 'T001',
  grant = { tenantId: 'T001', scopes: ['manage'] },
  headers = {},
  body,
}: Asked) {
  const handler = createHandler({ history, clock: () => now, logger: new Logger() });
  const isText = typeof body === 'string';
  const event = {
    httpMethod: method,
    resource: '/v1/tenants/{tenantId}/config',
    path: `/v1/tenants/${path}/config`,
    headers,
    queryStringParameters: null,
    body: body === undefined ? null : isText ? body : JSON.stringify(body),
    isBase64Encoded: false,
    requestContext: {
      requestId: 'r',
      authorizer: { tenantId: grant.tenantId, scopes: grant.scopes.join(' ') },
    },
  } as unknown as APIGatewayProxyEvent;
  const context = { getRemainingTimeInMillis: () => 10_000 } as Context;
  const result = await handler(event, context);
  return {
    status: result.statusCode,
    headers: result.headers ?? {},
    body: JSON.parse(result.body) as Record<string, unknown> & {
      faults?: { path: string; detail: string }[];
    },
  };
}

describe('GET config', () => {
  it('answers what is set, with its revision', async () => {
    const { status, headers, body } = await ask({
      method: 'GET',
      grant: { tenantId: 'T001', scopes: ['read'] },
    });
    expect(status).toBe(200);
    expect(headers.etag).toBe('"1"');
    expect(body).toMatchObject({ revision: 1, meters: [], timeZone: 'UTC', cycle: { period: 'month' } });
    expect(Object.keys(body)).not.toContain('zones');
  });

  it('takes the scope read', async () => {
    expect((await ask({ method: 'GET', grant: { tenantId: 'T001', scopes: ['ingest'] } })).status).toBe(403);
  });
});

describe('PUT config', () => {
  it('makes the next revision, which GET then answers, and which can be put again as it is', async () => {
    const put = await ask({ body: { meters: [bytes], timeZone: 'Europe/Paris' } });
    expect(put).toMatchObject({ status: 200, body: { revision: 2, timeZone: 'Europe/Paris' } });
    expect(put.headers.etag).toBe('"2"');
    const got = await ask({ method: 'GET' });
    expect(got.body).toEqual(put.body);
    expect((await ask({ body: got.body })).body.revision).toBe(2);
  });

  it('takes the scope manage of this tenant, whatever the other is', async () => {
    const grants: { tenantId: string; scopes: Scope[] }[] = [
      { tenantId: 'T001', scopes: ['read', 'ingest'] },
      { tenantId: 'T002', scopes: ['manage'] },
    ];
    const answers = await Promise.all(grants.map((grant) => ask({ grant, body: {} })));
    answers.push(await ask({ path: 'T404', body: {} }), await ask({ path: 'T00%31%2F', body: {} }));
    for (const answer of answers) {
      expect(answer.status).toBe(403);
      expect(answer.body).toEqual(answers[0]?.body);
    }
    expect((await history.latest('T001'))?.revision).toBe(1);
  });

  it('refuses a configuration whole and names every fault', async () => {
    const { status, headers, body } = await ask({ body: { meters: [{ ...bytes, scale: 9 }], colour: 1 } });
    expect(status).toBe(400);
    expect(headers['content-type']).toBe('application/problem+json');
    expect(body.code).toBe('invalid_config');
    expect(body.faults?.map(({ path }) => path).toSorted()).toEqual(['/colour', '/meters/0/scale']);
    expect((await history.latest('T001'))?.revision).toBe(1);
  });

  it('refuses what would change the definition of a meter', async () => {
    await ask({ body: { meters: [bytes] } });
    await ask({ body: {} });
    const { status, body } = await ask({ body: { meters: [{ ...bytes, field: 'other' }] } });
    expect([status, body.code]).toEqual([400, 'immutable_meter']);
    expect(body.faults).toMatchObject([{ path: '/meters/0/field' }]);
  });

  it.each(['', '{', 'null x', '\ud800', '[1', '{"meters":NaN}'])(
    'answers invalid_json to %j',
    async (body) => {
      expect(await ask({ body })).toMatchObject({ status: 400, body: { code: 'invalid_json' } });
    },
  );

  it.each(['null', '[]', '5', '"x"', '{"__proto__":{"timeZone":"UTC"}}'])(
    'answers invalid_config to %s',
    async (body) => {
      expect(await ask({ body })).toMatchObject({ status: 400, body: { code: 'invalid_config' } });
    },
  );

  it('answers 413 to what is too large', async () => {
    const answer = await ask({ body: ' '.repeat(256 * 1024 + 1) });
    expect(answer).toMatchObject({ status: 413, body: { code: 'too_large' } });
  });

  it.each(['"1"', '1', 'W/"1"', '"7", "1"', '*'])('goes ahead with If-Match %s', async (header) => {
    expect((await ask({ headers: { 'If-Match': header }, body: { meters: [bytes] } })).status).toBe(200);
  });

  it.each(['"2"', '0', 'W/"7"', '"x"', '', '"1'])('answers 412 to If-Match %j', async (header) => {
    const answer = await ask({ headers: { 'If-Match': header }, body: { meters: [bytes] } });
    expect(answer).toMatchObject({ status: 412, body: { code: 'revision_conflict', revision: 1 } });
    expect((await history.latest('T001'))?.revision).toBe(1);
  });
});

describe('two PUTs at once', () => {
  const orders = { name: 'orders', eventType: 'order', aggregation: 'count' };
  /** Another PUT comes in between reading and storing, this often. */
  function interrupted(times: number): void {
    const inner = history;
    let left = times;
    history = {
      ...inner,
      async appendOnce(tenantId, config) {
        if (left > 0) {
          left -= 1;
          await inner.appendOnce(tenantId, {
            ...config,
            meters: [],
            retiredMeters: [{ ...orders, scale: 0 } as never],
          });
        }
        return inner.appendOnce(tenantId, config);
      },
    };
  }

  it('both take effect, the later on what the earlier stored', async () => {
    interrupted(2);
    expect((await ask({ body: { meters: [bytes] } })).body).toMatchObject({ revision: 4 });
    expect((await history.latest('T001'))?.retiredMeters).toMatchObject([orders]);
  });

  it('are told apart by If-Match', async () => {
    interrupted(1);
    const answer = await ask({ headers: { 'If-Match': '"1"' }, body: { meters: [bytes] } });
    expect(answer).toMatchObject({ status: 412, body: { revision: 2 } });
  });

  it('end in a 503 where it goes on and on', async () => {
    interrupted(100);
    const answer = await ask({ body: { meters: [bytes] } });
    expect(answer).toMatchObject({ status: 503, body: { code: 'unavailable' } });
    expect(answer.headers['retry-after']).toBe('1');
  });
});

it('a tenant without configuration has none to show or change', async () => {
  for (const method of ['GET', 'PUT'] as const) {
    const grant = { tenantId: 'T404', scopes: ['manage' as const] };
    expect((await ask({ method, path: 'T404', grant, body: {} })).body.code).toBe('not_found');
  }
});
