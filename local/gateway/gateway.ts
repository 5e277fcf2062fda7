import type { Authorized, Invoke } from './authorize.ts';
import { authorizing } from './authorize.ts';
import { type FoundMethod, findMethod } from './find-method.ts';
import type { GatewayKeys } from './gateway-keys.ts';
import type { ResponseType } from './gateway-responses.ts';
import { type ProxyAnswer, readProxyAnswer } from './proxy-answer.ts';
import { type GatewayRequest, onlyHeader, proxyEvent } from './proxy-event.ts';
import type { RestApi } from './rest-api.ts';
import { tokenBucket } from './token-bucket.ts';
import { usagePlans } from './usage-plans.ts';

/** Plays the REST API: one request in, one answer out. */
export interface Gateway {
  answer(request: GatewayRequest): Promise<ProxyAnswer>;
  /** The answer to a request that did not get so far as to be one. */
  refuse(type: ResponseType, requestId: string): ProxyAnswer;
}

export interface GatewaySurroundings {
  region: string;
  accountId: string;
  invoke: Invoke;
  keys: GatewayKeys;
}

/** The gateway waits this long for a Lambda. */
const integrationMsMax = 29_000;

export function gateway(api: RestApi, { region, accountId, invoke, keys }: GatewaySurroundings): Gateway {
  const authorize = authorizing(invoke);
  const takeOfPlan = usagePlans(api.usagePlans, keys);
  const stageBucket = api.throttle && tokenBucket(api.throttle);

  const methodArn = ({ httpMethod, target }: GatewayRequest) =>
    `arn:aws:execute-api:${region}:${accountId}:${api.apiId}/${api.stage}/${httpMethod}/${target.path.slice(1)}`;

  /** Whose request it is, or why it goes no further. */
  const admit = async (
    request: GatewayRequest,
    { method }: FoundMethod,
  ): Promise<Authorized | undefined | { refused: ResponseType }> => {
    const now = request.receivedAt;
    let authorized: Authorized | undefined;
    if (method.authorizer) {
      const token = onlyHeader(request.headers, method.authorizer.header);
      const verdict = await authorize(method.authorizer, token, methodArn(request), now);
      if ('refused' in verdict) return verdict;
      authorized = verdict;
    }
    if (method.isKeyRequired) {
      const key =
        api.keySource === 'AUTHORIZER' ? authorized?.usageKey : onlyHeader(request.headers, 'x-api-key');
      const verdict = takeOfPlan(key ?? '', now);
      if (verdict !== 'allowed') return { refused: verdict === 'unknown' ? 'INVALID_API_KEY' : 'THROTTLED' };
    }
    if (stageBucket && !stageBucket.take(now)) return { refused: 'THROTTLED' };
    return authorized;
  };

  const refuse = (type: ResponseType, requestId: string): ProxyAnswer => {
    const { status, headers, body } = api.responses.answer(type, { requestId, stage: api.stage });
    return { status, headers: Object.entries(headers), body: Buffer.from(body) };
  };

  return {
    refuse,
    async answer(request) {
      const found = findMethod(api.root, request.httpMethod, request.target.path);
      if (!found) return refuse('MISSING_AUTHENTICATION_TOKEN', request.requestId);
      const authorized = await admit(request, found);
      if (authorized && 'refused' in authorized) return refuse(authorized.refused, request.requestId);
      const event = JSON.stringify(proxyEvent(api, request, found, authorized, accountId));
      const result = await withinTime(invoke(found.method.functionArn, event));
      if (!result) return refuse('INTEGRATION_TIMEOUT', request.requestId);
      const accept = onlyHeader(request.headers, 'accept');
      return (
        readProxyAnswer(result, accept, api.binaryMediaTypes) ??
        refuse('INTEGRATION_FAILURE', request.requestId)
      );
    },
  };
}

async function withinTime<T>(result: Promise<T>): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), integrationMsMax);
  });
  try {
    return await Promise.race([result, late]);
  } finally {
    clearTimeout(timer);
  }
}
