import { describe, expect, it } from 'vitest';
import type { FoundMethod } from '../../../local/gateway/find-method.ts';
import { gatewayResponses } from '../../../local/gateway/gateway-responses.ts';
import { readProxyAnswer } from '../../../local/gateway/proxy-answer.ts';
import { type GatewayRequest, proxyEvent } from '../../../local/gateway/proxy-event.ts';
import { parseTarget } from '../../../local/gateway/request-target.ts';
import type { RestApi } from '../../../local/gateway/rest-api.ts';

const api = {
  apiId: 'api',
  stage: 'local',
  binaryMediaTypes: ['application/json', 'image/*'],
} as unknown as RestApi;

const found = {
  method: { resourceId: 'r1', resourcePath: '/v1/tenants/{tenantId}/events' },
  pathParameters: { tenantId: 'T%2F1' },
} as unknown as FoundMethod;

const request = (given: Partial<GatewayRequest> = {}): GatewayRequest => ({
  requestId: 'id-1',
  httpMethod: 'POST',
  target: parseTarget('/v1/tenants/T%2F1/events?a=1&a=2&b=x%20y') as NonNullable<
    ReturnType<typeof parseTarget>
  >,
  headers: [
    ['Host', '127.0.0.1:4000'],
    ['X-Multi', 'one'],
    ['Connection', 'keep-alive'],
    ['X-Multi', 'two'],
    ['Content-Type', 'application/json; charset=utf-8'],
  ],
  sourceIp: '127.0.0.1',
  body: Buffer.from('{"ä":1}'),
  receivedAt: Date.parse('2026-11-21T10:05:00Z'),
  ...given,
});

const eventOf = (given: Partial<GatewayRequest> = {}) =>
  proxyEvent(
    api,
    request(given),
    found,
    { principalId: 'T001', context: { tenantId: 'T001' }, usageKey: 'k' },
    '000000000000',
  );

describe('the proxy event', () => {
  it('is what a REST API hands to a Lambda', () => {
    expect(eventOf()).toMatchObject({
      resource: '/v1/tenants/{tenantId}/events',
      path: '/v1/tenants/T%2F1/events',
      httpMethod: 'POST',
      headers: { 'X-Multi': 'two', 'X-Forwarded-For': '127.0.0.1' },
      multiValueHeaders: { 'X-Multi': ['one', 'two'] },
      queryStringParameters: { a: '2', b: 'x y' },
      multiValueQueryStringParameters: { a: ['1', '2'], b: ['x y'] },
      pathParameters: { tenantId: 'T%2F1' },
      stageVariables: null,
      requestContext: {
        stage: 'local',
        path: '/local/v1/tenants/T%2F1/events',
        requestTime: '21/Nov/2026:10:05:00 +0000',
        requestTimeEpoch: 1_795_255_500_000,
        authorizer: { principalId: 'T001', tenantId: 'T001' },
        identity: { sourceIp: '127.0.0.1', userAgent: null },
      },
    });
    expect(eventOf()).not.toHaveProperty('headers.Connection');
  });

  it.each([
    ['application/json', true],
    ['APPLICATION/JSON ; charset=utf-8', true],
    ['image/png', true],
    ['text/plain', false],
    ['application/jsonp', false],
  ])('%s: bytes in base64 is %s', (type, isBinary) => {
    const event = eventOf({ headers: [['content-type', type]] }) as {
      body: string;
      isBase64Encoded: boolean;
    };
    expect(event.isBase64Encoded).toBe(isBinary);
    expect(Buffer.from(event.body, isBinary ? 'base64' : 'utf8').toString()).toBe('{"ä":1}');
  });

  it('has null where there is nothing', () => {
    const target = parseTarget('/v1/whoami') as GatewayRequest['target'];
    expect(eventOf({ target, body: Buffer.alloc(0) })).toMatchObject({
      queryStringParameters: null,
      multiValueQueryStringParameters: null,
      body: null,
      isBase64Encoded: false,
    });
  });

  it('takes names like __proto__ for names', () => {
    const target = parseTarget('/v1?__proto__=x') as GatewayRequest['target'];
    const event = JSON.parse(JSON.stringify(eventOf({ target })));
    expect(Object.keys(event.queryStringParameters)).toEqual(['__proto__']);
  });
});

