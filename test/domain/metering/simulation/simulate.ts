import { deepStrictEqual, ok } from 'node:assert/strict';
import { Logger } from '@aws-lambda-powertools/logger';
import type { Context, KinesisStreamBatchResponse, KinesisStreamRecord } from 'aws-lambda';
import { accountPartition, formatPartition } from '../../../../domain/metering/account-partition.ts';
import { utcDayOf } from '../../../../domain/metering/account-registry.ts';
import { isBeyondHorizon } from '../../../../domain/metering/horizon.ts';
import { hourMs, type WindowKey } from '../../../../domain/metering/window.ts';
import type { recordUsageBounds } from '../../../../domain/metering/windows/record-usage.ts';
import type { Quarantined } from '../../../../domain/quarantine/quarantine.ts';
import type { ConfigHistory } from '../../../../domain/tenancy/config-history.ts';
import { memoryDuplicateCounts } from '../../../../domain/traffic/memory-duplicate-counts.ts';
import { type EventLine, encodeStreamRecords } from '../../../../events/stream-record.ts';
import type { createHandler } from '../../../../functions/record-usage.ts';
import { dynamoRecordUsage } from '../../../../infra/metering/dynamo-record-usage.ts';
import { dynamoWindowStore } from '../../../../infra/metering/dynamo-window-store.ts';
import { fromItem, hourOfSk } from '../../../../infra/metering/window-items.ts';
import { configRevisions } from '../../../../infra/tenancy/config-revisions.ts';
import { Lots } from './lots.ts';
import { type Process, Scheduler } from './scheduler.ts';
import {
  type Faults,
  type Happening,
  type Item,
  type Mutation,
  SimulatedDynamo,
} from './simulated-dynamo.ts';
import { metersAt, Posts, revisionMax, storedConfigs } from './simulated-posts.ts';
import { type Shard, SimulatedStream } from './simulated-stream.ts';
import { plain, Truth, windowText } from './truth.ts';

const dayMs = 24 * hourMs;
const retentionMs = 7 * dayMs;
const startMs = Date.parse('2026-11-21T22:40:00Z');
/** A world that has not come to rest by then never will. */
const turnsMax = 20_000;
const noFaults: Faults = {
  throttle: 0,
  crash: 0,
  lostAnswer: 0,
  repeatedWrite: 0,
  unprocessedKey: 0,
  staleRead: 0,
};

export interface SimulationOptions {
  createHandler: typeof createHandler;
  mutation?: Mutation;
}

export type WorldEvent =
  | Happening
  | 'split or merge'
  | 'zombie'
  | 'leap'
  | 'window forgotten'
  | 'new key'
  | 'new configuration'
  | 'beyond the horizon';

/**
 * Plays one world to its end, and answers how often what happened in it. Rejects where a total, a registration
 * or a promise is broken.
 */
export async function simulate(seed: number, options: SimulationOptions): Promise<Map<WorldEvent, number>> {
  const simulation = new Simulation(seed, options);
  await simulation.run();
  return simulation.events;
}

interface WarmProcess extends Process {
  handle: (records: KinesisStreamRecord[]) => Promise<KinesisStreamBatchResponse>;
  died: Promise<void>;
  die: () => void;
}

class Simulation {
  readonly events = new Map<WorldEvent, number>();
  readonly #lots: Lots;
  readonly #scheduler: Scheduler;
  readonly #dynamo: SimulatedDynamo;
  readonly #stream: SimulatedStream;
  readonly #truth = new Truth();
  readonly #posts: Posts;
  readonly #options: SimulationOptions;
  readonly #bounds: typeof recordUsageBounds;
  readonly #created = new Set<string>();
  readonly #forgotten = new Set<string>();
  readonly #garbage = new Set<string>();
  readonly #processes: WarmProcess[] = [];
  #history!: ConfigHistory;
  #now = startMs;
  #revision = 1;
  /** What was found wrong where nobody can throw; the first is told. */
  #violation: string | undefined;
  #failure: unknown;

