import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { AccountRegistry, RegisteredAccount } from '../../domain/metering/account-registry.ts';
import type { TenantDayStore } from '../../domain/metering/days/day-store.ts';
import {
  type UsagePorts,
  type UsageReadBounds,
  usageReadBounds,
} from '../../domain/metering/days/day-usage.ts';
import { allMeters, type Meter, type TenantConfig } from '../../domain/tenancy/tenant-config.ts';
import { Problem } from '../../events/problem.ts';
import type { Clock } from '../clock.ts';
import { invalidQuery, shown } from '../http/query-parameters.ts';
import { type Random, systemRandom } from '../random.ts';
import type { CurrentConfig } from '../tenancy/config-cache.ts';
import { dynamoAccountRegistry } from './dynamo-account-registry.ts';
import { dynamoDayStore } from './dynamo-day-store.ts';
import { dynamoTenantDayStore } from './dynamo-tenant-day-store.ts';
import { dynamoWindowStore } from './dynamo-window-store.ts';

/** What the questions about usage are answered from. */
export interface UsageReader extends UsagePorts {
  configs: CurrentConfig;
  registry: Pick<AccountRegistry, 'find' | 'list'>;
  tenantDays: Pick<TenantDayStore, 'readSums' | 'readAccountCount'>;
  bounds: UsageReadBounds;
  clock: Clock;
}

export function dynamoUsageReader(
  client: DynamoDBClient,
  table: string,
  of: { configs: CurrentConfig; clock: Clock; retentionMs: number; random?: Random },
): UsageReader {
  const { configs, clock, retentionMs, random = systemRandom } = of;
  return {
    configs,
    registry: dynamoAccountRegistry(client, table),
    windows: dynamoWindowStore(client, table, { clock, random }),
    days: dynamoDayStore(client, table, { random }),
    tenantDays: dynamoTenantDayStore(client, table),
    bounds: { ...usageReadBounds, retentionMs },
    clock,
  };
}

export async function configOf({ configs }: UsageReader, tenantId: string): Promise<TenantConfig> {
  const config = await configs.get(tenantId);
  if (!config) throw new Problem('not_found', 'The tenant has no configuration.');
  return config;
}

/** The meter of this name, retired ones too, and the configuration that defines it. */
export async function meterOf(
  { configs }: UsageReader,
  tenantId: string,
  name: string,
): Promise<{ config: TenantConfig; meter: Meter }> {
  // One that is not known may have been defined a moment ago: it is looked up afresh before it is refused.
  for (const read of [() => configs.get(tenantId), () => configs.getFresh(tenantId)]) {
    const config = await read();
    const meter = config && allMeters(config).find((meter) => meter.name === name);
    if (config && meter) return { config, meter };
  }
  throw invalidQuery([
    { parameter: 'meter', detail: `must name a meter of the tenant's configuration, and is ${shown(name)}` },
  ]);
}

/** An id has at most so many bytes (contract). */
export const idBytesMax = 256;

/** The account as the registry knows it; undefined where it never reported or its id cannot be one. */
export async function findAccount(
  { registry }: UsageReader,
  tenantId: string,
  accountId: string,
): Promise<RegisteredAccount | undefined> {
  const isId = accountId !== '' && Buffer.byteLength(accountId) <= idBytesMax;
  return isId ? registry.find(tenantId, accountId) : undefined;
}
