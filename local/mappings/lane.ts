import type { BatchOutcome } from './invocation.ts';
import { fitting } from './invocation.ts';
import type { StreamSettings } from './mapping-settings.ts';

/**
 * The decisions of a Kinesis event source mapping, without clock, network or disk. A lane is what is processed
 * one batch after the other: a shard, or with ParallelizationFactor N one of the N parts of a shard into which
 * its partition keys fall. State, time and outcome go in; the next step comes out.
 */

/** All that the decisions need of a record. */
export interface LaneRecord {
  sequenceNumber: string;
  arrivedAt: number;
  /** When the poller got it: the batching window counts from here. */
  readAt: number;
  /** Its share of the invocation's JSON, comma included. */
  bytes: number;
}

/** A batch, or the part of one that is left. */
export interface Batch<R extends LaneRecord> {
  records: R[];
  /** How often the function was given exactly these records. */
  invocations: number;
  /** How much of MaximumRetryAttempts is used up. */
  retries: number;
  /** Failures to call the function at all; they only slow down. */
  notInvoked: number;
  /** Not before this time. */
  dueAt: number;
  /** Its retries are used up: it is to be given up. */
  exhausted: boolean;
}

export interface Lane<R extends LaneRecord> {
  /** Read, and in no batch yet. */
  waiting: R[];
  /** The batch in hand, then the parts behind it, in order. */
  batches: Batch<R>[];
  /** The shard is closed and read to its end: nothing will come to fill a batch. */
  ended: boolean;
}

export type Condition = 'RetryAttemptsExhausted' | 'RecordAgeExceeded';

/** Records that leave the lane without having been processed; they stay in it until they are `dropped`. */
export interface GivenUp<R extends LaneRecord> {
  records: R[];
  condition: Condition;
  invocations: number;
}

export type Step<R extends LaneRecord> =
  | { kind: 'invoke'; batch: Batch<R> }
  | { kind: 'give-up'; givenUp: GivenUp<R> }
  | { kind: 'wait'; until: number }
  | { kind: 'idle' };

export const emptyLane = <R extends LaneRecord>(): Lane<R> => ({
  waiting: [],
  batches: [],
  ended: false,
});

/** With records that were just read. */
export const offered = <R extends LaneRecord>(lane: Lane<R>, records: R[]): Lane<R> =>
  records.length === 0 ? lane : { ...lane, waiting: lane.waiting.concat(records) };

const newBatch = <R extends LaneRecord>(records: R[], dueAt: number): Batch<R> => ({
  records,
  invocations: 0,
  retries: 0,
  notInvoked: 0,
  dueAt,
  exhausted: false,
});

/**
 * Moves a batch out of the waiting records once it closes. "Before invoking the function, Lambda continues to
 * read records until it has gathered a full batch, the batching window expires, or the batch reaches the
 * payload limit of 6 MB" (Using Lambda to process records from Amazon Kinesis Data Streams).
 */
function gathered<R extends LaneRecord>(lane: Lane<R>, settings: StreamSettings, now: number): Lane<R> {
  const [oldest] = lane.waiting;
  if (lane.batches.length > 0 || !oldest) return lane;
  const count = fitting(lane.waiting, settings.batchSize);
  const full = count < lane.waiting.length || count === settings.batchSize;
  if (!full && !lane.ended && now < oldest.readAt + settings.windowMs) return lane;
  return {
    ...lane,
    waiting: lane.waiting.slice(count),
    batches: [newBatch(lane.waiting.slice(0, count), now)],
  };
}

/** How many of the first records are older than MaximumRecordAgeInSeconds; arrival times rise. */
function tooOld(records: LaneRecord[], { recordAgeMaxMs }: StreamSettings, now: number): number {
  const young = records.findIndex((record) => now - record.arrivedAt <= recordAgeMaxMs);
  return young < 0 ? records.length : young;
}

/** What to do now. `lane` is the state after that decision, to be kept. */
export function decide<R extends LaneRecord>(
  lane: Lane<R>,
  settings: StreamSettings,
  now: number,
): { lane: Lane<R>; step: Step<R> } {
  const next = gathered(lane, settings, now);
  return { lane: next, step: stepOf(next, settings, now) };
}

