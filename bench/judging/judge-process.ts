/**
 * Judges a thousand series interval by interval as detect-anomalies does, in a process of its own against a table
 * elsewhere, and prints what each took: run by judging.ts with the table's endpoint.
 */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { judgeTenant } from '../../domain/judging/judge-tenant.ts';
import { memoryAnomalyQueue } from '../../domain/judging/memory-anomaly-queue.ts';
import { trafficReader } from '../../domain/traffic/read-traffic.ts';
import { dynamoAnomalyStore } from '../../infra/judging/dynamo-anomaly-store.ts';
import { dynamoJudgingStore } from '../../infra/judging/dynamo-judging-store.ts';
import { dynamoSeriesTweaks } from '../../infra/judging/dynamo-series-tweaks.ts';
import { dynamoTenantWatches } from '../../infra/judging/dynamo-tenant-watches.ts';
import { dynamoDuplicateCounts } from '../../infra/traffic/dynamo-duplicate-counts.ts';
import { dynamoIntervalCounts } from '../../infra/traffic/dynamo-interval-counts.ts';
import { dynamoReopenedIntervals } from '../../infra/traffic/dynamo-reopened-intervals.ts';
import { meter } from '../cost/metered-table.ts';
import {
  begin,
  completeAfterMs,
  config,
  intervals,
  kept,
  stepMs,
  table,
  tenantIds,
} from './thousand-series.ts';

/** What judging all series in one interval took. */
export interface JudgedInterval {
  judged: number;
  ms: number;
  cpuMs: number;
  calls: number;
  read: number;
  write: number;
}

const client = new DynamoDBClient({
  endpoint: process.argv[2] as string,
  region: 'local',
  credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  requestHandler: new NodeHttpHandler({ httpAgent: { keepAlive: true, maxSockets: 64 } }),
});
const spent = { read: 0, write: 0, calls: 0 };
meter(client, (kind, units) => {
  spent[kind] += units;
  spent.calls += 1;
});
const time = { now: begin };
const clock = () => time.now;
const reader = trafficReader(
  {
    counts: dynamoIntervalCounts(client, table, clock),
    duplicates: dynamoDuplicateCounts(client, table, kept),
    heartbeats: { readAll: async () => [] } as unknown as Parameters<typeof trafficReader>[0]['heartbeats'],
    clock,
  },
  0,
);
const judge = judgeTenant(
  {
    store: dynamoJudgingStore(client, table, { clock }),
    anomalies: dynamoAnomalyStore(client, table),
    tweaks: dynamoSeriesTweaks(client, table),
    watches: dynamoTenantWatches(client, table),
    reopened: dynamoReopenedIntervals(client, table, { random: () => 0.5 }),
    queue: memoryAnomalyQueue(),
    traffic: {
      ...reader,
      watermark: async () => ({
        completeUntil: clock() - completeAfterMs,
        state: 'ok',
        shards: [],
        gaps: [],
      }),
    },
  },
  clock,
);

const measured: JudgedInterval[] = [];
for (let step = 0; step < intervals; step++) {
  time.now = begin + (step + 1) * stepMs + completeAfterMs;
  Object.assign(spent, { read: 0, write: 0, calls: 0 });
  const cpu = process.cpuUsage();
  const startedAt = performance.now();
  let judged = 0;
  for (const tenantId of tenantIds) judged += (await judge(tenantId, config)).judged;
  const { user, system } = process.cpuUsage(cpu);
  measured.push({ judged, ms: performance.now() - startedAt, cpuMs: (user + system) / 1_000, ...spent });
}
client.destroy();
console.log(JSON.stringify({ measured, peakMb: process.resourceUsage().maxRSS / 1_024 }));
