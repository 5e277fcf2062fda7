import { setMaxListeners } from 'node:events';
import type { _Record, KinesisClient } from '@aws-sdk/client-kinesis';
import { eachAtOnce } from '../../domain/metering/at-once.ts';
import { type Checkpoints, openCheckpoints, type Position } from '../mappings/checkpoints.ts';
import type { InvokeResult } from '../mappings/invocation.ts';
import { playShards } from '../mappings/play-shards.ts';
import { readShard } from '../mappings/shard-reader.ts';
import { pause, type WakeUp, wakeUp } from '../mappings/wake-up.ts';
import type { StackClock } from '../stack-clock.ts';
import type { DeliverySettings } from './delivery-settings.ts';
import { type LakeObject, lakeObjects } from './lake-objects.ts';
import { type ReadRecord, type SubRecord, subRecords } from './sub-records.ts';
import { type Transformed, transformLines } from './transform-lines.ts';

export interface DeliveryStreamOptions {
  settings: DeliverySettings;
  /** How long records are gathered. */
  bufferMs: number;
  kinesis: KinesisClient;
  invoke: (event: unknown) => Promise<InvokeResult>;
  /** Resolves once the object is stored; called again until it does. */
  put: (bucket: string, object: { key: string; body: Uint8Array }) => Promise<void>;
  clock: StackClock;
  /** A folder of this delivery stream's own. */
  checkpointDir: string;
  log: (line: string) => void;
}

export interface RunningDelivery {
  /** Takes no more, and resolves when what is being delivered is stored and remembered. */
  stop(): Promise<void>;
}

/** A delivery is cut at this size; and this much may wait while one is under way. */
const deliveryBytesMax = 8 * 1024 * 1024;
const readRecordsMax = 1_000;
const invocationsAtOnce = 2;
const putsAtOnce = 8;
const retryMs = 250;

/**
 * Plays a Firehose delivery stream: gathers records by time and size, has them transformed, and puts them into the
 * bucket by partition. How far a shard is done is remembered only once all of it is stored, so a death at any moment
 * loses nothing and may store twice, as Firehose may.
 */
export function startDeliveryStream(options: DeliveryStreamOptions): RunningDelivery {
  const stopping = new AbortController();
  // Every shard and call listens to it, which is no leak.
  setMaxListeners(0, stopping.signal);
  const played = new DeliveryStream(options, stopping.signal).play();
  return {
    async stop() {
      stopping.abort();
      await played;
    },
  };
}

interface Gathered {
  records: ReadRecord[];
  bytes: number;
  /** When the first of them was read. */
  since: number;
}

const nothing = (): Gathered => ({ records: [], bytes: 0, since: 0 });

class DeliveryStream {
  readonly #options: DeliveryStreamOptions;
  readonly #signal: AbortSignal;
  readonly #checkpoints: Checkpoints;
  readonly #changed: WakeUp = wakeUp();
  #gathered = nothing();
  /** What is being delivered. */
  #underWay = nothing();

