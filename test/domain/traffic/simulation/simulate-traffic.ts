import { fail, ok, strictEqual } from 'node:assert/strict';
import type { Series } from '../../../../domain/tenancy/tenant-config.ts';
import { type Interval, intervalOf, intervalsBetween } from '../../../../domain/traffic/interval.ts';
import type { ReopenedInterval } from '../../../../domain/traffic/traffic-reader.ts';
import type { PortFaults, Surroundings } from '../../limits/simulation/turns.ts';
import { Lots } from '../../metering/simulation/lots.ts';
import { type Process, Scheduler } from '../../metering/simulation/scheduler.ts';
import { type SimulatedShard, SimulatedShards, type StoredEvent } from './simulated-shards.ts';
import {
  allowedLatenessMs,
  batchOf,
  heartbeatStreamOf,
  series,
  type TrafficMutation,
  TrafficWorld,
  tenantId,
  zones,
} from './traffic-world.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const turnsMax = 60_000;
const seriesNames = series.map(({ name }) => name);

/** What a judge made of an interval. */
interface Judged extends Interval {
  series: string;
  value: bigint;
  isPartial: boolean;
}

/**
 * Plays one world to its end, and answers what happened in it. Rejects where a count is not what was stored, an
 * interval was judged without something that it should have had, or a judgement does not hold in the end.
 */
export async function simulateTraffic(seed: number, mutation?: TrafficMutation): Promise<Set<string>> {
  const simulation = new TrafficSimulation(seed, mutation);
  await simulation.run();
  return simulation.happened;
}

class TrafficSimulation {
  readonly happened = new Set<string>();
  readonly #lots: Lots;
  readonly #scheduler: Scheduler;
  readonly #world: TrafficWorld;
  readonly #shards: SimulatedShards;
  readonly #faults: PortFaults;
  readonly #chosen: PortFaults;
  readonly #around: Surroundings;
  readonly #stored: StoredEvent[] = [];
  readonly #judged = new Map<string, Judged>();
  readonly #judgedUntil = new Map<string, number>();
  readonly #running = new Set<Process>();
  readonly #losesRecords: boolean;
  readonly #ages: number[];
  #isJudging = false;
  #failure: unknown;
  #isOver = false;

