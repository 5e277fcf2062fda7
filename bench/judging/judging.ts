import { type JudgeTenantPorts, judgeTenant } from '../domain/judging/judge-tenant.ts';
import { memoryAnomalyQueue } from '../domain/judging/memory-anomaly-queue.ts';
import { memoryAnomalyStore } from '../domain/judging/memory-anomaly-store.ts';
import { memoryJudgingStore } from '../domain/judging/memory-judging-store.ts';
import { memorySeriesTweaks } from '../domain/judging/memory-series-tweaks.ts';
import { memoryTenantWatches } from '../domain/judging/memory-tenant-watches.ts';
import { nothingUnsettled, type SeriesState } from '../domain/judging/series-state.ts';
import { nothingWatched } from '../domain/judging/tenant-watch.ts';
import { emptyConfig, type Series, type TenantConfig } from '../domain/tenancy/tenant-config.ts';
import { positionOf } from '../domain/traffic/interval-counts.ts';
import { trafficReader } from '../domain/traffic/read-traffic.ts';
import type { TrafficReader } from '../domain/traffic/traffic-reader.ts';
import { dynamoAnomalyStore } from '../infra/judging/dynamo-anomaly-store.ts';
import { dynamoJudgingStore } from '../infra/judging/dynamo-judging-store.ts';
import { dynamoSeriesTweaks } from '../infra/judging/dynamo-series-tweaks.ts';
import { dynamoTenantWatches } from '../infra/judging/dynamo-tenant-watches.ts';
import { dynamoDuplicateCounts } from '../infra/traffic/dynamo-duplicate-counts.ts';
import { dynamoIntervalCounts } from '../infra/traffic/dynamo-interval-counts.ts';
import { dynamoReopenedIntervals } from '../infra/traffic/dynamo-reopened-intervals.ts';
import { withTables } from './cost/cost.ts';
import type { MeteredTables, Units } from './cost/metered-table.ts';
import { median, type Part, type Table } from './report.ts';
import { seeded } from './seeded.ts';

const table = 'traffic';
const tenants = 10;
const seriesPerTenant = 100;
const intervals = 13;
const stepMs = 300_000;
const historySteps = 4 * 7 * 288;
const begin = Date.parse('2026-11-02T00:00:00Z');
const shards = ['shardId-000000000000', 'shardId-000000000001'];
const kept = { retentionMs: 168 * 3_600_000 };

/** Half of them by themselves, and as many relative to one of those. */
const series: Series[] = Array.from({ length: seriesPerTenant }, (_, index) => ({
  name: `s${index}`,
  eventType: 'shop.order',
  aggregation: 'count',
  interval: 'PT5M',
  severityThreshold: 70,
  ...(index % 2 === 1 && { relativeTo: `s${index - 1}` }),
}));
const config: TenantConfig = { ...emptyConfig, series };
const tenantIds = Array.from({ length: tenants }, (_, index) => `T${index}`);

/** A thousand series judged in one interval: how long it takes, and what it reads and writes. */
export const judging: Part = async ({ seed, progress }) => {
  progress('judging: history');
  const random = seeded(seed);
  const countAt = (at: number) => {
    const mean = 120 * (1 + 0.5 * Math.sin((at / 86_400_000) * 2 * Math.PI));
    return Math.max(0, Math.round(mean + Math.sqrt(mean) * 3.4 * (random() - 0.5)));
  };
  const states = await learnedStates(countAt);
  return withTables((tables) => measure(tables, states, { countAt, progress }));
};

type Measured = { ms: number; cpuMs: number; units: Units; calls: number };

async function measure(
  tables: MeteredTables,
  states: ReadonlyMap<string, SeriesState>,
  { countAt, progress }: { countAt: (at: number) => number; progress: (text: string) => void },
): Promise<Table[]> {
  await tables.create(table, 'sk');
  const time = { now: begin };
  const { client } = tables;
  const clock = () => time.now;
  let calls = 0;
  client.middlewareStack.add(
    (next) => (args) => {
      calls += 1;
      return next(args);
    },
    { step: 'initialize', name: 'calls' },
  );
  const counts = dynamoIntervalCounts(client, table, clock);
  const ports: JudgeTenantPorts = {
    store: dynamoJudgingStore(client, table, { clock }),
    anomalies: dynamoAnomalyStore(client, table),
    tweaks: dynamoSeriesTweaks(client, table),
    watches: dynamoTenantWatches(client, table),
    reopened: dynamoReopenedIntervals(client, table, { random: () => 0.5 }),
    queue: memoryAnomalyQueue(),
    traffic: readerOf(counts, client, clock),
  };
  progress('judging: states');
  for (const tenantId of tenantIds) {
    for (const [name, state] of states)
      await ports.store.putState({ tenantId, series: name }, { ...state, rev: 1 });
    const watched = Object.fromEntries(
      series.map(({ name }) => [name, { since: begin - 86_400_000, isActive: true }]),
    );
    await ports.watches.put(tenantId, { ...nothingWatched, rev: 1, series: watched });
  }
  const measured: Measured[] = [];
  let judged = 0;
  for (let step = 0; step < intervals; step++) {
    progress(`judging: interval ${step + 1} of ${intervals}`);
    const at = begin + step * stepMs;
    await count(counts, at, countAt);
    time.now = at + stepMs + 150_000;
    calls = 0;
    const cpu = process.cpuUsage();
    const startedAt = performance.now();
    const units = await tables.measure(async () => {
      for (const tenantId of tenantIds)
        judged += (await judgeTenant(ports, clock, () => true)(tenantId, config)).judged;
    });
    const { user, system } = process.cpuUsage(cpu);
    measured.push({ ms: performance.now() - startedAt, cpuMs: (user + system) / 1_000, units, calls });
  }
  return [tableOf(measured, judged)];
}

