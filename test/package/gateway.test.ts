import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import openapi from '../../events/openapi.yaml';
import { problemCodes } from '../../events/problem.ts';
import { forbidden } from '../../infra/http/api-handler.ts';
import {
  ofType,
  type PackagedStack,
  type Properties,
  packageStack,
  propertiesOf,
} from './support/packaged-stack.ts';

const contract = openapi as Properties;

let stack: PackagedStack;
beforeAll(async () => {
  stack = await packageStack();
});
afterAll(() => stack?.remove());

interface Method {
  operation: string;
  properties: Properties;
}

/** Deployed methods as `get /v1/tenants/{tenantId}/usage`: all of the API, none of the console. */
const methods = (): Method[] => allMethods().filter(({ operation }) => !operation.startsWith('get /console'));

function allMethods(): Method[] {
  const pathOf = (id: string): string => {
    const { ParentId, PathPart } = propertiesOf(stack, id);
    return `${ParentId.Ref ? pathOf(ParentId.Ref) : ''}/${PathPart}`;
  };
  return ofType(stack, 'AWS::ApiGateway::Method').map(([, { Properties }]) => ({
    operation: `${Properties.HttpMethod.toLowerCase()} ${pathOf(Properties.ResourceId.Ref)}`,
    properties: Properties,
  }));
}

const operationOf = (operation: string): Properties | undefined => {
  const [method, path] = operation.split(' ') as [string, string];
  return contract.paths[path]?.[method];
};

describe('methods', () => {
  it('are all in the contract', () => {
    const deployed = methods().map(({ operation }) => operation);
    expect(deployed.length).toBeGreaterThanOrEqual(11);
    expect(deployed.filter((operation) => !operationOf(operation))).toEqual([]);
  });

  it('ask for a credential, and count it, wherever the contract does', () => {
    for (const { operation, properties } of methods()) {
      const isOpen = operationOf(operation)?.security?.length === 0;
      expect({ operation, type: properties.AuthorizationType, isCounted: properties.ApiKeyRequired }).toEqual(
        {
          operation,
          type: isOpen ? 'NONE' : 'CUSTOM',
          isCounted: !isOpen,
        },
      );
      if (!isOpen)
        expect(properties.AuthorizerId).toEqual({ Ref: 'AuthorizeDashtenantApiGatewayAuthorizer' });
    }
  });

  it('never pass a path to the Lambda but as a proxy', () => {
    for (const { operation, properties } of allMethods()) {
      expect(properties.Integration.Type, operation).toBe('AWS_PROXY');
    }
  });
});

describe('the authorizer', () => {
  const expression = () =>
    new RegExp(propertiesOf(stack, 'AuthorizeDashtenantApiGatewayAuthorizer').IdentityValidationExpression);

  it.each([
    'Bearer tg_T001-a1B2_c3D4-e5',
    'Bearer tg_T_1-0a1b2c_3d4e5f',
    'Bearer eyJhbGciOiJFUzI1NiJ9.eyJ0ZW5hbnQiOiJUMDAxIn0.c2ln_bmF0-dXJl',
  ])('is asked about %j', (header) => {
    expect(header).toMatch(expression());
  });

  it.each([
    '',
    'Bearer',
    'Bearer ',
    'bearer tg_T001-a_b',
    'Basic dXNlcjpwYXNz',
    'tg_T001-a_b',
    'Bearer tg_',
    'Bearer tg_T001 a',
    'Bearer a.b',
    'Bearer a.b.c.d',
    'Bearer a..c',
    'Bearer tg_T001-a_b\nBearer tg_T002-a_b',
    ' Bearer tg_T001-a_b',
  ])('is not troubled with %j', (header) => {
    expect(header).not.toMatch(expression());
  });

  it('is forgotten in time for a revoked key to stop within a minute', () => {
    const { AuthorizerResultTtlInSeconds, Type } = propertiesOf(
      stack,
      'AuthorizeDashtenantApiGatewayAuthorizer',
    );
    expect(AuthorizerResultTtlInSeconds).toBeLessThanOrEqual(30);
    expect(Type).toBe('TOKEN');
  });

  it('names the key that the usage plans count', () => {
    expect(propertiesOf(stack, 'ApiGatewayRestApi').ApiKeySourceType).toBe('AUTHORIZER');
    const rates = ofType(stack, 'AWS::ApiGateway::UsagePlan').map(([id, { Properties }]) => [
      id,
      Properties.Throttle,
    ]);
    expect(Object.fromEntries(rates)).toEqual({
      UsagePlanStandard: { RateLimit: 100, BurstLimit: 200 },
      UsagePlanHigh: { RateLimit: 1_000, BurstLimit: 2_000 },
    });
    for (const [, { Properties }] of ofType(stack, 'AWS::ApiGateway::UsagePlan')) {
      expect(Properties.ApiStages).toEqual([
        { ApiId: { Ref: 'ApiGatewayRestApi' }, Stage: { Ref: 'ApiGatewayStage' } },
      ]);
    }
  });
});

