import { type JudgeTenantPorts, judgeTenant } from '../../../domain/judging/judge-tenant.ts';
import { memoryAnomalyQueue } from '../../../domain/judging/memory-anomaly-queue.ts';
import { memoryAnomalyStore } from '../../../domain/judging/memory-anomaly-store.ts';
import { memoryJudgingStore } from '../../../domain/judging/memory-judging-store.ts';
import { memorySeriesTweaks } from '../../../domain/judging/memory-series-tweaks.ts';
import { memoryTenantWatches } from '../../../domain/judging/memory-tenant-watches.ts';
import type { JudgedPoint } from '../../../domain/judging/point.ts';
import { tellAnomaly, tellHealth } from '../../../domain/judging/tell-anomaly.ts';
import type { Notification } from '../../../domain/notification/notification.ts';
import { emptyConfig, type Series, type TenantConfig } from '../../../domain/tenancy/tenant-config.ts';
import { intervalOf } from '../../../domain/traffic/interval.ts';
import type { ReopenedInterval, Watermark } from '../../../domain/traffic/traffic-reader.ts';

export const hourMs = 3_600_000;
export const dayMs = 24 * hourMs;

export const seriesOf = (given: Partial<Series> = {}): Series => ({
  name: 'orders',
  eventType: 'shop.order',
  aggregation: 'count',
  interval: 'PT1H',
  severityThreshold: 70,
  ...given,
});

/** Steps of a whole number of UTC hours, with traffic and a pipeline that can be told what to do. */
export function judgingWorld(series: Series[] = [seriesOf()], start = Date.parse('2026-01-05T00:00:00Z')) {
  const config: TenantConfig = { ...emptyConfig, series };
  const counts = new Map<string, bigint>();
  const partial = new Set<string>();
  const time = { now: start };
  const mark: Watermark = { completeUntil: start, state: 'ok', shards: [], gaps: [] };
  const told: Notification[] = [];
  const marks = new Map<string, ReopenedInterval>();
  const queue = memoryAnomalyQueue();
  const keyOf = (name: string, at: number) => `${name} ${at}`;
  let marked = 0;

  const tweaks = memorySeriesTweaks();
  const ports: JudgeTenantPorts = {
    traffic: {
      async watermark() {
        return structuredClone(mark);
      },
      async counts(_tenantId, one, { zones, from, to }) {
        const found = [];
        for (let at = from; at < to; ) {
          const interval = intervalOf(one, zones, at);
          const value = counts.get(keyOf(one.name, at));
          const isPartial = partial.has(keyOf(one.name, at));
          if (value !== undefined || isPartial)
            found.push({ ...interval, value: value ?? 0n, scale: 0, isPartial });
          at = interval.end;
        }
        return found;
      },
      async duplicatesShare() {
        return 0;
      },
    },
    reopened: {
      async list() {
        return [...marks.values()];
      },
      async clear(_tenantId, { series: name, start: at, rev }) {
        if (marks.get(keyOf(name, at))?.rev === rev) marks.delete(keyOf(name, at));
      },
    },
    store: memoryJudgingStore(),
    anomalies: memoryAnomalyStore(),
    tweaks,
    watches: memoryTenantWatches(),
    queue,
  };
  const tell = async ({ notification }: { notification: Notification }) => {
    told.push(notification);
  };

  const world = {
    config,
    ports,
    tweaks,
    time,
    mark,
    told,
    marks,
    partial,
    queue,
    start,
    /** Counts in an interval; one that is complete already is marked first, as count-traffic does. */
    count(at: number, value: number, name = 'orders') {
      const one = config.series.find((candidate) => candidate.name === name) as Series;
      const { start: begin, end } = intervalOf(one, config.zones, at);
      if (end <= mark.completeUntil) {
        marked += 1;
        marks.set(keyOf(name, begin), { series: name, start: begin, rev: `${marked}` });
      }
      counts.set(keyOf(name, begin), (counts.get(keyOf(name, begin)) ?? 0n) + BigInt(value));
    },
    /** Moves the clock to a time up to which everything is complete. */
    pass(until: number) {
      time.now = until + 3 * 60_000;
      mark.completeUntil = until;
    },
    judge(over: Partial<JudgeTenantPorts> = {}, goesOn = () => true) {
      return judgeTenant({ ...ports, ...over }, () => time.now)('T001', config, { goesOn });
    },
    /** Works on what waits, as notify-anomaly does. */
    async tellAll() {
      const ofAnomaly = tellAnomaly({ anomalies: ports.anomalies, tweaks, tell });
      const ofHealth = tellHealth({ watches: ports.watches, tell });
      for (const message of queue.waiting.splice(0)) {
        if (message.kind === 'anomaly') await ofAnomaly(message, config, time.now);
        else await ofHealth('T001', config, time.now);
      }
    },
    /** All points that are stored, in order. */
    async points(name = 'orders'): Promise<JudgedPoint[]> {
      const key = { tenantId: 'T001', series: name };
      const state = await ports.store.readState(key);
      const pages = await ports.store.readPages(key, 0, time.now + dayMs);
      const all = [...pages.flatMap(({ points }) => points), ...(state?.openPoints ?? [])];
      const known = new Map(all.map((point) => [point.start, point]));
      return [...known.values()].toSorted((one, other) => one.start - other.start);
    },
    anomalies: () => ports.anomalies.list('T001', { limit: 1_000 }),
  };
  return world;
}

export type JudgingWorld = ReturnType<typeof judgingWorld>;

/** A shop's hour: quiet at night, busy in the evening, livelier at weekends, with some chance that is always the same. */
export function usualCount(at: number, size = 200): number {
  const hour = (at / hourMs) % 24;
  const weekday = Math.floor(at / dayMs + 3) % 7;
  const daily = 1 + 0.6 * Math.cos(((hour - 19) / 24) * 2 * Math.PI);
  const weekly = weekday >= 5 ? 1.25 : 1;
  const mean = size * daily * weekly;
  return Math.max(0, Math.round(mean + Math.sqrt(mean) * chance(at)));
}

/** Between -1.7 and 1.7, with a spread of one; follows from the time alone. */
function chance(at: number): number {
  let hash = (at / 60_000) | 0;
  hash = Math.imul(hash ^ (hash >>> 16), 0x45d9f3b);
  hash = Math.imul(hash ^ (hash >>> 16), 0x45d9f3b);
  return (((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32 - 0.5) * 3.4;
}
