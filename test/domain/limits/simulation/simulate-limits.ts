import { fail, ok, strictEqual } from 'node:assert/strict';
import { newAccount, reviseAccount, suspensionAt } from '../../../../domain/limits/account-state.ts';
import { cycleOf } from '../../../../domain/limits/cycle-calendar.ts';
import { type EffectiveLimit, effectiveLimits } from '../../../../domain/limits/effective-limits.ts';
import type { LimitMessage } from '../../../../domain/limits/limit-queue.ts';
import { isToBeTold } from '../../../../domain/limits/tell-account.ts';
import { accountPartition } from '../../../../domain/metering/account-partition.ts';
import { streamPartition } from '../../../../domain/metering/intake/stream-partition.ts';
import type { UsageRecord } from '../../../../domain/metering/usage-record.ts';
import { hourMs, hourOf } from '../../../../domain/metering/window.ts';
import { reviseConfig } from '../../../../domain/tenancy/revise-config.ts';
import {
  emptyConfig,
  type Limit,
  settingsOf,
  type TenantSettings,
} from '../../../../domain/tenancy/tenant-config.ts';
import { Lots } from '../../metering/simulation/lots.ts';
import { type Process, Scheduler } from '../../metering/simulation/scheduler.ts';
import { type LimitMutation, LimitWorld } from './limit-world.ts';
import type { PortFaults, Surroundings } from './turns.ts';

const tenantId = 'T001';
const accountIds = ['a', 'b'];
const meters = ['bytes', 'calls'];
const startMs = Date.parse('2026-03-27T21:10:00Z');
const consumerMs = 120_000;
const requestMs = 10_000;
/** A limit is looked at again when nobody can go by the former any more. */
const secondLookMs = 5_000 + consumerMs + requestMs;
const turnsMax = 60_000;

interface Running extends Process {
  startedAt: number;
  timeoutMs: number;
  /** Called when it has died. */
  release: () => void;
}

interface Job {
  due: number;
  accountId: string;
}

/**
 * Plays one world to its end, and answers what happened in it. Rejects where an account is not as it should be,
 * or something was not told.
 */
export async function simulateLimits(seed: number, mutation?: LimitMutation): Promise<Set<string>> {
  const simulation = new LimitSimulation(seed, mutation);
  await simulation.run();
  return simulation.happened;
}

class LimitSimulation {
  readonly happened = new Set<string>();
  readonly #lots: Lots;
  readonly #scheduler: Scheduler;
  readonly #world: LimitWorld;
  readonly #faults: PortFaults;
  readonly #chosen: PortFaults;
  readonly #around: Surroundings;
  readonly #mutation: LimitMutation | undefined;
  readonly #records: UsageRecord[] = [];
  #position = 0;
  #consumer: { process: Running; record: ReturnType<LimitWorld['consumerOf']> } | undefined;
  #isConsuming = false;
  readonly #busyAccounts = new Set<string>();
  readonly #running = new Set<Running>();
  #jobs: Job[] = [];
  /** What a back office asked for and has no answer to yet. */
  readonly #requests: (() => void)[] = [];
  #deaths = 0;
  /** Does nobody change a limit for a while? */
  #isQuiet = false;
  /** Was a batch given up since the last roll-up? */
  #givenUp = false;
  readonly #limitsKnown = new Map<string, string>();
  #failure: unknown;
  #isOver = false;

