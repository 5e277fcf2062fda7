import type { Endpoints } from './resources/local-clients.ts';
import type { ResolvedStack } from './template/resolved-stack.ts';

export interface DemoTenant {
  tenantId: string;
  /** A key for each scope. */
  keys: { ingest: string; read: string; manage: string };
}

/** `local.json`: what a person, a command or a test must know to talk to the stack. Written once it is ready. */
export interface LocalJson {
  api: string;
  console: string;
  control: string;
  tenants: DemoTenant[];
  aws: { region: string; endpoints: Endpoints };
  /** By logical id: the physical name, URL or ARN. */
  resources: Record<string, string>;
}

export const localJsonFile = 'local.json';

export const localJsonOf = (
  stack: ResolvedStack,
  {
    api,
    region,
    endpoints,
    tenants,
  }: { api: string; region: string; endpoints: Endpoints; tenants: DemoTenant[] },
): LocalJson => ({
  api,
  console: `${api}/console/`,
  control: endpoints.apigateway,
  tenants,
  aws: { region, endpoints },
  resources: Object.fromEntries(stack.resources.map(({ logicalId, physicalId }) => [logicalId, physicalId])),
});
