import { randomBytes } from 'node:crypto';
import {
  APIGatewayClient,
  CreateApiKeyCommand,
  CreateUsagePlanKeyCommand,
} from '@aws-sdk/client-api-gateway';
import { checkApiKey, drawApiKey, formatApiKey, parseApiKey } from '../../domain/tenancy/api-key.ts';
import { type Scope, scopes } from '../../domain/tenancy/grant.ts';
import { emptyConfig } from '../../domain/tenancy/tenant-config.ts';
import type { TenantDirectory } from '../../domain/tenancy/tenant-directory.ts';
import { hashSecret } from '../../infra/authorizer/api-key-verifier.ts';
import { dynamoConfigHistory } from '../../infra/dynamo-config-history.ts';
import { dynamoTenantDirectory } from '../../infra/dynamo-tenant-directory.ts';
import type { DrivenClock } from '../clock/driven-clock.ts';
import type { DemoTenant } from '../local-json.ts';
import type { Endpoints, LocalClients } from '../resources/local-clients.ts';
import type { ResolvedStack } from '../template/resolved-stack.ts';

interface Surroundings {
  stack: ResolvedStack;
  clients: LocalClients;
  endpoints: Endpoints;
  region: string;
  clock: DrivenClock;
  /** What local.json said of them before. */
  former: DemoTenant[];
}

const tenantIds = ['T001', 'T002'];

/** Sees to it that the demo's tenants exist and answers keys of theirs that work, the former ones where they do. */
export async function demoTenants(around: Surroundings): Promise<DemoTenant[]> {
  const table = around.stack.get('TenantsTable').physicalId;
  const directory = dynamoTenantDirectory(around.clients.dynamodb, table);
  const history = dynamoConfigHistory(around.clients.dynamodb, table);
  const gw = new APIGatewayClient({
    region: around.region,
    endpoint: around.endpoints.apigateway,
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });
  const result: DemoTenant[] = [];
  for (const tenantId of tenantIds) {
    if (!(await directory.find(tenantId))) {
      const gatewayKey = randomBytes(20).toString('hex');
      const key = await gw.send(
        new CreateApiKeyCommand({ name: tenantId, value: gatewayKey, enabled: true }),
      );
      await gw.send(
        new CreateUsagePlanKeyCommand({
          usagePlanId: around.stack.get('UsagePlanHigh').physicalId,
          keyId: key.id,
          keyType: 'API_KEY',
        }),
      );
      await history.appendOnce(tenantId, emptyConfig);
      await directory.createOnce({
        tenantId,
        createdAt: around.clock.now(),
        gatewayKey,
        topics: {},
        issuers: [],
      });
    }
    const keys = {} as DemoTenant['keys'];
    for (const scope of scopes) {
      const former = around.former.find((t) => t.tenantId === tenantId)?.keys[scope];
      keys[scope] =
        former && (await works(directory, former))
          ? former
          : await issue(directory, tenantId, scope, around.clock.now());
    }
    result.push({ tenantId, keys });
  }
  return result;
}

async function works(directory: TenantDirectory, key: string): Promise<boolean> {
  const parts = parseApiKey(key);
  return (
    parts !== undefined &&
    checkApiKey(await directory.findKey(parts.keyId), hashSecret(parts.secret)) !== undefined
  );
}

async function issue(
  directory: TenantDirectory,
  tenantId: string,
  scope: Scope,
  createdAt: number,
): Promise<string> {
  const { keyId, secret } = drawApiKey(tenantId, randomBytes);
  await directory.addKey({ keyId, tenantId, secretHash: hashSecret(secret), scopes: [scope], createdAt });
  return formatApiKey(keyId, secret);
}