describe('bodies', () => {
  it('reach the Lambda as bytes, in every content type of the contract', () => {
    const { requestBody } = operationOf('post /v1/tenants/{tenantId}/events') as Properties;
    const { BinaryMediaTypes, MinimumCompressionSize } = propertiesOf(stack, 'ApiGatewayRestApi');
    const isBinary = (type: string) =>
      BinaryMediaTypes.some((each: string) => each === type || each === '*/*');
    expect(Object.keys(requestBody.content).filter((type) => !isBinary(type))).toEqual([]);
    expect(MinimumCompressionSize).toBeUndefined();
  });
});

describe("the gateway's own answers", () => {
  /** Every type that AWS lists: a type that is not ours would be answered in AWS's words. */
  const types = `ACCESS_DENIED API_CONFIGURATION_ERROR AUTHORIZER_CONFIGURATION_ERROR AUTHORIZER_FAILURE
    BAD_REQUEST_BODY BAD_REQUEST_PARAMETERS DEFAULT_4XX DEFAULT_5XX EXPIRED_TOKEN INTEGRATION_FAILURE
    INTEGRATION_TIMEOUT INVALID_API_KEY INVALID_SIGNATURE MISSING_AUTHENTICATION_TOKEN QUOTA_EXCEEDED
    REQUEST_TOO_LARGE RESOURCE_NOT_FOUND THROTTLED UNAUTHORIZED UNSUPPORTED_MEDIA_TYPE WAF_FILTERED`.split(
    /\s+/,
  );

  const answers = () =>
    ofType(stack, 'AWS::ApiGateway::GatewayResponse').map(([, { Properties }]) => ({
      type: Properties.ResponseType as string,
      status: Number(Properties.StatusCode),
      headers: Properties.ResponseParameters as Record<string, string>,
      body: JSON.parse(Properties.ResponseTemplates['application/json']),
    }));

  it('are problem+json by the contract, for every type', () => {
    expect(
      answers()
        .map(({ type }) => type)
        .toSorted(),
    ).toEqual(types.toSorted());
    for (const { type, status, headers, body } of answers()) {
      const { title, status: codeStatus } = problemCodes[body.code as keyof typeof problemCodes];
      expect({ status, ...body }, type).toEqual({ ...body, type: 'about:blank', title, status: codeStatus });
      expect(headers['gatewayresponse.header.Content-Type']).toBe("'application/problem+json'");
    }
  });

  it('never repeat what was sent', () => {
    for (const { type, body } of answers()) expect(JSON.stringify(body), type).not.toContain('$context');
  });

  it('say 403 in the very words of the handlers', () => {
    const denied = answers().find(({ type }) => type === 'ACCESS_DENIED');
    expect(denied?.body).toEqual(forbidden().body());
  });

  it('say when to come again', () => {
    for (const { type, status, headers } of answers()) {
      const waits = headers['gatewayresponse.header.Retry-After'] !== undefined;
      expect({ type, waits }).toEqual({ type, waits: status === 429 || status === 503 });
    }
  });
});

describe('the stage', () => {
  it('is throttled, and its log holds nothing that lets anybody in', () => {
    const { MethodSettings, AccessLogSetting } = propertiesOf(stack, 'ApiGatewayStage');
    expect(MethodSettings).toEqual([
      expect.objectContaining({
        ThrottlingRateLimit: 10_000,
        ThrottlingBurstLimit: 5_000,
        DataTraceEnabled: false,
      }),
    ]);
    const variables = [...AccessLogSetting.Format.matchAll(/\$context\.([\w.]+)/g)].map(([, name]) => name);
    expect(variables).toContain('authorizer.tenantId');
    expect(
      variables.filter((name) => /header|apiKey|querystring|body|^path$|accessKey|token/i.test(name)),
    ).toEqual([]);
    expect(() => JSON.parse(AccessLogSetting.Format)).not.toThrow();
  });

  it('has a deployment that waits for all that it is a copy of', () => {
    const [[id, deployment] = []] = ofType(stack, 'AWS::ApiGateway::Deployment');
    expect(propertiesOf(stack, 'ApiGatewayStage').DeploymentId).toEqual({ Ref: id });
    expect(deployment?.Properties.StageName).toBeUndefined();
    const deployed = [
      ...ofType(stack, 'AWS::ApiGateway::Method'),
      ...ofType(stack, 'AWS::ApiGateway::GatewayResponse'),
    ];
    expect(deployment?.DependsOn).toEqual(expect.arrayContaining(deployed.map(([name]) => name)));
  });
});
