import type { Logger } from '@aws-lambda-powertools/logger';
import middy from '@middy/core';
import type { APIGatewayProxyEvent, APIGatewayProxyResult, Context } from 'aws-lambda';
import { allows, type Grant, type Scope } from '../../domain/tenancy/grant.ts';
import { Problem } from '../../events/problem.ts';
import type { Clock } from '../clock.ts';
import { type ApiRequest, toApiRequest } from './api-request.ts';

export interface ApiResponse {
  status: number;
  body: unknown;
  headers?: Record<string, string>;
}

/** One operation of the contract. `scopes`: any of them suffices; null where no credential is needed. */
export interface Operation {
  scopes: Scope[] | null;
  handle: (request: ApiRequest, grant: Grant) => Promise<ApiResponse>;
}

/** The contract's operations that a Lambda serves, by `METHOD /resource/{parameter}`. */
export type Operations = Record<string, Operation>;

type Middleware = middy.MiddlewareObj<APIGatewayProxyEvent, APIGatewayProxyResult, Error, Context>;

const nobody: Grant = { tenantId: '', scopes: [] };

/**
 * The Lambda that answers these operations: finds the operation, checks tenant and scope once more behind the
 * authorizer, answers JSON, and turns a Problem into problem+json. Any other error is logged and answered as
 * 503 without its text.
 */
export function apiHandler(operations: Operations, { logger, clock }: { logger: Logger; clock: Clock }) {
  return middy<APIGatewayProxyEvent, APIGatewayProxyResult>()
    .use(requestLog(logger))
    .use(problems(logger))
    .handler(async (event: APIGatewayProxyEvent, context: Context) => {
      const request = toApiRequest(event, context);
      const operation = operations[request.operation];
      if (!operation) throw new Problem('not_found', 'There is no such operation; see /v1/openapi.json.');
      const grant = operation.scopes === null ? nobody : checkGrant(request, operation.scopes, clock());
      return toResult(await operation.handle(request, grant));
    });
}

/** The authorizer's policy said yes already; this holds where a policy is wrong or its cache outlives a token. */
function checkGrant(request: ApiRequest, scopes: Scope[], now: number): Grant {
  const { grant, path } = request;
  if (!grant || (grant.expiresAt !== undefined && grant.expiresAt <= now)) {
    throw new Problem('unauthorized', 'The credential is missing or has ended.');
  }
  const isOwn = path.tenantId === undefined || path.tenantId === grant.tenantId;
  if (!isOwn || !scopes.some((scope) => allows(grant, scope))) throw forbidden();
  return grant;
}

/** One text whatever the path holds, so that the answer says nothing about other tenants. */
export const forbidden = (): Problem =>
  new Problem('forbidden', 'The credential does not allow this: check its tenant and its scopes.');

function toResult({ status, body, headers }: ApiResponse): APIGatewayProxyResult {
  return {
    statusCode: status,
    headers: { 'content-type': 'application/json', 'cache-control': 'no-store', ...headers },
    body: JSON.stringify(body),
  };
}

function problems(logger: Logger): Middleware {
  return {
    onError: (request) => {
      const problem = asProblem(request.error, logger);
      request.response = {
        statusCode: problem.status,
        headers: {
          'content-type': 'application/problem+json',
          'cache-control': 'no-store',
          ...problem.headers,
        },
        body: JSON.stringify(problem.body()),
      };
    },
  };
}

function asProblem(error: Error | null | undefined, logger: Logger): Problem {
  if (error instanceof Problem) return error;
  logger.error('request failed', error as Error);
  return new Problem('unavailable', 'The request could not be served now; sending it again is safe.', {
    headers: { 'retry-after': '2' },
  });
}

/** Every line of a request carries its id and tenant; the last one its status. Never a key or a payload. */
function requestLog(logger: Logger): Middleware {
  return {
    before: ({ event, context }) => {
      logger.addContext(context);
      logger.appendKeys({
        requestId: event.requestContext.requestId,
        operation: `${event.httpMethod} ${event.resource}`,
        tenantId: event.requestContext.authorizer?.tenantId,
      });
    },
    after: ({ response }) => finish(logger, response),
    onError: ({ response }) => finish(logger, response),
  };
}

function finish(logger: Logger, response: APIGatewayProxyResult | null | undefined): void {
  logger.info('request answered', { status: response?.statusCode });
  logger.resetKeys();
}
