import { StackFault } from '../stack-fault.ts';
import type { ResolvedResource, ResolvedStack } from '../template/resolved-stack.ts';
import { type GatewayResponses, gatewayResponses } from './gateway-responses.ts';

/** The REST API of the template, as the gateway plays it. */
export interface RestApi {
  apiId: string;
  stage: string;
  /** Lower-case media types, `*` allowed as in `image/*`. */
  binaryMediaTypes: string[];
  keySource: 'HEADER' | 'AUTHORIZER';
  root: RouteNode;
  responses: GatewayResponses;
  usagePlans: UsagePlan[];
  /** Of all requests together. */
  throttle: Throttle | undefined;
}

export interface RouteNode {
  resourceId: string;
  /** `/v1/tenants/{tenantId}` */
  resourcePath: string;
  /** By segment as it stands in the path. */
  literals: Map<string, RouteNode>;
  /** The child that takes any one segment. */
  parameter: RouteNode | undefined;
  /** The child that takes all that is left of the path, at least one segment: `{proxy+}`. */
  greedy: RouteNode | undefined;
  /** By HTTP method, `ANY` for all. */
  methods: Map<string, Method>;
}

export interface Method {
  resourceId: string;
  resourcePath: string;
  functionArn: string;
  authorizer: AuthorizerSettings | undefined;
  isKeyRequired: boolean;
}

export interface AuthorizerSettings {
  id: string;
  functionArn: string;
  /** Lower-case name of the header that holds the token. */
  header: string;
  validation: RegExp | undefined;
  ttlMs: number;
}

export interface Throttle {
  rate: number;
  burst: number;
}

export interface UsagePlan {
  id: string;
  name: string;
  description: string;
  throttle: Throttle | undefined;
}

type Texts = Record<string, string>;

/** Reads the template's API. Throws a StackFault where it uses what the gateway here does not play. */
export function restApiOf(stack: ResolvedStack): RestApi {
  const [api, ...others] = stack.ofType('AWS::ApiGateway::RestApi');
  if (!api || others.length > 0) throw new StackFault('The local gateway plays exactly one REST API.');
  const [stage] = stack.ofType('AWS::ApiGateway::Stage');
  const { BinaryMediaTypes = [], ApiKeySourceType = 'HEADER', MinimumCompressionSize } = api.properties;
  if (MinimumCompressionSize !== undefined) throw unplayed(api, 'MinimumCompressionSize');
  return {
    apiId: api.physicalId,
    stage: stage?.physicalId ?? String(stack.ofType('AWS::ApiGateway::Deployment')[0]?.properties.StageName),
    binaryMediaTypes: (BinaryMediaTypes as string[]).map((type) => type.toLowerCase()),
    keySource: ApiKeySourceType as RestApi['keySource'],
    root: routesOf(stack, api),
    responses: gatewayResponses(
      stack.ofType('AWS::ApiGateway::GatewayResponse').map(({ properties }) => properties),
    ),
    usagePlans: stack.ofType('AWS::ApiGateway::UsagePlan').map(usagePlanOf),
    throttle: stageThrottle(stage),
  };
}

const unplayed = ({ logicalId }: ResolvedResource, what: string): StackFault =>
  new StackFault(`The local gateway does not play ${what} of ${logicalId}.`);

function routesOf(stack: ResolvedStack, api: ResolvedResource): RouteNode {
  const root = nodeOf(stack.attribute(api.logicalId, 'RootResourceId'), '/');
  const nodes = new Map([[root.resourceId, root]]);
  const pending = new Set(stack.ofType('AWS::ApiGateway::Resource'));
  while (pending.size > 0) {
    const before = pending.size;
    for (const resource of pending) {
      const parent = nodes.get(String(resource.properties.ParentId));
      if (!parent) continue;
      nodes.set(resource.physicalId, addChild(parent, resource));
      pending.delete(resource);
    }
    if (pending.size === before)
      throw unplayed([...pending][0] as ResolvedResource, 'a parent that is missing');
  }
  const authorizers = new Map(
    stack
      .ofType('AWS::ApiGateway::Authorizer')
      .map((resource) => [resource.physicalId, authorizerOf(resource)]),
  );
  for (const method of stack.ofType('AWS::ApiGateway::Method')) addMethod(nodes, authorizers, method);
  return root;
}

