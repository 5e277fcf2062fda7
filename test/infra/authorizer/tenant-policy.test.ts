import { runSimulation } from '@cloud-copilot/iam-simulate';
import type { PolicyDocument, Statement } from 'aws-lambda';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Scope, scopes } from '../../../domain/tenancy/grant.ts';
import { tenantPolicy } from '../../../infra/authorizer/tenant-policy.ts';

const api = 'arn:aws:execute-api:eu-central-1:123456789012:a1b2c3d4e5/prod';

const policyOf = (tenantId: string, given: Scope[], methodArn = `${api}/GET/v1/whoami`) =>
  tenantPolicy({ tenantId, scopes: given }, { methodArn, principalId: 'p', gatewayKey: 'g' });

function resourcesOf(document: PolicyDocument): string[] {
  expect(document.Statement).toHaveLength(1);
  const statement = document.Statement[0] as Statement & { Resource: string[] };
  expect(statement).toMatchObject({ Effect: 'Allow', Action: 'execute-api:Invoke' });
  return statement.Resource;
}

/** IAM's own rule: `*` is any text, `?` any one character, all else itself. */
function matches(pattern: string, text: string): boolean {
  const escaped = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${escaped}$`, 's').test(text);
}

const allows = (tenantId: string, given: Scope[], path: string): boolean =>
  resourcesOf(policyOf(tenantId, given).policyDocument).some((resource) =>
    matches(resource, `${api}/${path}`),
  );

/** Every operation of the contract that takes a credential, by the scopes that suffice. */
const operations: [string, Scope[]][] = [
  ['GET/v1/whoami', ['ingest', 'read', 'manage']],
  ['POST/v1/tenants/T/events', ['ingest']],
  ['GET/v1/tenants/T/usage', ['read', 'manage']],
  ['GET/v1/tenants/T/health', ['read', 'manage']],
  ['GET/v1/tenants/T/accounts', ['read', 'manage']],
  ['GET/v1/tenants/T/accounts/a', ['read', 'manage']],
  ['PUT/v1/tenants/T/accounts/a', ['manage']],
  ['GET/v1/tenants/T/accounts/a/access', ['ingest', 'read', 'manage']],
  ['GET/v1/tenants/T/accounts/a/usage', ['read', 'manage']],
  ['GET/v1/tenants/T/accounts/a/devices/d/usage', ['read', 'manage']],
  ['GET/v1/tenants/T/series', ['read', 'manage']],
  ['GET/v1/tenants/T/series/s', ['read', 'manage']],
  ['PUT/v1/tenants/T/series/s', ['manage']],
  ['GET/v1/tenants/T/anomalies', ['read', 'manage']],
  ['POST/v1/tenants/T/anomalies/x/feedback', ['manage']],
  ['GET/v1/tenants/T/config', ['read', 'manage']],
  ['PUT/v1/tenants/T/config', ['manage']],
];

describe('tenantPolicy', () => {
  it.each(operations)('%s takes %o', (path, sufficient) => {
    for (const scope of scopes) {
      expect([scope, allows('T001', [scope], path.replace('/T/', '/T001/'))]).toEqual([
        scope,
        sufficient.includes(scope),
      ]);
    }
  });

  it('is the same whatever path was asked for, so that the gateway may keep it', () => {
    const paths = ['GET/v1/whoami', 'PUT/v1/tenants/T002/config', 'POST/v1/tenants/T001/events', 'GET/'];
    const policies = paths.map((path) => JSON.stringify(policyOf('T001', ['manage'], `${api}/${path}`)));
    expect(new Set(policies).size).toBe(1);
  });

  it('names the api and the stage that were asked, never all', () => {
    for (const resource of resourcesOf(policyOf('T001', [...scopes]).policyDocument)) {
      expect(resource.startsWith(`${api}/`)).toBe(true);
    }
    expect(() => policyOf('T001', ['read'], 'arn:aws:execute-api:x:1:*/*/GET/x')).toThrow('method ARN');
    expect(() => policyOf('T001', ['read'], '*')).toThrow('method ARN');
  });

  it('hands on the grant, the gateway key and who it is, as strings', () => {
    const grant = { tenantId: 'T001', scopes: ['ingest' as const], accounts: ['a,b'], expiresAt: 5 };
    expect(
      tenantPolicy(grant, { methodArn: `${api}/GET/x`, principalId: 'who', gatewayKey: 'key' }),
    ).toMatchObject({
      principalId: 'who',
      usageIdentifierKey: 'key',
      context: { tenantId: 'T001', scopes: 'ingest', accounts: '["a,b"]', expiresAt: '5' },
    });
  });

  it("never reaches another tenant's path, however ids resemble one another", () => {
    const id = fc.stringMatching(/^[A-Za-z0-9_-]{1,64}$/);
    const alike = id.chain((one) =>
      fc.tuple(
        fc.constant(one),
        fc.oneof(
          id,
          id.map((more) => (one + more).slice(0, 64)),
          fc.constant(one.slice(0, -1) || 'x'),
        ),
      ),
    );
    const rest = fc.oneof(
      fc.constantFrom(...operations.map(([path]) => path.split('/T/')[1] ?? '')),
      fc.string(),
      fc
        .array(fc.constantFrom('..', '.', 'accounts', 'access', '%2F', 'v1', 'tenants', 'whoami', '*', '?'), {
          maxLength: 6,
        })
        .map((segments) => segments.join('/')),
    );
    fc.assert(
      fc.property(
        alike,
        rest,
        fc.constantFrom('GET', 'PUT', 'POST', 'DELETE', '*'),
        ([own, other], path, method) => {
          fc.pre(own !== other);
          expect(allows(own, [...scopes], `${method}/v1/tenants/${other}/${path}`)).toBe(false);
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it('agrees with a simulation of IAM', async () => {
    const decide = async (path: string) => {
      const simulation = {
        request: {
          principal: 'arn:aws:iam::123456789012:user/caller',
          action: 'execute-api:Invoke',
          resource: { resource: `${api}/${path}`, accountId: '123456789012' },
          contextVariables: {},
        },
        identityPolicies: [{ name: 'tenant', policy: policyOf('T001', ['ingest', 'read']).policyDocument }],
        serviceControlPolicies: [],
        resourceControlPolicies: [],
      };
      const result = await runSimulation(simulation as Parameters<typeof runSimulation>[0], {});
      if (result.resultType === 'error') throw new Error(JSON.stringify(result.errors));
      return result.overallResult;
    };
    for (const [path, sufficient] of operations) {
      const isAllowed = sufficient.some((scope) => scope !== 'manage');
      expect([path, await decide(path.replace('/T/', '/T001/'))]).toEqual([
        path,
        isAllowed ? 'Allowed' : 'ImplicitlyDenied',
      ]);
      if (path.includes('/T/')) {
        expect([path, await decide(path.replace('/T/', '/T0012/'))]).toEqual([path, 'ImplicitlyDenied']);
      }
    }
  });
});
