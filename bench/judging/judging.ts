import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { type JudgeTenantPorts, judgeTenant } from '../../domain/judging/judge-tenant.ts';
import { memoryAnomalyQueue } from '../../domain/judging/memory-anomaly-queue.ts';
import { memoryAnomalyStore } from '../../domain/judging/memory-anomaly-store.ts';
import { memoryJudgingStore } from '../../domain/judging/memory-judging-store.ts';
import { memorySeriesTweaks } from '../../domain/judging/memory-series-tweaks.ts';
import { memoryTenantWatches } from '../../domain/judging/memory-tenant-watches.ts';
import { nothingUnsettled, type SeriesState } from '../../domain/judging/series-state.ts';
import { nothingWatched } from '../../domain/judging/tenant-watch.ts';
import { positionOf } from '../../domain/traffic/interval-counts.ts';
import { dynamoJudgingStore } from '../../infra/judging/dynamo-judging-store.ts';
import { dynamoTenantWatches } from '../../infra/judging/dynamo-tenant-watches.ts';
import { dynamoIntervalCounts } from '../../infra/traffic/dynamo-interval-counts.ts';
import { withTables } from '../cost/cost.ts';
import type { MeteredTables } from '../cost/metered-table.ts';
import { median, type Part, type Table } from '../report.ts';
import { seeded } from '../seeded.ts';
import type { JudgedInterval } from './judge-process.ts';
import {
  begin,
  config,
  intervals,
  series,
  seriesPerTenant,
  stepMs,
  table,
  tenantIds,
  tenants,
} from './thousand-series.ts';

const run = promisify(execFile);
const dayMs = 86_400_000;
const historyDays = 28;
const shards = ['shardId-000000000000', 'shardId-000000000001'];

type CountAt = (at: number) => number;

/** A thousand series judged in one interval: how long it takes, and what it reads and writes. */
export const judging: Part = async ({ seed, progress }) => {
  const random = seeded(seed);
  const countAt: CountAt = (at) => {
    const mean = 120 * (1 + 0.5 * Math.sin((at / dayMs) * 2 * Math.PI));
    return Math.max(0, Math.round(mean + Math.sqrt(mean) * 3.4 * (random() - 0.5)));
  };
  progress('judging: history');
  const states = await learnedStates(countAt);
  return withTables(async (tables) => {
    progress('judging: a thousand states, and what they count');
    await fill(tables, states, countAt);
    progress('judging: intervals');
    const { protocol, hostname, port } = (await tables.client.config.endpoint?.()) ?? {};
    const script = fileURLToPath(new URL('./judge-process.ts', import.meta.url));
    const { stdout } = await run(process.execPath, [script, `${protocol}//${hostname}:${port}`], {
      maxBuffer: 1e7,
    });
    const { measured, peakMb } = JSON.parse(stdout) as { measured: JudgedInterval[]; peakMb: number };
    return [tableOf(measured, peakMb)];
  });
};

function tableOf(measured: readonly JudgedInterval[], peakMb: number): Table {
  const all = tenants * seriesPerTenant;
  const mean = (name: keyof JudgedInterval) =>
    measured.reduce((sum, one) => sum + one[name], 0) / measured.length / all;
  return {
    title: 'A thousand series judged in one interval',
    columns: [
      'judged',
      'seconds',
      'CPU ms a series',
      'peak memory MB',
      'calls a series',
      'read units a series',
      'write units a series',
    ],
    rows: [
      [
        mean('judged') * all,
        median(measured.map(({ ms }) => ms / 1_000)),
        median(measured.map(({ cpuMs }) => cpuMs)) / all,
        peakMb,
        mean('calls'),
        mean('read'),
        mean('write'),
      ],
    ],
    notes: [
      `${tenants} tenants with ${seriesPerTenant} series of 5 minutes each, half of them relative to another, each counted on ${shards.length} shards; ${intervals} intervals in a row, so that a page of points is written once. One process judges all tenants one after the other; time is the median interval's.`,
      'The table is an emulator in another process: its answers are most of the time. Units are as AWS counts them. A series costs a read and a write of its state, a query of its counts, one more where it is relative, and a page of points an hour.',
    ],
  };
}

async function fill(
  { client, create }: MeteredTables,
  states: ReadonlyMap<string, SeriesState>,
  countAt: CountAt,
): Promise<void> {
  await create(table, 'sk');
  const clock = () => begin;
  const store = dynamoJudgingStore(client, table, { clock });
  const counts = dynamoIntervalCounts(client, table, clock);
  const watched = series.map(({ name }) => [name, { since: begin - dayMs, isActive: true }]);
  const watch = { ...nothingWatched, rev: 1, series: Object.fromEntries(watched) };
  for (const tenantId of tenantIds) {
    await dynamoTenantWatches(client, table).put(tenantId, watch);
    for (const [name, state] of states) {
      await store.putState({ tenantId, series: name }, { ...state, rev: 1 });
      await countAll(counts, tenantId, name, countAt);
    }
  }
}

async function countAll(
  counts: ReturnType<typeof dynamoIntervalCounts>,
  tenantId: string,
  name: string,
  countAt: CountAt,
): Promise<void> {
  for (let start = begin; start < begin + intervals * stepMs; start += stepMs) {
    const position = positionOf(String(start));
    const amount = BigInt(Math.round(countAt(start) / shards.length));
    const part = { amount, first: position, last: position, expiresAt: 2 ** 33 };
    await Promise.all(shards.map((shardId) => counts.add({ tenantId, series: name, start, shardId }, part)));
  }
}

/** Weeks of two series judged, one by itself and one relative to it; the others begin from their states. */
async function learnedStates(countAt: CountAt): Promise<Map<string, SeriesState>> {
  const from = begin - historyDays * dayMs;
  const steps = (historyDays * dayMs) / stepMs;
  const pair = series.slice(0, 2);
  const values = pair.map(() => Array.from({ length: steps }, (_, step) => countAt(from + step * stepMs)));
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
        const own = values[pair.findIndex((one) => one.name === name)] ?? [];
        return Array.from({ length: (span.to - span.from) / stepMs }, (_, index) => {
          const start = span.from + index * stepMs;
          const value = BigInt(own[(start - from) / stepMs] ?? 0);
          return { start, end: start + stepMs, value, scale: 0, isPartial: false };
        });
      },
    },
  };
  const judge = judgeTenant(ports, () => time.now);
  // In portions that are counted still, as they would have been.
  for (; time.now <= begin; time.now += dayMs) await judge('T', { ...config, series: pair });
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
