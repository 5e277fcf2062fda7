import { runSimulation } from '@cloud-copilot/iam-simulate';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Scope } from '../../domain/tenancy/grant.ts';
import { tenantPolicy } from '../../infra/authorizer/tenant-policy.ts';

/**
 * The authorizer's policy, simulated as IAM evaluates it, on paths as a caller may write them. The gateway caches
 * the policy by credential alone, so what it allows it allows on every path. (A bare `*` in a path would be taken
 * for a wildcard by the simulator; to IAM it is a character like any other.)
 */

const stage = 'arn:aws:execute-api:eu-central-1:123456789012:a1b2c3/test';

async function mayCall(
  scopes: Scope[],
  method: string,
  path: string,
  asked = 'GET/v1/whoami',
): Promise<boolean> {
  const { policyDocument } = tenantPolicy(
    { tenantId: 'T001', scopes },
    { methodArn: `${stage}/${asked}`, principalId: 'a-key', gatewayKey: 'k' },
  );
  const outcome = await runSimulation(
    {
      request: {
        action: 'execute-api:Invoke',
        principal: 'arn:aws:iam::123456789012:role/caller',
        resource: { resource: `${stage}/${method}${path}`, accountId: '123456789012' },
        contextVariables: {},
      },
      identityPolicies: [{ name: 'authorizer', policy: policyDocument }],
      serviceControlPolicies: [],
      resourceControlPolicies: [],
    },
    {},
  );
  if (outcome.resultType === 'error') throw new Error(outcome.errors.message);
  return outcome.overallResult === 'Allowed';
}

const everyScope: Scope[] = ['ingest', 'read', 'manage'];

describe('what a tenant may call', () => {
  const calls: { method: string; path: string; scopes: Scope[] }[] = [
    { method: 'GET', path: '/v1/whoami', scopes: ['ingest', 'read', 'manage'] },
    { method: 'POST', path: '/v1/tenants/T001/events', scopes: ['ingest'] },
    { method: 'GET', path: '/v1/tenants/T001/accounts/a/access', scopes: ['ingest', 'read', 'manage'] },
    { method: 'GET', path: '/v1/tenants/T001/usage', scopes: ['read', 'manage'] },
    { method: 'GET', path: '/v1/tenants/T001/accounts/acct%2F42/usage', scopes: ['read', 'manage'] },
    { method: 'GET', path: '/v1/tenants/T001/accounts/a/devices/d/usage', scopes: ['read', 'manage'] },
    { method: 'GET', path: '/v1/tenants/T001/config', scopes: ['read', 'manage'] },
    { method: 'PUT', path: '/v1/tenants/T001/config', scopes: ['manage'] },
    { method: 'PUT', path: '/v1/tenants/T001/accounts/a', scopes: ['manage'] },
    { method: 'POST', path: '/v1/tenants/T001/anomalies/a/feedback', scopes: ['manage'] },
    { method: 'DELETE', path: '/v1/tenants/T001/config', scopes: [] },
  ];

  it.each(calls)('$method $path takes one of the scopes $scopes', async ({ method, path, scopes }) => {
    for (const scope of everyScope) {
      expect({ scope, may: await mayCall([scope], method, path) }).toEqual({
        scope,
        may: scopes.includes(scope),
      });
    }
  });

  it('is the same whatever was asked for first', async () => {
    for (const asked of ['GET/v1/tenants/T002/usage', 'POST/v1/tenants/T001/events', 'GET/']) {
      expect(await mayCall(['read'], 'GET', '/v1/tenants/T001/usage', asked)).toBe(true);
      expect(await mayCall(['read'], 'GET', '/v1/tenants/T002/usage', asked)).toBe(false);
    }
  });
});

const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS'];

describe('what another tenant has', () => {
  const others = [
    'T002',
    'T0012',
    'T00',
    'T001-',
    't001',
    'T001%00',
    'T001%20',
    '%54002',
    'T001;x',
    '%2A',
    '',
    ' ',
  ];
  const rests = [
    'events',
    'usage',
    'accounts',
    'accounts/T001',
    'accounts/T001/usage',
    'config',
    'tenants/T001/usage',
  ];

  it.each(others)('is not called by /v1/tenants/%s/…', async (other) => {
    for (const rest of rests) {
      for (const method of methods) {
        const path = `/v1/tenants/${other}/${rest}`;
        expect({ method, path, may: await mayCall(everyScope, method, path) }).toEqual({
          method,
          path,
          may: false,
        });
      }
    }
  });

  it.each([
    '/v1/tenants/T002/../T001/usage',
    '/v1//tenants/T001/usage',
    '//v1/tenants/T001/usage',
    '/v1/Tenants/T001/usage',
    '/v1/tenants/./T001/usage',
    '/v1/whoami/../tenants/T002/usage',
    '/v1/whoami/',
    '/v2/tenants/T001/usage',
  ])('is not called by %s', async (path) => {
    for (const method of methods) {
      expect({ method, may: await mayCall(everyScope, method, path) }).toEqual({ method, may: false });
    }
  });

  it('is not called by any path whose tenant is another', async () => {
    const segment = fc.oneof(
      fc.constantFrom(
        'T001',
        'T002',
        '..',
        '.',
        '%2e%2e',
        '%2F',
        'v1',
        'tenants',
        'usage',
        'T001%2F..%2FT002',
      ),
      fc.string({ maxLength: 6 }).map((text) => encodeURIComponent(text).replaceAll('*', '%2A')),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...methods),
        segment.filter((tenant) => tenant !== 'T001'),
        fc.array(segment, { maxLength: 4 }),
        async (method, tenant, rest) => {
          expect(await mayCall(everyScope, method, ['/v1/tenants', tenant, ...rest].join('/'))).toBe(false);
        },
      ),
      { numRuns: 500 },
    );
  });
});
