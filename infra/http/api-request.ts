import { gunzipSync } from 'node:zlib';
import type { APIGatewayProxyEvent, Context } from 'aws-lambda';
import type { Grant, Scope } from '../../domain/tenancy/grant.ts';
import { Problem } from '../../events/problem.ts';

/** One request as the handlers see it: the gateway's proxy event, decoded once. */
export interface ApiRequest {
  requestId: string;
  /** `GET /v1/tenants/{tenantId}/usage`: the contract's operation. */
  operation: string;
  /** Path parameters, each percent-decoded exactly once. */
  path: Record<string, string>;
  /** Query parameters; of one that is repeated the last. */
  query: Record<string, string>;
  /** By lower-case name. */
  headers: Record<string, string>;
  /** The body's bytes as sent (not gunzipped). */
  body: Buffer;
  /** What the authorizer verified; undefined on paths that need no credential. */
  grant?: Grant;
  /** How long the Lambda may still run; it ends before the gateway stops waiting. */
  remainingMs: () => number;
}

/** Reads a REST API proxy event. Throws a Problem where the path cannot be decoded. */
export function toApiRequest(event: APIGatewayProxyEvent, context: Context): ApiRequest {
  const grant = grantOf(event.requestContext.authorizer);
  return {
    requestId: event.requestContext.requestId,
    operation: `${event.httpMethod} ${event.resource}`,
    path: pathParameters(event.resource, event.path),
    query: Object.assign(Object.create(null), event.queryStringParameters),
    headers: lowerCased(event.headers ?? {}),
    body: Buffer.from(event.body ?? '', event.isBase64Encoded ? 'base64' : 'utf8'),
    ...(grant && { grant }),
    remainingMs: () => context.getRemainingTimeInMillis(),
  };
}

/**
 * Takes the parameters from the path as it was sent, which a REST API hands on still percent-encoded: its own
 * `pathParameters` are not reliably encoded or decoded. Segments are matched from the end, so that the base
 * path of a custom domain does not shift them.
 */
function pathParameters(resource: string, path: string): Record<string, string> {
  const names = resource.split('/');
  const segments = path.split('/').slice(-names.length);
  const parameters: Record<string, string> = Object.create(null);
  for (const [index, name] of names.entries()) {
    const parameter = /^\{(\w+)\}$/.exec(name)?.[1];
    if (parameter !== undefined) parameters[parameter] = decodeSegment(segments[index] ?? '');
  }
  return parameters;
}

function decodeSegment(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    throw new Problem('not_found', 'A segment of the path is not percent-encoded UTF-8.');
  }
}

function lowerCased(headers: Record<string, string | undefined>): Record<string, string> {
  const result: Record<string, string> = Object.create(null);
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) result[name.toLowerCase()] = value;
  }
  return result;
}

/** The authorizer's context travels as strings; see `toAuthorizerContext`. */
function grantOf(context: APIGatewayProxyEvent['requestContext']['authorizer']): Grant | undefined {
  if (!context?.tenantId) return undefined;
  return {
    tenantId: String(context.tenantId),
    scopes: String(context.scopes ?? '')
      .split(' ')
      .filter(Boolean) as Scope[],
    ...(context.accounts && { accounts: JSON.parse(String(context.accounts)) as string[] }),
    ...(context.devices && { devices: JSON.parse(String(context.devices)) as string[] }),
    ...(context.expiresAt && { expiresAt: Number(context.expiresAt) }),
  };
}

/** A grant as the context of an authorizer's answer, which may hold only strings, numbers and booleans. */
export function toAuthorizerContext(grant: Grant): Record<string, string> {
  return {
    tenantId: grant.tenantId,
    scopes: grant.scopes.join(' '),
    ...(grant.accounts && { accounts: JSON.stringify(grant.accounts) }),
    ...(grant.devices && { devices: JSON.stringify(grant.devices) }),
    ...(grant.expiresAt !== undefined && { expiresAt: String(grant.expiresAt) }),
  };
}

/** True where the bytes begin as gzip does; the gateway keeps or strips the header, never the magic. */
export const isGzip = (body: Buffer): boolean => body.length > 2 && body[0] === 0x1f && body[1] === 0x8b;

/** The body after gunzip, at most `bytesMax`. Throws a Problem where it is larger, or no whole gzip. */
export function inflate(body: Buffer, bytesMax: number): Buffer {
  if (!isGzip(body)) {
    if (body.length > bytesMax) throw tooLarge(bytesMax);
    return body;
  }
  try {
    return gunzipSync(body, { maxOutputLength: bytesMax });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') throw tooLarge(bytesMax);
    throw new Problem(
      'invalid_json',
      'The body begins as gzip does but cannot be gunzipped: it is cut off or damaged.',
    );
  }
}

const tooLarge = (bytesMax: number): Problem =>
  new Problem('too_large', `The body has more than ${bytesMax} bytes after gunzip; send it in parts.`);
