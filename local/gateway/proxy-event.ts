import type { IncomingMessage } from 'node:http';
import type { Authorized } from './authorize.ts';
import type { FoundMethod } from './find-method.ts';
import type { RequestTarget } from './request-target.ts';
import type { RestApi } from './rest-api.ts';

/** A request as the gateway has read it. */
export interface GatewayRequest {
  requestId: string;
  httpMethod: string;
  target: RequestTarget;
  /** Name and value as sent, repeated ones too. */
  headers: [name: string, value: string][];
  sourceIp: string;
  body: Buffer;
  /** Epoch milliseconds of the stack's clock. */
  receivedAt: number;
}

/** What concerns a connection is not handed on. */
const hopHeaders = new Set([
  'connection',
  'expect',
  'keep-alive',
  'proxy-authorization',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/** Headers in the order and spelling in which they came. */
export function headersOf({ rawHeaders }: IncomingMessage): [string, string][] {
  const headers: [string, string][] = [];
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    headers.push([rawHeaders[index] as string, rawHeaders[index + 1] as string]);
  }
  return headers;
}

/** The header's value if it was sent just once. */
export function onlyHeader(headers: [string, string][], name: string): string | undefined {
  const values = headers.filter(([key]) => key.toLowerCase() === name);
  return values.length === 1 ? values[0]?.[1] : undefined;
}

/** The event that a Lambda proxy integration of a REST API gets. */
export function proxyEvent(
  api: RestApi,
  request: GatewayRequest,
  found: FoundMethod,
  authorized: Authorized | undefined,
  accountId: string,
): object {
  const { target, headers, httpMethod } = request;
  const isBinary = isBinaryType(api.binaryMediaTypes, onlyHeader(headers, 'content-type'));
  const handedOn: [string, string][] = [
    ...headers.filter(([name]) => !hopHeaders.has(name.toLowerCase())),
    ['X-Forwarded-For', request.sourceIp],
    ['X-Forwarded-Proto', 'http'],
  ];
  const query = [...target.query];
  return {
    resource: found.method.resourcePath,
    path: target.path,
    httpMethod,
    headers: Object.fromEntries(handedOn),
    multiValueHeaders: multiValues(handedOn),
    queryStringParameters: query.length === 0 ? null : Object.fromEntries(query),
    multiValueQueryStringParameters: query.length === 0 ? null : multiValues(query),
    pathParameters: Object.keys(found.pathParameters).length === 0 ? null : found.pathParameters,
    stageVariables: null,
    requestContext: requestContext(api, request, found, authorized, accountId),
    body: request.body.length === 0 ? null : request.body.toString(isBinary ? 'base64' : 'utf8'),
    isBase64Encoded: isBinary && request.body.length > 0,
  };
}

function requestContext(
  api: RestApi,
  request: GatewayRequest,
  { method }: FoundMethod,
  authorized: Authorized | undefined,
  accountId: string,
) {
  return {
    accountId,
    apiId: api.apiId,
    stage: api.stage,
    resourceId: method.resourceId,
    resourcePath: method.resourcePath,
    httpMethod: request.httpMethod,
    path: `/${api.stage}${request.target.path}`,
    protocol: 'HTTP/1.1',
    requestId: request.requestId,
    extendedRequestId: request.requestId,
    requestTime: logTime(request.receivedAt),
    requestTimeEpoch: request.receivedAt,
    domainName: onlyHeader(request.headers, 'host') ?? '',
    domainPrefix: api.apiId,
    identity: {
      accessKey: null,
      accountId: null,
      caller: null,
      cognitoAuthenticationProvider: null,
      cognitoAuthenticationType: null,
      cognitoIdentityId: null,
      cognitoIdentityPoolId: null,
      principalOrgId: null,
      sourceIp: request.sourceIp,
      user: null,
      userAgent: onlyHeader(request.headers, 'user-agent') ?? null,
      userArn: null,
    },
    ...(authorized && {
      authorizer: { ...authorized.context, principalId: authorized.principalId, integrationLatency: 0 },
    }),
  };
}

/** Media types are compared without their parameters. */
export function isBinaryType(binaryMediaTypes: string[], contentType: string | undefined): boolean {
  const type = contentType?.split(';')[0]?.trim().toLowerCase();
  if (!type) return false;
  return binaryMediaTypes.some(
    (binary) =>
      binary === '*/*' || binary === type || (binary.endsWith('/*') && type.startsWith(binary.slice(0, -1))),
  );
}

function multiValues(pairs: [string, string][]): Record<string, string[]> {
  const values = new Map<string, string[]>();
  for (const [name, value] of pairs) values.set(name, [...(values.get(name) ?? []), value]);
  return Object.fromEntries(values);
}

/** `21/Nov/2026:10:05:00 +0000` */
function logTime(now: number): string {
  const [, day, month, year, time] = /^\w+, (\d+) (\w+) (\d+) (\S+)/.exec(new Date(now).toUTCString()) ?? [];
  return `${day}/${month}/${year}:${time} +0000`;
}
