import { APIGatewayClient } from '@aws-sdk/client-api-gateway';
import { apiGatewayKeys } from '../../commands/gateway-keys.ts';
import { localStackName } from '../../commands/stack-target.ts';
import { snsSubscriptions } from '../../commands/subscriptions.ts';
import { type Administration, createTenant, issueKey } from '../../commands/tenant-administration.ts';
import { snsTopicDirectory } from '../../commands/topic-directory.ts';
import { checkApiKey, parseApiKey } from '../../domain/tenancy/api-key.ts';
import { type Scope, scopes } from '../../domain/tenancy/grant.ts';
import { hashSecret } from '../../infra/authorizer/api-key-verifier.ts';
import { systemRandomBytes } from '../../infra/random.ts';
import { dynamoConfigHistory } from '../../infra/tenancy/dynamo-config-history.ts';
import { dynamoTenantDirectory } from '../../infra/tenancy/dynamo-tenant-directory.ts';
import type { DemoTenant } from '../local-json.ts';
import type { Endpoints, LocalClients } from '../resources/local-clients.ts';
import type { ResolvedStack } from '../template/resolved-stack.ts';

interface Surroundings {
  stack: ResolvedStack;
  clients: LocalClients;
  endpoints: Endpoints;
  region: string;
  now: () => number;
  /** What local.json said of them before. */
  former: DemoTenant[];
}

const tenantIds = ['T001', 'T002'];

/**
 * Sees to it that the demo's tenants exist, as the operator's command makes them, and answers keys of theirs that
 * work: the former ones where they do, else new ones.
 */
export async function demoTenants(around: Surroundings): Promise<DemoTenant[]> {
  const administration = administrationOf(around);
  return Promise.all(
    tenantIds.map(async (tenantId) => {
      const isThere = await administration.directory.find(tenantId);
      if (!isThere) await createTenant(administration, tenantId, 'high');
      const former = around.former.find((tenant) => tenant.tenantId === tenantId)?.keys;
      const keys = await Promise.all(
        scopes.map(
          async (scope) =>
            [scope, await workingKey(administration, tenantId, scope, former?.[scope])] as const,
        ),
      );
      return { tenantId, keys: Object.fromEntries(keys) as DemoTenant['keys'] };
    }),
  );
}

function administrationOf({ stack, clients, endpoints, region, now }: Surroundings): Administration {
  const table = stack.get('TenantsTable').physicalId;
  const gatewayClient = new APIGatewayClient({
    region,
    endpoint: endpoints.apigateway,
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });
  const plans = {
    standard: stack.get('UsagePlanStandard').physicalId,
    high: stack.get('UsagePlanHigh').physicalId,
  };
  return {
    directory: dynamoTenantDirectory(clients.dynamodb, table),
    history: dynamoConfigHistory(clients.dynamodb, table),
    gatewayKeys: apiGatewayKeys(gatewayClient, localStackName, plans),
    topics: snsTopicDirectory(clients.sns, localStackName),
    subscriptions: snsSubscriptions(clients.sns),
    clock: now,
    randomBytes: systemRandomBytes,
  };
}

async function workingKey(
  administration: Administration,
  tenantId: string,
  scope: Scope,
  former: string | undefined,
): Promise<string> {
  const parts = parseApiKey(former ?? '');
  const stored = parts && (await administration.directory.findKey(parts.keyId));
  const works = parts && checkApiKey(stored, hashSecret(parts.secret)) !== undefined;
  return works && former ? former : (await issueKey(administration, tenantId, { scopes: [scope] })).key;
}
