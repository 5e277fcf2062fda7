import { emptyConfig, type Series, type ZoneChange } from '../../../../domain/tenancy/tenant-config.ts';
import {
  type CountTraffic,
  countTraffic,
  countTrafficBounds,
  type TrafficBatch,
  type TrafficPart,
} from '../../../../domain/traffic/count-traffic.ts';
import { countedStepOf } from '../../../../domain/traffic/interval.ts';
import type { IntervalCounts } from '../../../../domain/traffic/interval-counts.ts';
import { memoryDuplicateCounts } from '../../../../domain/traffic/memory-duplicate-counts.ts';
import { memoryIntervalCounts } from '../../../../domain/traffic/memory-interval-counts.ts';
import { memoryReopenedIntervals } from '../../../../domain/traffic/memory-reopened-intervals.ts';
import { memoryShardHeartbeats } from '../../../../domain/traffic/memory-shard-heartbeats.ts';
import { putHeartbeats } from '../../../../domain/traffic/put-heartbeats.ts';
import { trafficReader } from '../../../../domain/traffic/read-traffic.ts';
import type { HeartbeatStream, ShardHeartbeats } from '../../../../domain/traffic/shard-heartbeats.ts';
import { type Surroundings, turned } from '../../limits/simulation/turns.ts';
import type { Process } from '../../metering/simulation/scheduler.ts';
import type { SimulatedRecord, SimulatedShard, SimulatedShards } from './simulated-shards.ts';

/** What a wrong program would do, to prove that the simulation finds it. */
export type TrafficMutation =
  | 'no-condition'
  | 'all-or-nothing'
  | 'heartbeats-first'
  | 'no-mark'
  | 'mark-before-count'
  | 'mark-what-was-added'
  | 'no-gap'
  | 'one-shard-is-enough';

export const tenantId = 'T001';
export const allowedLatenessMs = 120_000;
export const zones: readonly ZoneChange[] = emptyConfig.zones;
export const series: Series[] = (['PT5M', 'P1D'] as const).map((interval) => ({
  name: interval.toLowerCase(),
  eventType: 'shop.view',
  aggregation: 'count',
  interval,
  severityThreshold: 70,
}));

/** Everything that is stored, as doubles, and the programs over it. */
export class TrafficWorld {
  now = Date.parse('2026-11-21T09:58:00Z');
  readonly counts: IntervalCounts = memoryIntervalCounts();
  readonly heartbeats: ShardHeartbeats = memoryShardHeartbeats();
  readonly reopened = memoryReopenedIntervals();
  readonly duplicates = memoryDuplicateCounts();
  readonly #mutation: TrafficMutation | undefined;

  constructor(mutation: TrafficMutation | undefined) {
    this.#mutation = mutation;
    const { counts, heartbeats } = this;
    if (mutation === 'no-condition') {
      let adds = 0;
      const { add } = counts;
      // Each as if it came from a shard of its own.
      counts.add = (key, part) => add({ ...key, shardId: String(++adds) }, part);
    }
    if (mutation === 'all-or-nothing') counts.lastOf = async () => '9';
    if (mutation === 'no-gap') {
      const notePassed = heartbeats.notePassed;
      heartbeats.notePassed = (shardId, passed, former) =>
        notePassed(shardId, { ...passed, gaps: [] }, former);
    }
  }

