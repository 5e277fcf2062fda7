import type { GatewayKey, GatewayKeys } from '../gateway/gateway-keys.ts';
import type { UsagePlan } from '../gateway/rest-api.ts';

/** An answer of the control plane, as the AWS SDK reads it. */
export interface ControlAnswer {
  status: number;
  body: unknown;
  errorType?: string;
}

interface ControlRequest {
  query: URLSearchParams;
  input: Record<string, unknown>;
  ids: string[];
  now: number;
}

type Operate = (request: ControlRequest) => ControlAnswer;

const notFound = (what: string): ControlAnswer => ({
  status: 404,
  errorType: 'NotFoundException',
  body: { message: `Invalid ${what} identifier specified` },
});

/**
 * The calls of API Gateway's control plane that keep keys and put them into usage plans, in its REST form, so
 * that the operator's command makes tenants here with the same client as on AWS. Undefined where the path is
 * none of them.
 */
export function gatewayControl(keys: GatewayKeys, plans: UsagePlan[]) {
  const operations: [method: string, path: RegExp, operate: Operate][] = [
    ['POST', /^\/apikeys$/, createKey(keys)],
    ['GET', /^\/apikeys$/, listKeys(keys)],
    ['GET', /^\/apikeys\/([^/]+)$/, getKey(keys)],
    ['DELETE', /^\/apikeys\/([^/]+)$/, deleteKey(keys)],
    ['GET', /^\/usageplans$/, () => ({ status: 200, body: { item: plans.map(planBody) } })],
    ['POST', /^\/usageplans\/([^/]+)\/keys$/, addToPlan(keys, plans)],
    ['GET', /^\/usageplans\/([^/]+)\/keys$/, listPlanKeys(keys, plans)],
    ['DELETE', /^\/usageplans\/([^/]+)\/keys\/([^/]+)$/, removeFromPlan(keys)],
  ];
  return (
    method: string,
    url: URL,
    input: Record<string, unknown>,
    now: number,
  ): ControlAnswer | undefined => {
    for (const [verb, path, operate] of operations) {
      const ids = verb === method ? path.exec(url.pathname)?.slice(1).map(decodeURIComponent) : undefined;
      if (ids) return operate({ query: url.searchParams, input, ids, now });
    }
    return undefined;
  };
}

const planBody = ({ id, name, description, throttle }: UsagePlan) => ({
  id,
  name,
  description,
  ...(throttle && { throttle: { rateLimit: throttle.rate, burstLimit: throttle.burst } }),
});

const keyBody = (key: GatewayKey, withValue: boolean) => ({
  id: key.id,
  name: key.name,
  ...(key.description !== undefined && { description: key.description }),
  enabled: key.enabled,
  createdDate: Math.floor(key.createdAt / 1000),
  ...(withValue && { value: key.value }),
});

const createKey =
  (keys: GatewayKeys): Operate =>
  ({ input, now }) => {
    const { name, value, description, enabled } = input;
    if (typeof value !== 'string' || value.length < 20 || value.length > 128) {
      return {
        status: 400,
        errorType: 'BadRequestException',
        body: { message: 'API Key value should be 20 to 128 characters' },
      };
    }
    const key = keys.create({
      name: String(name ?? ''),
      value,
      enabled: enabled === true,
      createdAt: now,
      ...(typeof description === 'string' && { description }),
    });
    if (key) return { status: 201, body: keyBody(key, true) };
    return { status: 409, errorType: 'ConflictException', body: { message: 'API Key already exists' } };
  };

/** Pages as the SDK's paginator asks for them: `position` is the id of the first key of the page. */
const listKeys =
  (keys: GatewayKeys): Operate =>
  ({ query }) => {
    const name = query.get('name') ?? '';
    const limit = Number(query.get('limit') ?? 25);
    const matching = keys.list().filter((key) => key.name.startsWith(name));
    const position = query.get('position');
    const first = position
      ? Math.max(
          0,
          matching.findIndex(({ id }) => id === position),
        )
      : 0;
    const next = matching[first + limit];
    return {
      status: 200,
      body: {
        item: matching
          .slice(first, first + limit)
          .map((key) => keyBody(key, query.get('includeValues') === 'true')),
        ...(next && { position: next.id }),
      },
    };
  };

const getKey =
  (keys: GatewayKeys): Operate =>
  ({ ids, query }) => {
    const key = keys.find(ids[0] ?? '');
    return key
      ? { status: 200, body: keyBody(key, query.get('includeValue') === 'true') }
      : notFound('API Key');
  };

const deleteKey =
  (keys: GatewayKeys): Operate =>
  ({ ids }) =>
    keys.remove(ids[0] ?? '') ? { status: 202, body: undefined } : notFound('API Key');

const planKeyBody = ({ id, value, name }: GatewayKey) => ({ id, type: 'API_KEY', value, name });

const addToPlan =
  (keys: GatewayKeys, plans: UsagePlan[]): Operate =>
  ({ ids, input }) => {
    const [planId = ''] = ids;
    const key = keys.find(String(input.keyId));
    if (!plans.some(({ id }) => id === planId)) return notFound('Usage Plan');
    if (!key) return notFound('API Key');
    if (key.plans.length > 0) {
      const message = `API Key ${key.id} is in a usage plan of this stage already`;
      return { status: 409, errorType: 'ConflictException', body: { message } };
    }
    keys.replace({ ...key, plans: [planId] });
    return { status: 201, body: planKeyBody(key) };
  };

const listPlanKeys =
  (keys: GatewayKeys, plans: UsagePlan[]): Operate =>
  ({ ids }) => {
    const [planId = ''] = ids;
    if (!plans.some(({ id }) => id === planId)) return notFound('Usage Plan');
    return {
      status: 200,
      body: {
        item: keys
          .list()
          .filter((key) => key.plans.includes(planId))
          .map(planKeyBody),
      },
    };
  };

const removeFromPlan =
  (keys: GatewayKeys): Operate =>
  ({ ids }) => {
    const [planId = '', keyId = ''] = ids;
    const key = keys.find(keyId);
    if (!key?.plans.includes(planId)) return notFound('Usage Plan Key');
    keys.replace({ ...key, plans: key.plans.filter((id) => id !== planId) });
    return { status: 202, body: undefined };
  };