function tableOf(measured: readonly Measured[], judged: number): Table {
  const all = tenants * seriesPerTenant;
  const mean = (pick: (one: Measured) => number) =>
    measured.reduce((sum, one) => sum + pick(one), 0) / measured.length / all;
  return {
    title: 'A thousand series judged in one interval',
    columns: [
      'series',
      'judged an interval',
      'seconds',
      'CPU ms a series',
      'peak memory MB',
      'calls a series',
      'read units a series',
      'write units a series',
    ],
    rows: [
      [
        all,
        judged / measured.length,
        median(measured.map(({ ms }) => ms / 1_000)),
        mean(({ cpuMs }) => cpuMs),
        process.resourceUsage().maxRSS / 1_024,
        mean(({ calls }) => calls),
        mean(({ units }) => units.read),
        mean(({ units }) => units.write),
      ],
    ],
    notes: [
      `${tenants} tenants with ${seriesPerTenant} series of 5 minutes each, half of them relative to another, each counted on ${shards.length} shards; ${intervals} intervals in a row, so that a page of points is written once. One process judges all tenants one after the other; time is the median interval's.`,
      'The table is the emulator in the same process: its time, CPU and memory are in these. Units are as AWS counts them. A series costs a read and a write of its state, a query of its counts, one more where it is relative, and a page of points an hour.',
    ],
  };
}

function readerOf(
  counts: ReturnType<typeof dynamoIntervalCounts>,
  client: MeteredTables['client'],
  clock: () => number,
): TrafficReader {
  const duplicates = dynamoDuplicateCounts(client, table, kept);
  const reader = trafficReader(
    {
      counts,
      duplicates,
      clock,
      heartbeats: { readAll: async () => [] } as unknown as Parameters<typeof trafficReader>[0]['heartbeats'],
    },
    120_000,
  );
  const watermark = async () => ({
    completeUntil: clock() - 150_000,
    state: 'ok' as const,
    shards: [],
    gaps: [],
  });
  return { ...reader, watermark };
}

/** What every series counts in an interval, on each shard. */
async function count(
  counts: ReturnType<typeof dynamoIntervalCounts>,
  start: number,
  countAt: (at: number) => number,
): Promise<void> {
  const position = positionOf(String(start));
  const part = { first: position, last: position, expiresAt: 2 ** 33 };
  for (const tenantId of tenantIds) {
    await Promise.all(
      series.flatMap(({ name }) =>
        shards.map((shardId) =>
          counts.add(
            { tenantId, series: name, start, shardId },
            { ...part, amount: BigInt(Math.round(countAt(start) / 2)) },
          ),
        ),
      ),
    );
  }
}

/** Four weeks of two series judged, one by itself and one relative to it; the others begin from their states. */
async function learnedStates(countAt: (at: number) => number): Promise<Map<string, SeriesState>> {
  const from = begin - historySteps * stepMs;
  const pair = series.slice(0, 2);
  const values = new Map(
    pair.map(({ name }) => [
      name,
      Array.from({ length: historySteps }, (_, step) => countAt(from + step * stepMs)),
    ]),
  );
  const time = { now: from };
  const store = memoryJudgingStore();
  const ports: JudgeTenantPorts = {
    store,
    anomalies: memoryAnomalyStore(),
    tweaks: memorySeriesTweaks(),
    watches: memoryTenantWatches(),
    queue: memoryAnomalyQueue(),
    reopened: { list: async () => [], clear: async () => {} },
    traffic: {
      watermark: async () => ({ completeUntil: time.now, state: 'ok', shards: [], gaps: [] }),
      duplicatesShare: async () => 0,
      counts: async (_tenantId, { name }, span) => {
        const found = [];
        for (let start = span.from; start < span.to; start += stepMs) {
          const value = BigInt(values.get(name)?.[(start - from) / stepMs] ?? 0);
          found.push({ start, end: start + stepMs, value, scale: 0, isPartial: false });
        }
        return found;
      },
    },
  };
  const judge = () =>
    judgeTenant(
      ports,
      () => time.now,
      () => true,
    )('T', { ...config, series: pair });
  await judge();
  // In portions that are counted still, as they would have been.
  for (time.now = from + 86_400_000; time.now <= begin; time.now += 86_400_000) await judge();
  const states = await Promise.all(
    pair.map(({ name }) => store.readState({ tenantId: 'T', series: name }) as Promise<SeriesState>),
  );
  return new Map(
    series.map(({ name, relativeTo }, index) => {
      const state = states[index % 2] as SeriesState;
      const detector = relativeTo === undefined ? state.detector : `${stepMs} UTC ${relativeTo}`;
      return [name, { ...state, detector, unsettled: nothingUnsettled }];
    }),
  );
}