  constructor(seed: number, options: SimulationOptions) {
    const lots = new Lots(seed);
    this.#lots = lots;
    this.#options = options;
    this.#scheduler = new Scheduler(lots);
    const faults: Faults = {
      throttle: lots.pick([0, 0.02, 0.1]),
      crash: lots.pick([0, 0.02, 0.1]),
      lostAnswer: lots.pick([0, 0.02, 0.1]),
      repeatedWrite: lots.pick([0, 0.05]),
      unprocessedKey: lots.pick([0, 0.2]),
      staleRead: lots.pick([0, 0.3]),
    };
    this.#dynamo = new SimulatedDynamo(lots, this.#scheduler, faults, options.mutation);
    this.#dynamo.onWrite = (item, former, process) => this.#checkWrite(item, former, process);
    this.#dynamo.onEvent = (name) => this.#note(name);
    this.#dynamo.onCrash = (process) => (process as WarmProcess).die();
    this.#posts = new Posts(lots);
    this.#bounds = {
      pageBytesMax: lots.pick([260, 320, 500, 2_000]),
      cacheBytesMax: lots.pick([0, 4_000, 1_000_000]),
      windowsPerRead: lots.pick([1, 3, 100]),
      readsAtOnce: lots.pick([1, 3]),
      putsAtOnce: lots.pick([1, 4]),
      triesMax: lots.pick([2, 8]),
    };
    this.#stream = new SimulatedStream((shard) => this.#start(this.#consume(shard)));
  }

  async run(): Promise<void> {
    this.#history = await storedConfigs();
    this.#start(this.#produce());
    await this.#scheduler.run(() => {
      if (this.#violation === undefined && this.#scheduler.turns > turnsMax)
        this.#violation = 'It never ends.';
      if (this.#violation !== undefined) throw new Error(this.#violation);
    });
    if (this.#failure) throw this.#failure;
    ok(
      this.#stream.shards.every(({ isDrained }) => isDrained),
      'A shard was not read to its end.',
    );
    await this.#verify();
  }

  #note(event: WorldEvent): void {
    this.events.set(event, (this.events.get(event) ?? 0) + 1);
  }

  #start(task: Promise<void>): void {
    task.catch((error) => {
      this.#failure ??= error;
      this.#violation ??= String(error);
    });
  }

  /** Sends posts, while time goes by, configurations change and shards split and merge. */
  async #produce(): Promise<void> {
    const posts = this.#lots.int(5, 25);
    for (let post = 0; post < posts; post++) {
      await this.#scheduler.turn();
      this.#now += this.#lots.int(0, 4 * 60_000);
      if (this.#lots.chance(0.1)) this.#reconfigure();
      if (this.#lots.chance(0.1)) this.#reshard();
      if (this.#lots.chance(0.05)) this.#rotateKey();
      if (this.#lots.chance(0.05)) this.#leap();
      if (this.#lots.chance(0.3)) this.#start(this.#zombie());
      if (this.#lots.chance(0.1)) this.#sendGarbage(post);
      // A producer with a cache of configurations may be a revision behind.
      const revision = Math.max(1, this.#revision - this.#lots.int(0, 1));
      this.#send(this.#posts.next(revision, this.#now));
      while (this.#lots.chance(0.6)) await this.#scheduler.turn();
    }
    this.#dynamo.faults = noFaults;
    this.#stream.close();
  }

  #reconfigure(): void {
    if (this.#revision === revisionMax) return;
    this.#revision += 1;
    this.#note('new configuration');
  }

  #reshard(): void {
    this.#stream.reshard(this.#lots);
    this.#note('split or merge');
  }

  #send(lines: EventLine[]): void {
    for (const record of encodeStreamRecords(lines)) {
      const sequenceNumber = this.#stream.append(record, this.#now);
      for (const text of Buffer.from(record.data).toString().trimEnd().split('\n')) {
        const line = JSON.parse(text) as EventLine;
        const isTooOld = isBeyondHorizon(Date.parse(line.event.time), this.#now, { retentionMs });
        this.#truth.stored(line, metersAt(line.config), sequenceNumber, isTooOld);
      }
    }
  }

  #sendGarbage(post: number): void {
    const text = `garbage ${post}`;
    this.#garbage.add(text);
    this.#stream.append(
      { partitionKey: `T001/${this.#lots.int(0, 63)}`, data: Buffer.from(text) },
      this.#now,
    );
  }

  /** An operator puts the next version of the event hash key. */
  #rotateKey(): void {
    const version = this.#dynamo.items('k#event-hash').length + 1;
    if (version === 1) return;
    const sk = String(version).padStart(4, '0');
    this.#note('new key');
    this.#dynamo.put({ pk: { S: 'k#event-hash' }, sk: { S: sk }, secret: { B: secretOf(version) } });
  }

  /** Days or weeks pass, in which nothing is read; no invocation outlives that. Expired items go bit by bit. */
  #leap(): void {
    this.#note('leap');
    for (const process of this.#processes) if (process.batchNows.length > 0) this.#kill(process);
    this.#now += this.#lots.pick([26 * hourMs, 3 * dayMs, 20 * dayMs, 45 * dayMs]);
    for (const item of this.#dynamo.items('w#')) {
      const isExpired = Number(item.expiresAt?.N) * 1000 <= this.#now;
      if (!isExpired || this.#lots.chance(0.5)) continue;
      this.#dynamo.delete(item);
      this.#forgotten.add(hourPlaceOf(item));
      this.#note('window forgotten');
    }
  }

  #kill(process: WarmProcess): void {
    process.isAlive = false;
    process.die();
  }

  /** Reads a shard from its beginning to its end, batch by batch, as a mapping does. */
  async #consume(shard: Shard): Promise<void> {
    for (const parent of shard.parents) while (!parent.isDrained) await parent.changed();
    for (let position = 0; ; ) {
      while (position === shard.records.length && !shard.isClosed) await shard.changed();
      if (position === shard.records.length) break;
      const read = await this.#deliver(shard, position);
      // The mapping may lose its note of how far it came.
      if (!this.#lots.chance(this.#dynamo.faults.crash)) position = read;
    }
    shard.isDrained = true;
    shard.wake();
  }

  /** A second consumer, which believes that it still holds a shard and starts somewhere in what was read. */
  async #zombie(): Promise<void> {
    this.#note('zombie');
    const shard = this.#lots.pick(this.#stream.shards);
    let position = this.#lots.int(0, shard.records.length);
    for (let batches = this.#lots.int(1, 4); batches > 0 && position < shard.records.length; batches--) {
      position = await this.#deliver(shard, position);
    }
  }

  /** Delivers one batch; answers from where the next one is to begin. */
  async #deliver(shard: Shard, position: number): Promise<number> {
    await this.#scheduler.turn();
    const records = shard.records.slice(position, position + this.#lots.int(1, 6));
    const process = this.#warmProcess();
    const batchNow = this.#now;
    process.batchNows.push(batchNow);
    const answer = await Promise.race([process.handle(records), process.died]);
    process.batchNows.splice(process.batchNows.indexOf(batchNow), 1);
    if (!answer) return position;
    const failed = answer.batchItemFailures[0]?.itemIdentifier;
    if (failed === undefined) return position + records.length;
    const index = records.findIndex(({ kinesis }) => kinesis.sequenceNumber === failed);
    ok(index >= 0, 'What failed is not of the batch.');
    return position + index;
  }

  /** A process that has worked before, or a new one. One may be at several batches, as on one machine. */
  #warmProcess(): WarmProcess {
    const warm = this.#processes.filter(({ isAlive }) => isAlive);
    if (warm.length > 0 && this.#lots.chance(0.8)) return this.#lots.pick(warm);
    const process = this.#startProcess();
    this.#processes.push(process);
    return process;
  }

  #startProcess(): WarmProcess {
    const { promise: died, resolve: die } = Promise.withResolvers<void>();
    const process: WarmProcess = {
      isAlive: true,
      batchNows: [],
      handle: async () => ({ batchItemFailures: [] }),
      died,
      die,
    };
    const turn = () => this.#scheduler.turn(process);
    const handler = this.#options.createHandler({
      configs: configRevisions({
        ...this.#history,
        at: async (...names) => {
          await turn();
          if (this.#lots.chance(this.#dynamo.faults.throttle)) throw new Error('throttled');
          return this.#history.at(...names);
        },
      }),
      recordUsage: dynamoRecordUsage(
        this.#dynamo.clientOf(process),
        'usage',
        {
          retentionMs,
          clock: () => this.#now,
          random: () => this.#lots.next(),
          randomBytes: () => secretOf(1),
          wait: turn,
        },
        this.#bounds,
      ),
      duplicates: memoryDuplicateCounts(),
      quarantine: {
        put: async (item) => {
          await turn();
          if (this.#lots.chance(this.#dynamo.faults.throttle)) throw new Error('throttled');
          this.#setAside(item);
        },
      },
      retentionMs,
      clock: () => this.#now,
      logger: new Logger({ logLevel: 'SILENT' }),
    });
    process.handle = (Records) => handler({ Records }, {} as Context);
    return process;
  }

  #setAside({ reason, bytes, position: { sequenceNumber } }: Quarantined): void {
    const text = Buffer.from(bytes).toString();
    if (reason === 'undecodable' && this.#garbage.delete(text)) return;
    if (reason === 'undecodable' && text.startsWith('garbage ')) return;
    if (reason !== 'beyond_horizon')
      throw new Error(`Nothing is wrong with ${text}, set aside as ${reason}.`);
    this.#note('beyond the horizon');
    const line = JSON.parse(text) as EventLine;
    this.#truth.setAside(line, metersAt(line.config), sequenceNumber);
  }

  /** What must hold at the very moment of a write. */
  #checkWrite(item: Item, former: Item | undefined, process: Process): void {
    const pk = item.pk?.S as string;
    if (!pk.startsWith('w#')) return;
    const page = fromItem(item);
    const wrong = (what: string) => {
      this.#violation ??= `${what}: ${pk} ${item.sk?.S}`;
    };
    if (page.expiresAt * 1000 <= this.#now) wrong('An expired window was written');
    if (former?.sealed?.BOOL) wrong('A sealed page was written');
    const isNew = page.page === 0 && !former;
    if (isNew && this.#created.has(hourPlaceOf(item))) wrong('A window that was forgotten was written again');
    this.#created.add(hourPlaceOf(item));

    const batchNow = Math.min(...process.batchNows);
    const hour = hourOfSk(item.sk?.S as string);
    const isLate = batchNow > (utcDayOf(hour) + 1) * dayMs + dayMs;
    const [, tenantId, ...account] = pk.split('#');
    const markedAt = this.#markOf(tenantId as string, account.join('#'), hour);
    if ((isNew || isLate) && !(markedAt >= batchNow)) wrong('A page was written before its day was marked');
  }

  #markOf(tenantId: string, accountId: string, hour: number): number {
    const pk = `r#${tenantId}#${formatPartition(accountPartition(accountId))}`;
    return Number(this.#dynamo.item(pk, accountId)?.[`d${utcDayOf(hour)}`]?.N);
  }

  /** At rest: what is stored is the truth, what is read is what is stored, and every account is registered. */
  async #verify(): Promise<void> {
    deepStrictEqual([...this.#garbage], [], 'Garbage was not set aside.');
    const process = this.#startProcess();
    const reader = dynamoWindowStore(this.#dynamo.clientOf(process), 'usage', {
      clock: () => this.#now,
      random: () => 0.5,
      wait: () => this.#scheduler.turn(process),
    });
    let isVerified = false;
    const verifyAll = async () => {
      for (const window of this.#truth.windows) await this.#verifyWindow(window, reader);
      isVerified = true;
    };
    this.#start(verifyAll());
    await this.#scheduler.run(() => {});
    if (this.#failure) throw this.#failure;
    ok(isVerified, 'The windows could not be read.');
  }

  async #verifyWindow(window: WindowKey, reader: ReturnType<typeof dynamoWindowStore>): Promise<void> {
    const items = this.#dynamo
      .items(`w#${window.tenantId}#${window.accountId}`)
      .filter((item) => item.pk?.S === `w#${window.tenantId}#${window.accountId}`)
      .filter((item) => item.sk?.S?.startsWith(`${window.meter}#`) && hourOfSk(item.sk.S) === window.hour)
      .toSorted((one, other) => ((one.sk?.S as string) < (other.sk?.S as string) ? -1 : 1));
    if (items[0] === undefined ? this.#isForgotten(window) : this.#forgotten.has(hourPlaceOf(items[0])))
      return;
    const totals = this.#truth.check(window, items.map(fromItem), secretOf);
    if (items.length === 0) return;
    const markedAt = this.#markOf(window.tenantId, window.accountId, window.hour);
    ok(markedAt > 0, `The account of ${windowText(window)} is not registered, or its day is not dirty.`);

    const isExpired = Number(items[0]?.expiresAt?.N) * 1000 <= this.#now;
    const read = await reader.readWindows(window, { from: window.hour, to: window.hour + 1 });
    const readTotals = read.get(window.hour);
    deepStrictEqual(
      readTotals && plain(readTotals),
      isExpired ? undefined : plain(totals),
      'What is read is not what is stored.',
    );
  }

  #isForgotten({ tenantId, accountId, meter, hour }: WindowKey): boolean {
    return [...this.#forgotten].some(
      (place) => place === placeText(`w#${tenantId}#${accountId}`, meter, hour),
    );
  }
}

const secretOf = (version: number): Uint8Array => new Uint8Array(16).fill(version);

/** Which window an item is of. */
const hourPlaceOf = (item: Item): string =>
  placeText(item.pk?.S as string, item.sk?.S?.split('#')[0] as string, hourOfSk(item.sk?.S as string));

const placeText = (pk: string, meter: string, hour: number): string => `${pk} ${meter} ${hour}`;
