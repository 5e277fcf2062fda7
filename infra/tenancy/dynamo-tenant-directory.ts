import {
  type AttributeValue,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  paginateQuery,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { keyIdTenant } from '../../domain/tenancy/api-key.ts';
import type { Scope } from '../../domain/tenancy/grant.ts';
import type { ApiKey, Tenant, TenantDirectory } from '../../domain/tenancy/tenant-directory.ts';
import { wasMet } from '../was-met.ts';

type Item = Record<string, AttributeValue>;

/**
 * Tenants and keys in TenantsTable: a tenant at `tenants`, `<tenant>`; a key at `tenant#<tenant>`, `key#<keyId>`;
 * an issuer's tenant claim at `issuers`, `<url>`; the last configuration of a deleted tenant at `deleted`, `<tenant>`.
 */
export function dynamoTenantDirectory(client: DynamoDBClient, table: string): TenantDirectory {
  const read = async (pk: string, sk: string): Promise<Item | undefined> => {
    const Key = { pk: { S: pk }, sk: { S: sk } };
    return (await client.send(new GetItemCommand({ TableName: table, Key, ConsistentRead: true }))).Item;
  };
  const put = (item: Item, condition?: 'attribute_exists(pk)' | 'attribute_not_exists(pk)') =>
    wasMet(
      client.send(
        new PutItemCommand({
          TableName: table,
          Item: item,
          ...(condition && { ConditionExpression: condition }),
        }),
      ),
    );
  const updateKey = (keyId: string, update: { set: string; condition: string; value: AttributeValue }) =>
    wasMet(
      client.send(
        new UpdateItemCommand({
          TableName: table,
          Key: { pk: { S: `tenant#${keyIdTenant(keyId)}` }, sk: { S: `key#${keyId}` } },
          UpdateExpression: `SET ${update.set}`,
          ConditionExpression: `attribute_exists(pk) AND ${update.condition}`,
          ExpressionAttributeValues: { ':value': update.value },
        }),
      ),
    );
  const findKey = async (keyId: string): Promise<ApiKey | undefined> => {
    const tenantId = keyIdTenant(keyId);
    return tenantId === undefined ? undefined : toKey(await read(`tenant#${tenantId}`, `key#${keyId}`));
  };

  return {
    find: async (tenantId) => (tenantId === '' ? undefined : toTenant(await read('tenants', tenantId))),
    async *list() {
      for await (const item of queryAll(client, table, 'tenants')) yield toTenant(item) as Tenant;
    },
    createOnce: (tenant) => put(tenantItem(tenant), 'attribute_not_exists(pk)'),
    async update(tenant) {
      const isThere = await put(tenantItem(tenant), 'attribute_exists(pk)');
      if (!isThere) throw new Error(`There is no tenant ${tenant.tenantId} to update.`);
    },
    findKey,
    async listKeys(tenantId) {
      const keys: ApiKey[] = [];
      for await (const item of queryAll(client, table, `tenant#${tenantId}`, 'key#')) {
        keys.push(toKey(item) as ApiKey);
      }
      return keys;
    },
    async addKey(key) {
      const isNew = await put(keyItem(key), 'attribute_not_exists(pk)');
      if (!isNew) throw new Error(`There is a key ${key.keyId} already.`);
    },
    async revokeKey(keyId, revokedAt) {
      if (keyIdTenant(keyId) === undefined) return false;
      const set = 'revokedAt = if_not_exists(revokedAt, :value)';
      return updateKey(keyId, { set, condition: 'attribute_exists(sk)', value: { N: String(revokedAt) } });
    },
    async noteUse(keyId, day) {
      if (keyIdTenant(keyId) === undefined) return;
      const condition =
        'attribute_not_exists(revokedAt) AND (attribute_not_exists(lastUsedDay) OR lastUsedDay < :value)';
      await updateKey(keyId, { set: 'lastUsedDay = :value', condition, value: { S: day } });
    },
    async noteDeleted(tenantId, lastRevision) {
      const put = new PutItemCommand({
        TableName: table,
        Item: { pk: { S: 'deleted' }, sk: { S: tenantId }, revision: { N: String(lastRevision) } },
        ConditionExpression: 'attribute_not_exists(pk) OR revision < :revision',
        ExpressionAttributeValues: { ':revision': { N: String(lastRevision) } },
      });
      await wasMet(client.send(put));
    },
    deletedRevision: async (tenantId) => Number((await read('deleted', tenantId))?.revision?.N ?? 0),
    findTenantClaim: async (issuerUrl) => (await read('issuers', issuerUrl))?.tenantClaim?.S,
    async putTenantClaim(issuerUrl, tenantClaim) {
      await put({ pk: { S: 'issuers' }, sk: { S: issuerUrl }, tenantClaim: { S: tenantClaim } });
    },
  };
}

async function* queryAll(
  client: DynamoDBClient,
  table: string,
  pk: string,
  prefix = '',
): AsyncIterable<Item> {
  const pages = paginateQuery(
    { client },
    {
      TableName: table,
      KeyConditionExpression: prefix ? 'pk = :pk AND begins_with(sk, :prefix)' : 'pk = :pk',
      ExpressionAttributeValues: { ':pk': { S: pk }, ...(prefix && { ':prefix': { S: prefix } }) },
      ConsistentRead: true,
    },
  );
  for await (const { Items } of pages) yield* Items ?? [];
}

const tenantItem = (tenant: Tenant): Item => ({
  pk: { S: 'tenants' },
  sk: { S: tenant.tenantId },
  document: { S: JSON.stringify(tenant) },
});

const toTenant = (item: Item | undefined): Tenant | undefined =>
  item?.document?.S === undefined ? undefined : (JSON.parse(item.document.S) as Tenant);

function keyItem(key: ApiKey): Item {
  return {
    pk: { S: `tenant#${key.tenantId}` },
    sk: { S: `key#${key.keyId}` },
    secretHash: { S: key.secretHash },
    scopes: { L: key.scopes.map((scope) => ({ S: scope })) },
    createdAt: { N: String(key.createdAt) },
    ...(key.accounts && { accounts: { L: key.accounts.map((id) => ({ S: id })) } }),
    ...(key.devices && { devices: { L: key.devices.map((id) => ({ S: id })) } }),
    ...(key.revokedAt !== undefined && { revokedAt: { N: String(key.revokedAt) } }),
    ...(key.lastUsedDay !== undefined && { lastUsedDay: { S: key.lastUsedDay } }),
  };
}

const text = (value: AttributeValue | undefined): string => value?.S ?? '';

function toKey(item: Item | undefined): ApiKey | undefined {
  if (!item) return undefined;
  const strings = (value: AttributeValue | undefined) => value?.L?.map(text);
  const accounts = strings(item.accounts);
  const devices = strings(item.devices);
  return {
    keyId: text(item.sk).slice('key#'.length),
    tenantId: text(item.pk).slice('tenant#'.length),
    secretHash: text(item.secretHash),
    scopes: strings(item.scopes) as Scope[],
    createdAt: Number(item.createdAt?.N),
    ...(accounts && { accounts }),
    ...(devices && { devices }),
    ...(item.revokedAt && { revokedAt: Number(item.revokedAt.N) }),
    ...(item.lastUsedDay && { lastUsedDay: text(item.lastUsedDay) }),
  };
}
