import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { AnomalyStore } from '../../domain/judging/anomaly-store.ts';
import type { JudgingStore } from '../../domain/judging/series-state.ts';
import type { SeriesTweaks } from '../../domain/judging/series-tweak.ts';
import type { TenantWatches } from '../../domain/judging/tenant-watch.ts';
import { allSeries, type Series, type TenantConfig } from '../../domain/tenancy/tenant-config.ts';
import type { TrafficReader } from '../../domain/traffic/traffic-reader.ts';
import { Problem } from '../../events/problem.ts';
import type { Clock } from '../clock.ts';
import { environment } from '../config.ts';
import { type CurrentConfig, currentConfig } from '../tenancy/config-cache.ts';
import { dynamoConfigHistory } from '../tenancy/dynamo-config-history.ts';
import { dynamoAnomalyStore } from './dynamo-anomaly-store.ts';
import { dynamoJudgingStore } from './dynamo-judging-store.ts';
import { dynamoSeriesTweaks } from './dynamo-series-tweaks.ts';
import { dynamoTenantWatches } from './dynamo-tenant-watches.ts';

/** What the questions about traffic are answered from. */
export interface SeriesReader {
  configs: CurrentConfig;
  store: Pick<JudgingStore, 'readState' | 'readPages'>;
  anomalies: Pick<AnomalyStore, 'find' | 'list'>;
  tweaks: Pick<SeriesTweaks, 'read' | 'readAll'>;
  watches: Pick<TenantWatches, 'read'>;
  clock: Clock;
}

/** Needs TENANTS_TABLE and TRAFFIC_TABLE. */
export function dynamoSeriesReader(client: DynamoDBClient, clock: Clock) {
  const table = environment.trafficTable();
  return {
    configs: currentConfig(dynamoConfigHistory(client, environment.tenantsTable()), clock),
    store: dynamoJudgingStore(client, table, { clock }),
    anomalies: dynamoAnomalyStore(client, table),
    tweaks: dynamoSeriesTweaks(client, table),
    watches: dynamoTenantWatches(client, table),
    clock,
  };
}

/** What says how far the stream is counted, for those who ask for it. */
export type HealthReader = Pick<TrafficReader, 'watermark' | 'duplicatesShare'>;

/** The series of this name, and the configuration that defines it. Throws a Problem where there is none. */
export async function seriesOf(
  { configs }: Pick<SeriesReader, 'configs'>,
  tenantId: string,
  name: string,
  which: 'in force' | 'ever',
): Promise<{ config: TenantConfig; series: Series }> {
  // One that is not known may have been defined a moment ago: it is looked up afresh before it is refused.
  for (const read of [() => configs.get(tenantId), () => configs.getFresh(tenantId)]) {
    const config = await read();
    const series =
      config && (which === 'ever' ? allSeries(config) : config.series).find((one) => one.name === name);
    if (config && series) return { config, series };
  }
  throw new Problem('not_found', "No series of this name stands in the tenant's configuration.");
}