  constructor(seed: number, mutation: TrafficMutation | undefined) {
    const lots = new Lots(seed);
    this.#lots = lots;
    this.#scheduler = new Scheduler(lots);
    this.#world = new TrafficWorld(mutation);
    this.#shards = new SimulatedShards(lots.int(1, 3));
    this.#losesRecords = lots.chance(0.15) || mutation === 'no-gap';
    this.#ages = mutation
      ? [0, 8 * minuteMs, 20 * minuteMs, 20 * minuteMs]
      : [-minuteMs, 0, 0, 90_000, 4 * minuteMs, 8 * minuteMs, 20 * minuteMs, 26 * hourMs];
    this.#chosen = {
      // What is built wrong shows the sooner the more goes wrong.
      crash: lots.pick(mutation ? [0, 0.05] : [0, 0.01, 0.05]),
      refused: lots.pick(mutation ? [0.1, 0.25, 0.5] : [0, 0.02, 0.1]),
      lost: lots.pick([0, 0.02]),
    };
    this.#faults = { crash: 0, refused: 0, lost: 0 };
    this.#around = {
      lots,
      scheduler: this.#scheduler,
      faults: this.#faults,
      onCrash: (process) => {
        this.happened.add('death');
        this.#crashed.get(process)?.();
      },
    };
  }

  /** What follows when a process dies. */
  readonly #crashed = new Map<Process, () => void>();

  async run(): Promise<void> {
    this.#live().catch((error) => {
      this.#failure ??= error;
      this.#isOver = true;
    });
    await this.#scheduler.run(() => {
      if (this.#scheduler.turns > turnsMax) fail('It never ends.');
      if (this.#failure) throw this.#failure;
    });
    if (this.#failure) throw this.#failure;
    ok(this.#isOver, 'It stood still.');
  }

  async #live(): Promise<void> {
    Object.assign(this.#faults, this.#chosen);
    const steps = this.#lots.int(40, 160);
    for (let step = 0; step < steps; step += 1) {
      this.#act();
      await this.#scheduler.turn();
    }
    Object.assign(this.#faults, { crash: 0, refused: 0, lost: 0 });
    await this.#comeToRest();
    await this.#verify();
    this.#isOver = true;
  }

  #act(): void {
    const { now } = this.#world;
    const action = this.#lots.pick<() => unknown>([
      () => this.#post(),
      () => this.#post(),
      () => this.#post(),
      () => this.#consumeOne(),
      () => this.#consumeOne(),
      () => this.#consumeOne(),
      () => this.#beat(),
      () => this.#beat(),
      () => this.#judge(),
      () => this.#judge(),
      () => this.#judge(),
      () => this.#judge(),
      () => this.#advance(this.#lots.pick([10_000, minuteMs, 3 * minuteMs, 8 * minuteMs])),
      () => this.#lots.chance(0.1) && this.#advance(this.#lots.pick([hourMs, 5 * hourMs])),
      () => this.#lots.chance(0.3) && this.#shards.split(this.#lots),
      () => this.#lots.chance(0.3) && this.#shards.merge(this.#lots),
      () => this.#losesRecords && this.#lose(),
    ]);
    action();
    ok(this.#world.now >= now);
  }

  #advance(ms: number): void {
    this.#world.now += ms;
  }

  #process(): Process {
    return { isAlive: true, batchNows: [] };
  }

  /** Devices: on time, a little late, or very late. */
  #post(): void {
    const { now } = this.#world;
    const events = Array.from({ length: this.#lots.int(1, 4) }, (): StoredEvent => {
      const age = this.#lots.pick(this.#ages);
      return {
        series: this.#lots.pick(seriesNames),
        occurredAt: now - age,
        storedAt: now,
        amount: BigInt(this.#lots.int(1, 9)),
        isLost: false,
      };
    });
    this.#stored.push(...events);
    const hashKey = BigInt(this.#lots.int(0, 2 ** 30 - 1)) << 98n;
    this.#shards.append(hashKey, { events, storedAt: now });
  }

  #beat(): void {
    const process = this.#process();
    const put = this.#world.heartbeatsOf(
      heartbeatStreamOf(this.#shards, () => this.#world.now, process, this.#around),
      process,
      this.#around,
    );
    this.#start(process, async () => {
      await put(this.#world.now, () => 30_000);
    });
  }

  /** Runs the work; what it throws is what a Lambda throws. */
  #start(process: Process, work: () => Promise<void>, ended: () => void = () => {}): void {
    this.#running.add(process);
    const end = () => {
      this.#running.delete(process);
      this.#crashed.delete(process);
      ended();
    };
    this.#crashed.set(process, end);
    work().then(end, (error) => {
      end();
      if (/throttled|timed out|Others still/.test(String(error))) this.happened.add('failure');
      else this.#failure ??= error;
    });
  }

  #consumeOne(): void {
    const shards = this.#shards
      .readable()
      .filter((shard) => !shard.isRead && shard.next < shard.records.length);
    if (shards.length > 0) this.#consume(this.#lots.pick(shards));
  }

  /** The mapping: one batch of a shard at a time, in order, of any length; again from where it failed. */
  #consume(shard: SimulatedShard): void {
    const process = this.#process();
    const from = shard.next;
    const records = shard.records.slice(from, from + this.#lots.int(1, this.#lots.pick([3, 20])));
    let isWaitedFor = true;
    shard.isRead = true;
    shard.counting += 1;
    const goOn = (done: number) => {
      if (!isWaitedFor) return;
      isWaitedFor = false;
      shard.next = Math.max(shard.next, from + done);
      shard.isRead = false;
    };
    const count = this.#world.counterOf(process, this.#around);
    this.#start(
      process,
      async () => {
        const uncounted = await count(batchOf(shard, records), { now: this.#world.now, timeLeftMs: () => 1 });
        const lowest = uncounted.map(({ position }) => position).toSorted()[0];
        if (lowest !== undefined) this.happened.add('partial failure');
        goOn(
          lowest === undefined ? records.length : records.findIndex(({ position }) => position === lowest),
        );
      },
      () => {
        shard.counting -= 1;
        goOn(0);
      },
    );
    // The mapping's patience ends, and it sends the batch again, while the first one goes on.
    if (this.#lots.chance(0.1)) void this.#loosePatience(() => goOn(0));
  }

  async #loosePatience(goOn: () => void): Promise<void> {
    const turns = this.#lots.int(1, 25);
    for (let turn = 0; turn < turns; turn += 1) await this.#scheduler.turn();
    this.happened.add('zombie');
    goOn();
  }

  /**
   * The retention ends: what was not read of a shard is gone. Of the minutes that are lost the first heartbeat after
   * them names one that nobody has passed; that is what there is to tell it by.
   */
  async #lose(): Promise<void> {
    const idle = this.#shards.readable().filter(({ counting }) => counting === 0);
    if (idle.length === 0) return;
    const shard = this.#lots.pick(idle);
    const unread = shard.records.slice(shard.next);
    const noted = (await this.#world.heartbeats.readAll()).find(({ shardId }) => shardId === shard.shardId);
    const isTold = (count: number) => {
      const lost = new Set(unread.slice(0, count).map(({ position }) => position));
      const first = unread.slice(count).find(({ heartbeat }) => heartbeat)?.heartbeat;
      const named = [...(first?.after.values() ?? [])].filter((position) => lost.has(position));
      return named.some((position) => position > (noted?.passed?.position ?? ''));
    };
    const count = unread.findLastIndex((_, index) => isTold(index));
    if (count <= 0) return;
    this.happened.add('loss');
    for (const { events } of unread.slice(0, count)) for (const event of events) event.isLost = true;
    shard.next += count;
  }

  // The judge: as detect-anomalies does it.

  #judge(): void {
    if (this.#isJudging) return;
    this.#isJudging = true;
    const process = this.#process();
    this.#start(
      process,
      () => this.#judgeAll(process),
      () => {
        this.#isJudging = false;
      },
    );
  }

  async #judgeAll(process: Process): Promise<void> {
    const { reader, reopened } = this.#world.readerOf(process, this.#around);
    const { completeUntil, gaps } = await reader.watermark();
    const marks = await reopened.list(tenantId);
    for (const one of series) {
      const interval = (at: number) => intervalOf(one, zones, at);
      const from = this.#judgedUntil.get(one.name) ?? interval(this.#world.now - 30 * hourMs).start;
      const due = [...intervalsBetween(one, zones, from, completeUntil)].filter(
        ({ end }) => end <= completeUntil,
      );
      const again = marks.filter(
        (mark) => mark.series === one.name && interval(mark.start).end <= completeUntil,
      );
      const todo = [...due, ...again.map(({ start }) => interval(start))];
      if (todo.length === 0) continue;
      const span = {
        from: Math.min(...todo.map(({ start }) => start)),
        to: Math.max(...todo.map(({ end }) => end)),
      };
      const counts = await reader.counts(tenantId, one, { ...span, zones, gaps });
      for (const { start, end } of todo) {
        const count = counts.find((read) => read.start === start);
        const judged = {
          series: one.name,
          start,
          end,
          value: count?.value ?? 0n,
          isPartial: count?.isPartial ?? false,
        };
        this.#check(one, judged);
        this.#judged.set(`${one.name}#${start}`, judged);
      }
      if (due.length > 0) this.#judgedUntil.set(one.name, Math.max(...due.map(({ end }) => end)));
      for (const mark of again) await this.#clear(reopened, mark);
    }
  }

  async #clear(
    reopened: { clear: TrafficWorld['reopened']['clear'] },
    mark: ReopenedInterval,
  ): Promise<void> {
    this.happened.add('judged again');
    await reopened.clear(tenantId, mark);
  }

  /** Whatever was stored in time is in what is judged, and nothing that was not stored. */
  #check({ name }: Series, { start, end, value, isPartial }: Judged): void {
    const events = this.#eventsOf(name, { start, end });
    const inTime = events.filter(({ storedAt }) => storedAt < end + allowedLatenessMs);
    ok(value <= sumOf(events), `${name} ${isoOf(start)} counted more than was stored`);
    // What is lost may have been counted before it was; else it must be said that something is missing.
    if (!isPartial) ok(value >= sumOf(inTime), `${name} ${isoOf(start)} was not complete`);
    if (!isPartial && value === 0n) this.happened.add('true zero');
    if (isPartial) this.happened.add('partial');
  }

  /** Everything that waits is done, and the clock moves on until all of it is complete. */
  async #comeToRest(): Promise<void> {
    const until = this.#world.now + 40 * minuteMs;
    for (let calm = 0; calm < 3; ) {
      await this.#scheduler.turn();
      this.#consumeOne();
      if (this.#running.size > 0) calm = 0;
      else if (this.#shards.readable().some((shard) => shard.next < shard.records.length)) calm = 0;
      else {
        calm += 1;
        if (this.#world.now < until) {
          calm = 0;
          this.#advance(5 * minuteMs);
          this.#beat();
        } else this.#judge();
      }
    }
  }

  async #verify(): Promise<void> {
    const { counts, reopened } = this.#world;
    strictEqual((await reopened.list(tenantId)).length, 0, 'A mark was left.');
    for (const { name, interval } of series) {
      const read = await counts.read(tenantId, name, 0, this.#world.now + hourMs);
      const step = { interval: interval === 'P1D' ? 'PT1H' : interval } as const;
      const stepOf = ({ occurredAt }: StoredEvent) => intervalOf(step, zones, occurredAt).start;
      const truth = Map.groupBy(this.#eventsOf(name), stepOf);
      for (const start of new Set([...truth.keys(), ...read.keys()])) {
        this.#holds(read.get(start) ?? 0n, truth.get(start) ?? [], `the count of ${name} ${isoOf(start)}`);
      }
      for (const { series: judged, start, end, value } of this.#judged.values()) {
        if (judged !== name) continue;
        const events = this.#eventsOf(name, { start, end });
        this.#holds(value, events, `what was judged of ${name} ${isoOf(start)}`);
      }
    }
  }

  #eventsOf(name: string, { start, end }: Interval = { start: 0, end: Infinity }): StoredEvent[] {
    return this.#stored.filter(
      ({ series: of, occurredAt }) => of === name && occurredAt >= start && occurredAt < end,
    );
  }

  /** What was lost may have been counted before it was. */
  #holds(value: bigint, events: StoredEvent[], what: string): void {
    if (!events.some(({ isLost }) => isLost)) strictEqual(value, sumOf(events), `${what} does not hold`);
    ok(value >= sumOf(events.filter(({ isLost }) => !isLost)), `${what} is too low`);
    ok(value <= sumOf(events), `${what} is too high`);
  }
}

const sumOf = (events: StoredEvent[]): bigint => events.reduce((sum, { amount }) => sum + amount, 0n);
const isoOf = (at: number): string => new Date(at).toISOString();