  /** One instance of count-traffic. */
  counterOf(process: Process, around: Surroundings): CountTraffic {
    const ports = {
      counts: turned(this.counts, process, around),
      heartbeats: turned(this.heartbeats, process, around),
      reopened: turned(this.reopened, process, around),
    };
    const bounds = { ...countTrafficBounds, allowedLatenessMs, retentionMs: 7 * 86_400_000 };
    const none = { ...ports.reopened, mark: async () => {} };
    const count = countTraffic(ports, bounds);
    const unmarked = countTraffic({ ...ports, reopened: none }, bounds);
    const nothing = { parts: [], heartbeats: [] };
    const programs: Partial<Record<TrafficMutation, CountTraffic>> = {
      'no-mark': unmarked,
      'heartbeats-first': async (batch, time) => [
        ...(await count({ ...batch, parts: [] }, time)),
        ...(await count({ ...batch, heartbeats: [] }, time)),
      ],
      'mark-before-count': async (batch, time) => {
        // As if each part had been counted before.
        const counted = { ...ports.counts, add: async () => true };
        const marked = await countTraffic({ ...ports, counts: counted }, bounds)(
          { ...batch, heartbeats: [] },
          time,
        );
        return [...marked, ...(await unmarked(batch, time))];
      },
      'mark-what-was-added': async (batch, time) => {
        const added = new Set<string>();
        const add: IntervalCounts['add'] = async (key, part) => {
          const is = await ports.counts.add(key, part);
          if (is) added.add(`${key.series}#${key.start}`);
          return is;
        };
        const mark: typeof ports.reopened.mark = async (tenant, name, start, expiresAt) => {
          if (added.has(`${name}#${start}`)) await ports.reopened.mark(tenant, name, start, expiresAt);
        };
        const mutated = { ...ports, counts: { ...ports.counts, add }, reopened: { ...ports.reopened, mark } };
        return countTraffic(mutated, bounds)({ ...nothing, ...batch }, time);
      },
    };
    return (this.#mutation && programs[this.#mutation]) ?? count;
  }

  /** One instance of put-heartbeats. */
  heartbeatsOf(stream: HeartbeatStream, process: Process, around: Surroundings) {
    return putHeartbeats({ stream, heartbeats: turned(this.heartbeats, process, around) });
  }

  /** What a judge reads by. */
  readerOf(process: Process, around: Surroundings) {
    const heartbeats = turned(this.heartbeats, process, around);
    const readAll = async () => {
      const shards = await heartbeats.readAll();
      if (this.#mutation !== 'one-shard-is-enough') return shards;
      const passed = shards
        .flatMap((shard) => shard.passed ?? [])
        .toSorted((one, other) => other.at - one.at)[0];
      return passed ? shards.map((shard) => ({ ...shard, passed })) : shards;
    };
    const ports = {
      counts: turned(this.counts, process, around),
      heartbeats: { ...heartbeats, readAll },
      duplicates: this.duplicates,
      clock: () => this.now,
    };
    return {
      reader: trafficReader(ports, allowedLatenessMs),
      reopened: turned(this.reopened, process, around),
    };
  }
}

/** The batch that a mapping makes of consecutive records. */
export function batchOf({ shardId }: SimulatedShard, records: readonly SimulatedRecord[]): TrafficBatch {
  const parts = new Map<string, TrafficPart>();
  for (const { position, events } of records) {
    for (const { series: name, occurredAt, amount } of events) {
      const of = series.find((one) => one.name === name) as Series;
      const start = countedStepOf(of, occurredAt);
      const key = `${name}#${start}`;
      const part = parts.get(key) ?? { tenantId, series: of, zones, start, positions: [], amounts: [] };
      parts.set(key, part);
      if (part.positions.at(-1) === position) part.amounts.push((part.amounts.pop() as bigint) + amount);
      else {
        part.positions.push(position);
        part.amounts.push(amount);
      }
    }
  }
  const heartbeats = records.flatMap(({ position, storedAt, heartbeat }) =>
    heartbeat ? [{ ...heartbeat, position, storedAt }] : [],
  );
  return { shardId, parts: [...parts.values()], heartbeats };
}

/** The stream as put-heartbeats has it: entries may be refused, or stored and the answer lost. */
export function heartbeatStreamOf(
  shards: SimulatedShards,
  clock: () => number,
  process: Process,
  around: Surroundings,
): HeartbeatStream {
  const { lots, faults } = around;
  const stream: HeartbeatStream = {
    async listShards() {
      return shards.listed();
    },
    async putAll(heartbeats) {
      return heartbeats.flatMap(({ shard, heartbeat }) => {
        if (lots.chance(faults.refused)) return [];
        const stored = shards.append(shard.range.from, { events: [], heartbeat, storedAt: clock() });
        return lots.chance(faults.lost) ? [] : [stored];
      });
    },
  };
  return turned(stream, process, around);
}