const nodeOf = (resourceId: string, resourcePath: string): RouteNode => ({
  resourceId,
  resourcePath,
  literals: new Map(),
  parameter: undefined,
  greedy: undefined,
  methods: new Map(),
});

function addChild(parent: RouteNode, resource: ResolvedResource): RouteNode {
  const part = String(resource.properties.PathPart);
  const child = nodeOf(resource.physicalId, `${parent.resourcePath.replace(/\/$/, '')}/${part}`);
  if (part.endsWith('+}')) parent.greedy = child;
  else if (part.startsWith('{')) parent.parameter = child;
  else parent.literals.set(part, child);
  return child;
}

function addMethod(
  nodes: Map<string, RouteNode>,
  authorizers: Map<string, AuthorizerSettings>,
  method: ResolvedResource,
): void {
  const { ResourceId, HttpMethod, AuthorizationType, AuthorizerId, ApiKeyRequired } = method.properties;
  const node = nodes.get(String(ResourceId));
  if (!node) throw unplayed(method, 'a resource that is missing');
  const { Type, Uri } = method.properties.Integration as Texts;
  if (Type !== 'AWS_PROXY') throw unplayed(method, `the integration ${Type}`);
  if (AuthorizationType !== 'NONE' && AuthorizationType !== 'CUSTOM') {
    throw unplayed(method, `the authorization ${AuthorizationType}`);
  }
  const authorizer = AuthorizationType === 'CUSTOM' ? authorizers.get(String(AuthorizerId)) : undefined;
  if (AuthorizationType === 'CUSTOM' && !authorizer) throw unplayed(method, 'an authorizer that is missing');
  node.methods.set(String(HttpMethod), {
    resourceId: node.resourceId,
    resourcePath: node.resourcePath,
    functionArn: functionArnOf(method, Uri),
    authorizer,
    isKeyRequired: ApiKeyRequired === true,
  });
}

function authorizerOf(resource: ResolvedResource): AuthorizerSettings {
  const { Type, IdentitySource, IdentityValidationExpression, AuthorizerResultTtlInSeconds, AuthorizerUri } =
    resource.properties;
  const header = /^method\.request\.header\.([\w-]+)$/.exec(String(IdentitySource))?.[1];
  if (Type !== 'TOKEN' || !header)
    throw unplayed(resource, `an authorizer of type ${Type} by ${IdentitySource}`);
  return {
    id: resource.physicalId,
    functionArn: functionArnOf(resource, AuthorizerUri),
    header: header.toLowerCase(),
    validation: IdentityValidationExpression
      ? new RegExp(`^(?:${IdentityValidationExpression})$`)
      : undefined,
    ttlMs: Number(AuthorizerResultTtlInSeconds ?? 300) * 1000,
  };
}

function functionArnOf(resource: ResolvedResource, uri: unknown): string {
  const arn = /functions\/(arn:[^/]+)\/invocations$/.exec(String(uri))?.[1];
  if (!arn) throw unplayed(resource, `the integration's URI ${uri}`);
  return arn;
}

function usagePlanOf(resource: ResolvedResource): UsagePlan {
  const { Quota, Throttle: throttle, UsagePlanName, Description = '' } = resource.properties;
  if (Quota !== undefined) throw unplayed(resource, 'Quota');
  const { RateLimit, BurstLimit } = (throttle ?? {}) as Record<string, unknown>;
  return {
    id: resource.physicalId,
    name: String(UsagePlanName ?? resource.logicalId),
    description: String(Description),
    throttle: throttle ? { rate: Number(RateLimit), burst: Number(BurstLimit) } : undefined,
  };
}

/** Only what holds for every method; a method with a rate of its own would have to be played. */
function stageThrottle(stage: ResolvedResource | undefined): Throttle | undefined {
  const settings = (stage?.properties.MethodSettings ?? []) as Record<string, unknown>[];
  const [forAll] = settings;
  if (!stage || !forAll) return undefined;
  if (settings.length > 1 || forAll.ResourcePath !== '/*' || forAll.HttpMethod !== '*') {
    throw unplayed(stage, 'MethodSettings of single methods');
  }
  const { ThrottlingRateLimit, ThrottlingBurstLimit } = forAll;
  return ThrottlingRateLimit === undefined
    ? undefined
    : { rate: Number(ThrottlingRateLimit), burst: Number(ThrottlingBurstLimit) };
}