  constructor(seed: number, mutation: LimitMutation | undefined) {
    const lots = new Lots(seed);
    this.#lots = lots;
    this.#mutation = mutation;
    this.#scheduler = new Scheduler(lots);
    // What is built wrong shows the sooner the more goes wrong.
    this.#chosen = {
      crash: lots.pick(mutation ? [0, 0.04] : [0, 0.01, 0.04]),
      refused: lots.pick(mutation ? [0.05] : [0, 0.02]),
      lost: lots.pick([0, 0.02]),
    };
    this.#faults = { crash: 0, refused: 0, lost: 0 };
    this.#world = new LimitWorld(startMs + lots.int(0, 40) * 15 * 60_000, mutation);
    this.#around = {
      lots,
      scheduler: this.#scheduler,
      faults: this.#faults,
      onCrash: (process) => this.#kill(process as Running),
    };
  }

  async run(): Promise<void> {
    await this.#world.history.appendOnce(tenantId, emptyConfig);
    await this.#world.history.appendOnce(
      tenantId,
      this.#revised(emptyConfig, this.#settings(), this.#world.now),
    );
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
    for (let round = 0; round < 3; round++) {
      Object.assign(this.#faults, this.#chosen);
      const steps = this.#lots.int(5, 30);
      this.#isQuiet = this.#lots.chance(0.4);
      for (let step = 0; step < steps; step++) {
        this.#act();
        await this.#scheduler.turn();
      }
      await this.#comeToRest();
      await this.#verify();
    }
    this.#isOver = true;
  }

  #act(): void {
    const action = this.#lots.pick<() => unknown>([
      () => this.#post(),
      () => this.#post(),
      () => this.#consume(),
      () => this.#consume(),
      () => this.#consume(),
      () => this.#enforce(),
      () => this.#enforce(),
      () => this.#doJob(),
      () => this.#isQuiet || this.#putConfig(this.#settings()),
      () => this.#isQuiet || this.#putAccount(),
      () => this.#announce(),
      () => this.#rollUp(this.#lots.pick(accountIds)),
      () => this.#advance(this.#lots.pick([500, 2_000, 20_000, 130_000])),
      () => this.#advance(this.#lots.pick([10 * 60_000, hourMs, 7 * hourMs, 30 * hourMs, 0, 0, 0])),
      () => this.#superseded(),
      () => this.#requests.shift()?.(),
    ]);
    action();
  }

  /** Everything that is waiting is done, the clock is moved on to what is due later. */
  async #comeToRest(): Promise<void> {
    const calmFrom = this.#scheduler.turns + this.#lots.int(0, 400);
    for (;;) {
      await this.#scheduler.turn();
      if (this.#scheduler.turns > calmFrom) Object.assign(this.#faults, { crash: 0, refused: 0, lost: 0 });
      const before = this.#running.size;
      this.#requests.shift()?.();
      this.#consume();
      this.#enforce();
      this.#doJob();
      if (this.#running.size > 0 || before > 0) continue;
      const due = Math.min(...this.#jobs.map((job) => job.due));
      if (this.#requests.length > 0 || this.#position < this.#records.length || this.#world.queued.length > 0)
        continue;
      if (due === Number.POSITIVE_INFINITY) {
        if (this.#scheduler.turns <= calmFrom) continue;
        if (this.#givenUp) this.#rollUpAll();
        else if (await this.#hasEnded()) {
          // The schedule comes again; what it sent a moment ago it would not send twice.
          this.#world.now += 600_000;
          this.#announce();
        } else return;
      } else this.#world.now = Math.max(this.#world.now, due);
    }
  }

  async #hasEnded(): Promise<boolean> {
    for await (const _ of this.#world.suspended.ended(tenantId, this.#world.now)) return true;
    return false;
  }

  #advance(ms: number): void {
    this.#world.now += ms;
    for (const process of [...this.#running]) {
      const isLate = this.#world.now - process.startedAt > process.timeoutMs;
      if (isLate && process.isAlive) this.#kill(process);
    }
  }

  #kill(process: Running): void {
    if (!this.#running.has(process)) return;
    process.isAlive = false;
    this.#deaths += 1;
    this.happened.add('death');
    this.#running.delete(process);
    process.release();
  }

  #process(timeoutMs: number, release: () => void = () => {}): Running {
    return { isAlive: true, batchNows: [], startedAt: this.#world.now, timeoutMs, release };
  }

  /** Runs the work; what it throws is what a Lambda throws. */
  #start(process: Running, work: () => Promise<void>, failed: (error: Error) => void): void {
    process.startedAt = this.#world.now;
    this.#running.add(process);
    work().then(
      () => this.#running.delete(process),
      (error) => {
        this.#running.delete(process);
        const isFault = /throttled|timed out|Others still|limits of an account still/.test(String(error));
        if (isFault) failed(error as Error);
        else this.#failure ??= error;
      },
    );
  }

  // What devices do.

  #post(): void {
    const { now } = this.#world;
    const count = this.#lots.int(1, 6);
    for (let index = 0; index < count; index++) {
      const again = this.#records.length > 0 && this.#lots.chance(0.15);
      const age = this.#lots.pick([-4 * 60_000, 0, 0, 60_000, hourMs, 5 * hourMs, 26 * hourMs, 80 * hourMs]);
      this.#records.push(
        again
          ? this.#lots.pick(this.#records)
          : {
              tenantId,
              accountId: this.#lots.pick(accountIds),
              deviceId: 'd',
              eventId: `e${this.#records.length}`,
              meter: this.#lots.pick(meters),
              hour: hourOf(now - age),
              quantity: this.#lots.int(1, 30),
            },
      );
    }
  }

  // What the Lambdas do.

  #consume(): void {
    if (this.#isConsuming || this.#position >= this.#records.length) return;
    const release = () => {
      this.#isConsuming = false;
      this.#consumer = undefined;
    };
    if (!this.#consumer?.process.isAlive) {
      const process = this.#process(consumerMs, release);
      this.#consumer = { process, record: this.#world.consumerOf(process, this.#around) };
    }
    const { process, record } = this.#consumer;
    const from = this.#position;
    const batch = this.#records.slice(from, from + this.#lots.int(1, 8));
    this.#isConsuming = true;
    const isPresent = () => this.#consumer?.process === process;
    this.#start(
      process,
      async () => {
        const touched = await record(batch, this.#world.now);
        const fault = touched.find(({ failure }) => failure)?.failure;
        if (fault && !/throttled|timed out|Others still|limits of an account still/.test(fault.message))
          throw fault;
        const failed = touched.filter(({ failure }) => failure).map(({ firstRecord }) => firstRecord);
        if (!isPresent()) return;
        this.#isConsuming = false;
        // A batch is given up after too many tries; what it counted is counted.
        const isGivenUp = fault && touched.every(({ totals }) => totals) && this.#lots.chance(0.7);
        if (isGivenUp) {
          this.#givenUp = true;
          this.happened.add('given up');
        }
        this.#position = from + (isGivenUp ? batch.length : Math.min(batch.length, ...failed));
      },
      () => isPresent() && release(),
    );
  }

  /** Another consumer takes over; the former goes on as a zombie. */
  #superseded(): void {
    if (!this.#isConsuming || !this.#lots.chance(0.3)) return;
    this.#isConsuming = false;
    this.#consumer = undefined;
    this.happened.add('zombie');
  }

  #enforce(): void {
    const message = this.#world.queued.find(({ accountId }) => !this.#busyAccounts.has(accountId));
    if (!message) return;
    const { accountId } = message;
    this.#busyAccounts.add(accountId);
    const process = this.#process(30_000, () => this.#busyAccounts.delete(accountId));
    const { settle, tell } = this.#world.enforcerOf(process, this.#around);
    this.#start(
      process,
      async () => {
        const { now } = this.#world;
        const settled = await settle(tenantId, accountId, { now, pastCycles: pastCyclesOf(message) });
        if (settled)
          await tell(settled, now, message.kind === 'look' && message.endedAt ? [message.endedAt] : []);
        // Its deletion may get lost; then it comes again.
        if (!this.#lots.chance(this.#faults.lost)) this.#remove(message);
        this.#busyAccounts.delete(accountId);
      },
      () => this.#busyAccounts.delete(accountId),
    );
  }

  #remove(message: LimitMessage): void {
    const at = this.#world.queued.indexOf(message);
    if (at >= 0) this.#world.queued.splice(at, 1);
  }

  #doJob(): void {
    const job = this.#jobs.find(({ due }) => due <= this.#world.now);
    if (!job) return;
    this.#jobs = this.#jobs.filter((one) => one !== job);
    const again = () => this.#jobs.push(job);
    const process = this.#process(60_000, again);
    this.#start(process, () => this.#evaluate(process, job.accountId), again);
  }

  async #evaluate(process: Running, accountId: string): Promise<void> {
    const { settle, ports } = this.#world.enforcerOf(process, this.#around);
    const settled = await settle(tenantId, accountId, { now: this.#world.now, isRebuilt: true });
    if (!settled || !isToBeTold(settled)) return;
    const cause = `${settled.account.rev} ${settled.config.revision} ${this.#world.now}`;
    await ports.queue.sendAll([{ kind: 'look', tenantId, accountId, cause }]);
  }

  #announce(): void {
    const process = this.#process(60_000);
    const { ports } = this.#world.enforcerOf(process, this.#around);
    this.#start(
      process,
      async () => {
        for await (const { accountId, until } of this.#world.suspended.ended(tenantId, this.#world.now)) {
          const cause = `ended ${until}`;
          await ports.queue.sendAll([{ kind: 'look', tenantId, accountId, cause, endedAt: until }]);
        }
      },
      () => {},
    );
  }

  #rollUpAll(): void {
    this.#givenUp = false;
    for (const accountId of accountIds) this.#rollUp(accountId);
  }

  #rollUp(accountId: string): void {
    const process = this.#process(60_000);
    const rollUp = this.#world.rollUpOf(process, this.#around);
    const partition = accountPartition(accountId);
    this.#start(
      process,
      async () => {
        const config = await this.#world.history.latest(tenantId);
        if (config) await rollUp(tenantId, config, partition, this.#world.now);
      },
      () => {},
    );
  }

  // What a back office does. What it gets no answer to it asks again.

  #secondLook(accounts: readonly string[]): void {
    if (this.#mutation === 'no-second-look') return;
    const due = this.#world.now + secondLookMs;
    this.#jobs.push(...accounts.map((accountId) => ({ due, accountId })));
  }

  #putConfig(settings: TenantSettings): void {
    const again = () => this.#requests.push(() => this.#putConfig(settings));
    const process = this.#process(requestMs, again);
    const { history } = this.#world.portsOf(process, this.#around);
    this.#start(
      process,
      async () => {
        this.#secondLook(accountIds);
        const previous = await history.latest(tenantId);
        if (!previous) return;
        const config = this.#revised(previous, settings, this.#world.now);
        if (config !== previous && !(await history.appendOnce(tenantId, config))) return void again();
        this.#jobs.push(...accountIds.map((accountId) => ({ due: this.#world.now, accountId })));
      },
      again,
    );
  }

  #revised(previous: typeof emptyConfig, settings: TenantSettings, now: number) {
    const revised = reviseConfig(previous, settings, now);
    if (!revised.ok) throw new Error(JSON.stringify(revised.faults));
    const { config } = revised;
    if (this.#mutation !== 'no-revision') return config;
    return { ...config, limitRevisions: { meters: {}, plans: {}, default: {} } };
  }

  #putAccount(): void {
    const accountId = this.#lots.pick(accountIds);
    const change = this.#lots.pick([
      { plan: 'basic' },
      { plan: 'plus' },
      { limits: [] },
      { limits: [this.#limit('bytes')] },
      { limits: [this.#limit('calls'), this.#limit('bytes')] },
    ]);
    const again = () => this.#requests.push(() => put());
    const put = () => {
      const process = this.#process(requestMs, again);
      const { accounts } = this.#world.portsOf(process, this.#around);
      this.#start(
        process,
        async () => {
          if (change.limits) await accounts.noteOwnLimits(tenantId);
          this.#secondLook([accountId]);
          const account = (await accounts.find(tenantId, accountId)) ?? newAccount(tenantId, accountId);
          const revised = reviseAccount(account, change);
          const isNew = revised !== account;
          const next =
            this.#mutation === 'no-revision' ? { ...revised, planWrite: 0, limitWrites: {} } : revised;
          if (isNew && !(await accounts.put({ ...next, rev: account.rev + 1 }))) return void again();
          await this.#evaluate(process, accountId);
        },
        again,
      );
    };
    put();
  }

  #limit(meter: string): Limit {
    return {
      meter,
      perCycle: this.#lots.pick([10, 20, 40, 150]),
      onReached: this.#lots.pick(['suspend', 'suspend', 'notify']),
      nearPercent: this.#lots.pick([[80], [50, 90], []]),
    };
  }

  #settings(): TenantSettings {
    const lots = this.#lots;
    const period = this.#lots.pick(['day', 'day', 'week', 'month'] as const);
    const limits = () =>
      lots.pick([
        [],
        [this.#limit('bytes')],
        [this.#limit('bytes'), this.#limit('calls')],
        [this.#limit('bytes'), this.#limit('calls')],
      ]);
    const meter = (name: string) =>
      ({ name, eventType: 'use', aggregation: 'sum', field: name, scale: 0 }) as const;
    return {
      ...settingsOf(emptyConfig),
      meters: lots.chance(0.9) ? meters.map(meter) : [meter('bytes')],
      plans: lots.pick([
        [
          { name: 'basic', default: true, limits: limits() },
          { name: 'plus', default: false, limits: limits() },
        ],
        [{ name: 'basic', default: false, limits: limits() }],
      ]),
      cycle: { period, anchorDay: lots.pick([1, 3, 30]) },
      timeZone: lots.pick(['UTC', 'Europe/Paris', 'Asia/Kolkata']),
    };
  }

  // What must be so when everything has come to rest.

  async #verify(): Promise<void> {
    const config = await this.#world.history.latest(tenantId);
    if (!config) return fail('The configuration is gone.');
    for (const accountId of accountIds) {
      const account =
        (await this.#world.accounts.find(tenantId, accountId)) ?? newAccount(tenantId, accountId);
      const limits = effectiveLimits(config, account);
      strictEqual(account.untold.length, 0, `${accountId} has something that was never told`);
      for (const limit of limits) {
        const meter = limit.meter.name;
        const cycle = cycleOf(config.zones, hourOf(this.#world.now));
        const used = this.#used(accountId, meter, cycle);
        const isOver = limit.onReached === 'suspend' && used >= Number(limit.quantity);
        const suspension = account.suspensions[meter];
        const isSuspended = suspension !== undefined && suspension.until > this.#world.now;
        const says = `${accountId} used ${used} of ${limit.quantity} ${meter} (${limit.onReached})`;
        strictEqual(isSuspended, isOver, `${says}: suspended ${isSuspended}`);
        if (isSuspended) strictEqual(suspension.until, cycle.end * hourMs, `${says}: until another time`);
        this.#verifyRevision(accountId, limit);
        this.#verifyTold(accountId, limit, cycle, `${says}:`);
      }
      for (const [meter, { until }] of Object.entries(account.suspensions)) {
        const isLimited = limits.some((limit) => limit.meter.name === meter);
        ok(
          isLimited || until <= this.#world.now,
          `${accountId} is suspended of ${meter}, which has no limit`,
        );
      }
      this.#verifyPairs(accountId, account.suspensions);
      const hint = await this.#world.suspended.read(tenantId, streamPartition(accountId));
      const isHinted = hint.accounts.has(accountId);
      const isSuspended = suspensionAt(account, this.#world.now) !== undefined;
      ok(isHinted || !isSuspended, `${accountId} is suspended and nothing hints at it`);
    }
    this.#verifyRepeats();
  }

  #used(accountId: string, meter: string, { start, end }: { start: number; end: number }): number {
    const counted = new Map(
      this.#records
        .filter((one) => one.accountId === accountId && one.meter === meter)
        .filter(({ hour }) => start <= hour && hour < end)
        .map((one) => [`${one.eventId} ${one.hour}`, one.quantity]),
    );
    return [...counted.values()].reduce((sum, quantity) => sum + quantity, 0);
  }

  /** A revision stands for one value and never for another. */
  #verifyRevision(accountId: string, limit: EffectiveLimit): void {
    if (this.#mutation === 'no-revision') return;
    const key = `${accountId} ${limit.meter.name} ${limit.revision}`;
    const value = `${limit.quantity} ${limit.onReached}`;
    strictEqual(this.#limitsKnown.get(key) ?? value, value, `revision ${key} was of another limit`);
    this.#limitsKnown.set(key, value);
  }

  #verifyTold(
    accountId: string,
    limit: EffectiveLimit,
    present: { start: number; end: number },
    says: string,
  ): void {
    const meter = limit.meter.name;
    const told = [...this.#world.told.values()].map(({ notification }) => notification);
    const ofLimit = told.filter(
      (one) =>
        (one.kind === 'limit.near' || one.kind === 'limit.reached') &&
        one.accountId === accountId &&
        one.meter.name === meter &&
        one.limitRev === limit.revision,
    ) as Extract<(typeof told)[number], { kind: 'limit.near' | 'limit.reached' }>[];
    for (const one of ofLimit) {
      const cycle = { start: one.cycle.start / hourMs, end: one.cycle.end / hourMs };
      const isTrue = this.#used(accountId, meter, cycle) * 100 >= Number(limit.quantity) * one.threshold;
      ok(isTrue, `${says} ${one.threshold} % was told and is not so`);
    }
    const used = this.#used(accountId, meter, present);
    for (const threshold of limit.thresholds) {
      if (used * 100 < Number(limit.quantity) * threshold) continue;
      const isTold = ofLimit.some(
        (one) => one.threshold === threshold && one.cycle.start === present.start * hourMs,
      );
      ok(isTold, `${says} ${threshold} % was not told`);
    }
  }

  /** What was told of an account ends with what it is. */
  #verifyPairs(accountId: string, suspensions: Record<string, { until: number }>): void {
    for (const meter of meters) {
      const kinds = [...this.#world.told.values()]
        .map(({ notification }) => notification)
        .filter((one) => one.kind.startsWith('account.') && 'meter' in one)
        .filter((one) => 'accountId' in one && one.accountId === accountId && one.meter.name === meter)
        .map(({ kind }) => kind);
      const isSuspended = (suspensions[meter]?.until ?? 0) > this.#world.now;
      const last = kinds.at(-1) ?? 'account.resumed';
      strictEqual(
        last,
        isSuspended ? 'account.suspended' : 'account.resumed',
        `${accountId} ${meter}: ${kinds}`,
      );
    }
  }

  #verifyRepeats(): void {
    for (const { notification, count } of this.#world.told.values()) {
      this.happened.add(notification.kind);
      if (notification.kind === 'account.resumed') this.happened.add(notification.reason);
      if (count > 1) this.happened.add('told again after a death');
    }
    const repeats = [...this.#world.told.values()].reduce((sum, { count }) => sum + count - 1, 0);
    const isFaultless = this.#deaths === 0 && this.#chosen.lost === 0 && this.#chosen.refused === 0;
    if (isFaultless) strictEqual(repeats, 0, 'something was told twice without a death');
  }
}

const pastCyclesOf = (message: LimitMessage) =>
  message.kind === 'threshold' ? [{ meter: message.meter, start: message.cycleStart }] : [];
