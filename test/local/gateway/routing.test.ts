import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findMethod } from '../../../local/gateway/find-method.ts';
import { parseTarget } from '../../../local/gateway/request-target.ts';
import { restApiOf } from '../../../local/gateway/rest-api.ts';
import { resolveTemplate } from '../../../local/template/resolved-stack.ts';
import type { TemplateResource } from '../../../local/template/template.ts';

const functionUri = {
  'Fn::Sub':
    'arn:aws:apigateway:eu:lambda:path/2015-03-31/functions/arn:aws:lambda:eu:0:function:f/invocations',
};

/** A REST API with these operations, as the deployment tool compiles one. */
function apiOf(operations: string[]) {
  const Resources: Record<string, TemplateResource> = {
    Api: { Type: 'AWS::ApiGateway::RestApi', Properties: { Name: 'api' } },
    Stage: { Type: 'AWS::ApiGateway::Stage', Properties: { StageName: 'local' } },
  };
  for (const operation of operations) {
    const [HttpMethod, path = ''] = operation.split(' ');
    let parent: unknown = { 'Fn::GetAtt': ['Api', 'RootResourceId'] };
    let id = 'R';
    for (const PathPart of path.split('/').slice(1)) {
      id += PathPart.replace(/\W/g, 'x');
      Resources[id] = { Type: 'AWS::ApiGateway::Resource', Properties: { ParentId: parent, PathPart } };
      parent = { Ref: id };
    }
    Resources[`${id}${HttpMethod}`] = {
      Type: 'AWS::ApiGateway::Method',
      Properties: {
        HttpMethod,
        ResourceId: parent,
        AuthorizationType: 'NONE',
        Integration: { Type: 'AWS_PROXY', Uri: functionUri },
      },
    };
  }
  const around = { region: 'eu', accountId: '0', stackName: 's', queuesUrl: 'http://q' };
  return restApiOf(resolveTemplate({ Resources }, around));
}

const { root } = apiOf([
  'GET /v1/health',
  'GET /v1/tenants/{tenantId}/accounts',
  'GET /v1/tenants/{tenantId}/accounts/{accountId}',
  'PUT /v1/tenants/{tenantId}/accounts/{accountId}',
  'GET /v1/tenants/{tenantId}/accounts/{accountId}/usage',
  'ANY /v1/any',
  'GET /console',
  'GET /console/{proxy+}',
]);

const found = (method: string, path: string) => {
  const { method: { resourcePath } = { resourcePath: undefined }, pathParameters } =
    findMethod(root, method, path) ?? {};
  return resourcePath && { resourcePath, pathParameters };
};

describe('a route', () => {
  it.each([
    ['GET', '/v1/health', '/v1/health', {}],
    ['GET', '/v1/tenants/T001/accounts', '/v1/tenants/{tenantId}/accounts', { tenantId: 'T001' }],
    [
      'PUT',
      '/v1/tenants/T001/accounts/a',
      '/v1/tenants/{tenantId}/accounts/{accountId}',
      { tenantId: 'T001', accountId: 'a' },
    ],
    [
      'GET',
      '/v1/tenants/T001/accounts/..',
      '/v1/tenants/{tenantId}/accounts/{accountId}',
      { tenantId: 'T001', accountId: '..' },
    ],
    [
      'GET',
      '/v1/tenants/a%2Fb/accounts/%2e%2e',
      '/v1/tenants/{tenantId}/accounts/{accountId}',
      { tenantId: 'a%2Fb', accountId: '%2e%2e' },
    ],
    ['PATCH', '/v1/any', '/v1/any', {}],
    ['GET', '/v1/health/', '/v1/health', {}],
    ['GET', '/v1/tenants/T001/accounts/', '/v1/tenants/{tenantId}/accounts', { tenantId: 'T001' }],
    ['GET', '/console/', '/console', {}],
    ['GET', '/console/a', '/console/{proxy+}', { proxy: 'a' }],
    ['GET', '/console/a/../b%2F/c', '/console/{proxy+}', { proxy: 'a/../b%2F/c' }],
  ])('%s %s is %s', (method, path, resourcePath, pathParameters) => {
    expect(found(method, path)).toEqual({ resourcePath, pathParameters });
  });

  it.each([
    ['GET', '/'],
    ['GET', '/v1'],
    ['GET', '/v1/health//'],
    ['GET', '/console//'],
    ['GET', '//v1/health'],
    ['GET', '/v1//health'],
    ['GET', '/V1/health'],
    ['GET', '/v1/tenants//accounts'],
    ['GET', '/v1/tenants/T001/accounts/../../T002/accounts'],
    ['POST', '/v1/health'],
    ['HEAD', '/v1/health'],
    ['OPTIONS', '/v1/tenants/T001/accounts'],
  ])('is none for %s %s', (method, path) => {
    expect(found(method, path)).toBeUndefined();
  });
});

describe('a request target', () => {
  it.each([
    ['/v1/health', '/v1/health', ''],
    ['/a/../b?x=1&x=2', '/a/../b', 'x=1&x=2'],
    ['http://127.0.0.1:4000/v1/%2e%2e/x?y', '/v1/%2e%2e/x', 'y='],
    ['https://host?q=a%20b', '/', 'q=a+b'],
    ['/a?b?c', '/a', 'b%3Fc='],
  ])('%s', (target, path, query) => {
    const parsed = parseTarget(target);
    expect([parsed?.path, parsed?.query.toString()]).toEqual([path, query]);
  });

  it.each(['*', 'v1/health', '/a b', '/a#b', '/ä', '/a"b', '/a<b', 'ftp://host/x', 'host:443'])(
    '%s is none',
    (target) => {
      expect(parseTarget(target)).toBeUndefined();
    },
  );

  it('is never made simpler', () => {
    const segment = fc.constantFrom('..', '.', '', '%2e', '%2F', 'T001', ';', '%00');
    fc.assert(
      fc.property(fc.array(segment, { minLength: 1 }), (segments) => {
        const path = `/${segments.join('/')}`;
        expect(parseTarget(path)?.path).toBe(path);
      }),
    );
  });
});