describe("a handler's answer", () => {
  const read = (answer: unknown, accept?: string) =>
    readProxyAnswer(
      { requestId: 'r', payload: JSON.stringify(answer) ?? 'null' },
      accept,
      api.binaryMediaTypes,
    );

  it('goes out with its status, headers and body', () => {
    const answer = read({
      statusCode: 202,
      headers: { 'X-A': 1, 'Set-Cookie': 'dropped' },
      multiValueHeaders: { 'set-cookie': ['a', 'b'] },
      body: 'ok',
    });
    expect(answer).toMatchObject({ status: 202, body: Buffer.from('ok') });
    expect(answer?.headers).toEqual([
      ['X-A', '1'],
      ['set-cookie', 'a'],
      ['set-cookie', 'b'],
      ['content-type', 'application/json'],
    ]);
  });

  it('is decoded from base64 only for who accepts a binary type', () => {
    const answer = { statusCode: 200, body: Buffer.from('png').toString('base64'), isBase64Encoded: true };
    expect(read(answer, 'image/png, */*')?.body.toString()).toBe('png');
    expect(read(answer, 'text/html')?.body.toString()).toBe(answer.body);
  });

  it('does not set what is the gateway’s to set', () => {
    const answer = read({
      statusCode: 401,
      headers: { 'WWW-Authenticate': 'Bearer', 'Content-Length': 9 },
      body: '',
    });
    expect(answer?.headers.map(([name]) => name)).toEqual([
      'x-amzn-remapped-www-authenticate',
      'x-amzn-remapped-content-length',
      'content-type',
    ]);
  });

  it.each([
    ['null', null],
    ['a text', 'ok'],
    ['no status', { body: 'ok' }],
    ['a status that is none', { statusCode: 'fine' }],
    ['a body that is no text', { statusCode: 200, body: { ok: true } }],
    ['a header that is an object', { statusCode: 200, headers: { a: {} } }],
    ['many values that are no list', { statusCode: 200, multiValueHeaders: { a: 'b' } }],
  ])('is malformed with %s', (_, answer) => {
    expect(read(answer)).toBeUndefined();
  });

  it('is none where the function failed', () => {
    expect(
      readProxyAnswer(
        { requestId: 'r', payload: '{"statusCode":200}', functionError: 'Unhandled' },
        undefined,
        [],
      ),
    ).toBeUndefined();
  });
});

describe('gateway responses', () => {
  const responses = gatewayResponses([
    {
      ResponseType: 'THROTTLED',
      StatusCode: '429',
      ResponseParameters: {
        'gatewayresponse.header.Retry-After': "'1'",
        'gatewayresponse.header.Content-Type': "'application/problem+json'",
      },
      ResponseTemplates: {
        'application/json':
          '{"detail":$context.error.messageString,"id":"$context.requestId","none":"$context.a.b"}',
      },
    },
    {
      ResponseType: 'DEFAULT_5XX',
      ResponseTemplates: { 'application/json': '{"type":"$context.error.responseType"}' },
    },
  ]);

  it('are filled in from the context', () => {
    expect(responses.answer('THROTTLED', { requestId: 'r1' })).toEqual({
      status: 429,
      headers: {
        'content-type': 'application/problem+json',
        'retry-after': '1',
        'x-amzn-errortype': 'THROTTLED',
      },
      body: '{"detail":"Too Many Requests","id":"r1","none":""}',
    });
  });

  it('are those of the default where a type has none of its own, and AWS’s own else', () => {
    expect(responses.answer('INTEGRATION_TIMEOUT', {})).toMatchObject({
      status: 504,
      body: '{"type":"INTEGRATION_TIMEOUT"}',
    });
    expect(responses.answer('UNAUTHORIZED', {})).toMatchObject({
      status: 401,
      body: '{"message":"Unauthorized"}',
    });
  });

  it('with headers made from the request are not played', () => {
    const mapped = {
      ResponseType: 'THROTTLED',
      ResponseParameters: { 'gatewayresponse.header.X': 'method.request.header.Y' },
    };
    expect(() => gatewayResponses([mapped])).toThrow(/only fixed headers are played/);
  });
});
