import type { ConfigHistory } from '../../domain/tenancy/config-history.ts';
import type { TenantDirectory } from '../../domain/tenancy/tenant-directory.ts';
import type { GatewayKeys } from '../gateway-keys.ts';
import type { TopicDirectory } from '../topic-directory.ts';
import type { Removed } from './erase-account.ts';
import { deleteItems, keysOf, keysOfTenant, type Table } from './items.ts';

export interface TenantTables {
  tenants: Table;
  /** Usage, accounts, traffic: keyed by kind and tenant. */
  others: Table[];
  directory: Pick<TenantDirectory, 'noteDeleted'>;
  history: Pick<ConfigHistory, 'latest'>;
  gatewayKeys: Pick<GatewayKeys, 'remove'>;
  topics: Pick<TopicDirectory, 'remove'>;
}

/**
 * Removes a tenant from all tables, its credentials first. What is kept is the number of its last configuration: a
 * tenant that is made under its id again begins with the next, so that no line of the former one is counted by a
 * configuration of the new one. Run again, it removes what is left or has come since.
 */
export async function deleteTenantItems(tables: TenantTables, tenantId: string): Promise<Removed[]> {
  const { tenants, others, directory, history, gatewayKeys, topics } = tables;
  const latest = await history.latest(tenantId);
  if (latest) await directory.noteDeleted(tenantId, latest.revision);
  const keys = await keysOf(tenants, `tenant#${tenantId}`, 'key#');
  const entry = (await keysOf(tenants, 'tenants', tenantId)).filter(({ sk }) => sk === tenantId);
  const removed = [
    { what: 'API keys', count: await deleteItems(tenants, keys) },
    { what: 'entry among the tenants, with its issuers', count: await deleteItems(tenants, entry) },
    { what: 'keys of the gateway', count: await gatewayKeys.remove(tenantId) },
    { what: 'topics, with who was subscribed', count: await topics.remove(tenantId) },
  ];
  let items = 0;
  for (const table of others) {
    for await (const found of keysOfTenant(table, tenantId)) items += await deleteItems(table, found);
  }
  removed.push({ what: 'items of usage, accounts and traffic', count: items });
  // Last: while it stands, what still comes in is counted, and then removed, and not set aside as nobody's.
  const configurations = await keysOf(tenants, `tenant#${tenantId}`);
  removed.push({ what: 'configurations', count: await deleteItems(tenants, configurations) });
  return removed;
}
