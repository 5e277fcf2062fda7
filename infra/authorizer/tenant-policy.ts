import type { APIGatewayAuthorizerResult } from 'aws-lambda';
import type { Grant, Scope } from '../../domain/tenancy/grant.ts';
import { toAuthorizerContext } from '../http/api-request.ts';

/** What is below its tenant's path, by scope: method and path, in which `*` stands for anything. */
const tenantPaths: Record<Scope, string[]> = {
  ingest: ['POST/events', 'GET/accounts/*/access'],
  read: ['GET/*'],
  manage: ['GET/*', 'PUT/*', 'POST/anomalies/*/feedback'],
};

/** Asking whose a credential is takes no scope. */
const anybodysPath = 'GET/v1/whoami';

/**
 * The authorizer's answer: a policy for all that the credential may do and not just for the path that was asked
 * for. So the gateway may keep it and use it on every path, and it is the same whether another tenant exists or
 * not.
 */
export function tenantPolicy(
  grant: Grant,
  request: { methodArn: string; principalId: string; gatewayKey: string },
): APIGatewayAuthorizerResult {
  const stage = stageArn(request.methodArn);
  const own = new Set(grant.scopes.flatMap((scope) => tenantPaths[scope]));
  const paths = [...own].map((path) => path.replace('/', `/v1/tenants/${grant.tenantId}/`));
  return {
    principalId: request.principalId,
    policyDocument: {
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Action: 'execute-api:Invoke',
          Resource: [...paths, anybodysPath].map((path) => `${stage}/${path}`),
        },
      ],
    },
    context: toAuthorizerContext(grant),
    usageIdentifierKey: request.gatewayKey,
  };
}

/** `arn:aws:execute-api:region:account:api/stage/GET/v1/…` up to and with the stage. */
function stageArn(methodArn: string): string {
  const stage = /^arn:[^/*?]+\/[^/*?]+(?=\/)/.exec(methodArn)?.[0];
  if (!stage) throw new Error(`The gateway's method ARN has another form: ${methodArn.slice(0, 200)}`);
  return stage;
}