function stepOf<R extends LaneRecord>(lane: Lane<R>, settings: StreamSettings, now: number): Step<R> {
  const [batch] = lane.batches;
  const [oldest] = lane.waiting;
  if (!batch) return oldest ? { kind: 'wait', until: oldest.readAt + settings.windowMs } : { kind: 'idle' };
  const { records, invocations } = batch;
  if (batch.exhausted) {
    return { kind: 'give-up', givenUp: { records, condition: 'RetryAttemptsExhausted', invocations } };
  }
  // Records older than the maximum age are discarded, before the first attempt as between two; the rest stays.
  const expired = tooOld(records, settings, now);
  if (expired > 0) {
    const old = records.slice(0, expired);
    return { kind: 'give-up', givenUp: { records: old, condition: 'RecordAgeExceeded', invocations } };
  }
  return batch.dueAt > now ? { kind: 'wait', until: batch.dueAt } : { kind: 'invoke', batch };
}

/** Without the first records of the batch in hand, now that they are given up for good. */
export function dropped<R extends LaneRecord>(lane: Lane<R>, count: number): Lane<R> {
  const [inHand, ...behind] = lane.batches;
  if (!inHand || count > inHand.records.length) throw new Error('more records dropped than were in hand');
  const records = inHand.records.slice(count);
  return { ...lane, batches: records.length > 0 ? [{ ...inHand, records }, ...behind] : behind };
}

const backoffFirstMs = 100;
const backoffMaxMs = 60_000;

/** Retries slow down exponentially: 100 ms, 200 ms, ... up to a minute. */
export const backoffMs = (failures: number): number =>
  Math.min(backoffMaxMs, backoffFirstMs * 2 ** Math.min(failures - 1, 20));

/** After the function was called with the batch in hand. */
export function settled<R extends LaneRecord>(
  lane: Lane<R>,
  outcome: BatchOutcome,
  settings: StreamSettings,
  now: number,
): Lane<R> {
  const [inHand, ...behind] = lane.batches;
  if (!inHand) throw new Error('an outcome came for a lane that had no batch in hand');
  const left = outcome.kind === 'done' ? [] : remaining(inHand, outcome, settings, now);
  return { ...lane, batches: [...left, ...behind] };
}

/**
 * What is left of a batch that was not done.
 *
 * - Could not be called: "retries until the records expire or exceed the maximum age", without using up the
 *   retry quota (Retain discarded batch records).
 * - Named items failed: "Lambda uses the record with the lowest sequence number as the checkpoint" and retries
 *   from there. With bisecting on, "the batch is bisected at the returned sequence number and Lambda retries only
 *   the remaining records" (Configuring partial batch response); the remaining records are a new batch then,
 *   since "splitting batches doesn't consume the retry quota" (Retain discarded batch records).
 * - Failed as a whole, which failing from the first record on is too: with bisecting on, two halves that are
 *   retried one after the other, down to single records; a batch that cannot be split uses up its retries.
 */
function remaining<R extends LaneRecord>(
  batch: Batch<R>,
  outcome: Exclude<BatchOutcome, { kind: 'done' }>,
  settings: StreamSettings,
  now: number,
): Batch<R>[] {
  if (outcome.kind === 'not-invoked') {
    const notInvoked = batch.notInvoked + 1;
    return [{ ...batch, notInvoked, dueAt: now + backoffMs(notInvoked) }];
  }
  const from = outcome.kind === 'items-failed' ? outcome.indexes[0]! : 0;
  const records = batch.records.slice(from);
  if (settings.bisect && from > 0) return [newBatch(records, now)];
  if (settings.bisect && records.length > 1) {
    const middle = Math.ceil(records.length / 2);
    return [newBatch(records.slice(0, middle), now), newBatch(records.slice(middle), now)];
  }
  const invocations = batch.invocations + 1;
  const retries = batch.retries + 1;
  const exhausted = retries > settings.retriesMax;
  return [{ ...batch, records, invocations, retries, exhausted, dueAt: now + backoffMs(retries) }];
}

/** The first record that is not done with; undefined where all are. */
export const firstUnfinished = <R extends LaneRecord>(lane: Lane<R>): R | undefined =>
  lane.batches[0]?.records[0] ?? lane.waiting[0];