  constructor(options: DeliveryStreamOptions, signal: AbortSignal) {
    this.#options = options;
    this.#signal = signal;
    this.#checkpoints = openCheckpoints(options.checkpointDir);
    signal.addEventListener('abort', this.#changed.notify);
  }

  async play(): Promise<void> {
    const { settings, kinesis, clock, log } = this.#options;
    const reading = {
      reader: settings.name,
      kinesis,
      streamName: settings.streamName,
      checkpoints: this.#checkpoints,
      start: { kind: 'trim-horizon' as const },
      clock,
      log,
      signal: this.#signal,
    };
    await Promise.all([
      playShards(reading, (shardId, from) => this.#read(shardId, from)),
      this.#deliverAll(),
    ]);
  }

  async #read(shardId: string, from: Position): Promise<boolean> {
    const { settings, kinesis, clock, log } = this.#options;
    const signal = this.#signal;
    const source = { kinesis, streamName: settings.streamName, shardId, clock, log, signal };
    const how = await readShard(source, from, readRecordsMax, async (records) => {
      this.#gather(shardId, records);
      while (this.#gathered.bytes >= deliveryBytesMax && !signal.aborted) await this.#changed.wait();
    });
    const isOfShard = (one: ReadRecord) => one.shardId === shardId;
    while (this.#gathered.records.some(isOfShard) || this.#underWay.records.some(isOfShard)) {
      if (signal.aborted) return false;
      await this.#changed.wait();
    }
    if (how === 'drained') this.#save(shardId, { kind: 'drained' });
    return how !== 'stopped';
  }

  #gather(shardId: string, records: _Record[]): void {
    if (this.#gathered.records.length === 0) this.#gathered.since = this.#options.clock.now();
    for (const record of records) {
      this.#gathered.records.push({ shardId, record });
      this.#gathered.bytes += record.Data?.byteLength ?? 0;
    }
    this.#changed.notify();
  }

  async #deliverAll(): Promise<void> {
    const { clock, bufferMs } = this.#options;
    while (!this.#signal.aborted) {
      const { records, bytes, since } = this.#gathered;
      const dueAt = since + bufferMs;
      if (records.length === 0) await this.#changed.wait();
      else if (bytes < deliveryBytesMax && clock.now() < dueAt) await this.#changed.waitUntil(clock, dueAt);
      else {
        this.#underWay = this.#gathered;
        this.#gathered = nothing();
        this.#changed.notify();
        if (await this.#deliver(records)) {
          const last = new Map(records.map(({ shardId, record }) => [shardId, record.SequenceNumber!]));
          for (const [shardId, sequenceNumber] of last)
            this.#save(shardId, { kind: 'after', sequenceNumber });
        }
        this.#underWay = nothing();
        this.#changed.notify();
      }
    }
  }

  /** Answers whether all is stored; not where the stack stops first. */
  async #deliver(records: ReadRecord[]): Promise<boolean> {
    const { settings, clock } = this.#options;
    const around = { ...this.#options, signal: this.#signal };
    const parts = invocations(records.flatMap(subRecords), settings.transform.bytesMax);
    const answers: Transformed[][] = [];
    await eachAtOnce([...parts.entries()], invocationsAtOnce, async ([index, part]) => {
      answers[index] = (await transformLines(part, around)) ?? [];
    });
    if (this.#signal.aborted) return false;
    const objects = lakeObjects(answers.flat(), settings, clock.now());
    await eachAtOnce(objects, putsAtOnce, (object) => this.#put(object));
    return !this.#signal.aborted;
  }

  async #put({ key, body }: LakeObject): Promise<void> {
    const { settings, put, clock, log } = this.#options;
    const object = { key, body: body() };
    for (let failures = 0; !this.#signal.aborted; failures += 1) {
      try {
        return await put(settings.bucket, object);
      } catch (error) {
        if (failures === 0)
          log(`${settings.bucket} takes nothing, trying again: ${(error as Error).message}`);
        await pause(clock, retryMs, this.#signal);
      }
    }
  }

  /** A checkpoint that cannot be written costs a delivery twice at the worst, so it stops nothing. */
  #save(shardId: string, position: Position): void {
    try {
      this.#checkpoints.save(shardId, position);
    } catch (error) {
      this.#options.log(`the checkpoint of ${shardId} could not be stored: ${(error as Error).message}`);
    }
  }
}

/** Cuts lines into parts of as many bytes as the transform takes at once, of one line at least. */
function invocations(lines: SubRecord[], bytesMax: number): SubRecord[][] {
  const parts: SubRecord[][] = [];
  let bytes = Number.POSITIVE_INFINITY;
  for (const line of lines) {
    if (bytes + line.bytes > bytesMax) {
      parts.push([]);
      bytes = 0;
    }
    parts.at(-1)?.push(line);
    bytes += line.bytes;
  }
  return parts;
}
