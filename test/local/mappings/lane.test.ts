import { describe, expect, it } from 'vitest';
import type { BatchOutcome } from '../../../local/mappings/invocation.ts';
import {
  backoffMs,
  decide,
  dropped,
  emptyLane,
  firstUnfinished,
  type Lane,
  type LaneRecord,
  offered,
  settled,
} from '../../../local/mappings/lane.ts';
import { type MappingProperties, streamSettings } from '../../../local/mappings/mapping-settings.ts';

/** The documented rules of stream mappings, one by one. */

const settingsOf = (properties: MappingProperties = {}) =>
  streamSettings({
    EventSourceArn: 'arn:aws:kinesis:eu-central-1:000000000000:stream/usage',
    FunctionName: 'record-usage',
    StartingPosition: 'TRIM_HORIZON',
    BatchSize: 8,
    ...properties,
  });

const recordsOf = (count: number, at = 0, bytes = 100): LaneRecord[] =>
  Array.from({ length: count }, (_, i) => ({
    sequenceNumber: String(1_000 + i),
    arrivedAt: at,
    readAt: at,
    bytes,
  }));
const laneOf = (records: LaneRecord[]): Lane<LaneRecord> => offered(emptyLane(), records);
const numbers = (records: LaneRecord[]) =>
  records.map(({ sequenceNumber }) => Number(sequenceNumber) - 1_000);
const failed: BatchOutcome = { kind: 'failed', thrown: true, reason: 'Error: no' };
const failedFrom = (...indexes: number[]): BatchOutcome => ({ kind: 'items-failed', indexes });
const batches = (lane: Lane<LaneRecord>) => lane.batches.map((batch) => numbers(batch.records));
const afterFailing = (count: number, outcome: BatchOutcome, properties: MappingProperties) => {
  const settings = settingsOf(properties);
  return settled(decide(laneOf(recordsOf(count)), settings, 0).lane, outcome, settings, 0);
};

describe('a batch closes', () => {
  it('at once without a window, with what there is', () => {
    const { step } = decide(laneOf(recordsOf(3)), settingsOf(), 0);
    expect(step).toMatchObject({ kind: 'invoke', batch: { records: { length: 3 } } });
  });

  it('when its window is over, counted from when its first record was read', () => {
    const settings = settingsOf({ MaximumBatchingWindowInSeconds: 5 });
    const lane = offered(laneOf(recordsOf(1, 100)), recordsOf(1, 4_000));
    expect(decide(lane, settings, 5_099).step).toEqual({ kind: 'wait', until: 5_100 });
    expect(decide(lane, settings, 5_100).step).toMatchObject({
      kind: 'invoke',
      batch: { records: { length: 2 } },
    });
  });

  it('when it is full, however long the window', () => {
    const settings = settingsOf({ MaximumBatchingWindowInSeconds: 300 });
    const { lane, step } = decide(laneOf(recordsOf(10)), settings, 0);
    expect(step).toMatchObject({ kind: 'invoke', batch: { records: { length: 8 } } });
    expect(lane.waiting).toHaveLength(2);
    expect(decide(laneOf(recordsOf(7)), settings, 0).step.kind).toBe('wait');
  });

  it('before another record would make its JSON exceed 6 MB', () => {
    const settings = settingsOf({ MaximumBatchingWindowInSeconds: 300 });
    const third = (6 * 1_048_576 - 14) / 3;
    const fits = decide(laneOf(recordsOf(4, 0, third)), settings, 0);
    expect(fits.step).toMatchObject({ kind: 'invoke', batch: { records: { length: 3 } } });
    const tooLarge = decide(laneOf(recordsOf(4, 0, third + 1)), settings, 0);
    expect(tooLarge.step).toMatchObject({ kind: 'invoke', batch: { records: { length: 2 } } });
  });

  it('with one record that is larger than any batch', () => {
    const { step } = decide(laneOf(recordsOf(2, 0, 7 * 1_048_576)), settingsOf(), 0);
    expect(step).toMatchObject({ kind: 'invoke', batch: { records: { length: 1 } } });
  });

  it('when its shard has ended, because nothing more will come', () => {
    const settings = settingsOf({ MaximumBatchingWindowInSeconds: 300 });
    expect(decide({ ...laneOf(recordsOf(1)), ended: true }, settings, 0).step.kind).toBe('invoke');
  });

  it('and the next one only after it is done', () => {
    const settings = settingsOf();
    const { lane } = decide(laneOf(recordsOf(10)), settings, 0);
    expect(batches(decide(lane, settings, 1_000).lane)).toEqual([[0, 1, 2, 3, 4, 5, 6, 7]]);
    expect(batches(decide(settled(lane, { kind: 'done' }, settings, 0), settings, 0).lane)).toEqual([[8, 9]]);
  });
});

describe('a function error', () => {
  it('is retried whole, later and later, up to MaximumRetryAttempts, and then given up', () => {
    const settings = settingsOf({ MaximumRetryAttempts: 2 });
    let now = 0;
    let { lane } = decide(laneOf(recordsOf(4)), settings, now);
    for (const delay of [100, 200]) {
      lane = settled(lane, failed, settings, now);
      expect(decide(lane, settings, now).step).toEqual({ kind: 'wait', until: now + delay });
      now += delay;
      expect(decide(lane, settings, now).step.kind).toBe('invoke');
    }
    lane = settled(lane, failed, settings, now);
    const { step } = decide(lane, settings, now);
    expect(step).toMatchObject({
      kind: 'give-up',
      givenUp: { condition: 'RetryAttemptsExhausted', invocations: 3, records: { length: 4 } },
    });
    expect(decide(dropped(lane, 4), settings, now).step).toEqual({ kind: 'idle' });
  });

  it('is retried for ever by default, at most a minute apart', () => {
    const settings = settingsOf();
    let { lane } = decide(laneOf(recordsOf(1)), settings, 0);
    for (let i = 0; i < 50; i += 1) lane = settled(lane, failed, settings, 0);
    expect(decide(lane, settings, 0).step).toEqual({ kind: 'wait', until: 60_000 });
    expect(backoffMs(10_000)).toBe(60_000);
  });

  it('splits the batch in two that come one after the other, without using up retries', () => {
    const lane = afterFailing(5, failed, { BisectBatchOnFunctionError: true, MaximumRetryAttempts: 0 });
    expect(batches(lane)).toEqual([
      [0, 1, 2],
      [3, 4],
    ]);
    expect(lane.batches.every((batch) => batch.retries === 0 && !batch.exhausted && batch.dueAt === 0)).toBe(
      true,
    );
  });

  it('of a single record uses up its retries', () => {
    const lane = afterFailing(1, failed, { BisectBatchOnFunctionError: 'true', MaximumRetryAttempts: '0' });
    const settings = settingsOf({ MaximumRetryAttempts: 0 });
    expect(decide(lane, settings, 0).step).toMatchObject({ kind: 'give-up', givenUp: { invocations: 1 } });
  });

  it('before the function was called uses up nothing, but slows down', () => {
    const lane = afterFailing(
      4,
      { kind: 'not-invoked', reason: 'throttled' },
      { MaximumRetryAttempts: 0, BisectBatchOnFunctionError: true },
    );
    expect(batches(lane)).toEqual([[0, 1, 2, 3]]);
    expect(lane.batches[0]).toMatchObject({ retries: 0, exhausted: false, dueAt: 100 });
  });
});

describe('a partial response', () => {
  it('goes on from the lowest failed record and uses up a retry', () => {
    const lane = afterFailing(6, failedFrom(2, 4), { MaximumRetryAttempts: 3 });
    expect(batches(lane)).toEqual([[2, 3, 4, 5]]);
    expect(lane.batches[0]).toMatchObject({ retries: 1, dueAt: 100 });
    expect(numbers([firstUnfinished(lane)!])).toEqual([2]);
  });

  it('gives up only what is left when the retries are used up', () => {
    const lane = afterFailing(6, failedFrom(4), { MaximumRetryAttempts: 0 });
    const { step } = decide(lane, settingsOf(), 0);
    expect(step).toMatchObject({ kind: 'give-up', givenUp: { records: { length: 2 } } });
  });

  it('bisects at the returned record: the remaining ones are a new batch', () => {
    const lane = afterFailing(6, failedFrom(4), {
      MaximumRetryAttempts: 0,
      BisectBatchOnFunctionError: true,
    });
    expect(batches(lane)).toEqual([[4, 5]]);
    expect(lane.batches[0]).toMatchObject({ retries: 0, exhausted: false, dueAt: 0 });
  });

  it('that begins with the first record is a failure of the whole, and bisected in the middle', () => {
    const lane = afterFailing(4, failedFrom(0), { BisectBatchOnFunctionError: true });
    expect(batches(lane)).toEqual([
      [0, 1],
      [2, 3],
    ]);
  });
});

describe('records that are too old', () => {
  const settings = settingsOf({ MaximumRecordAgeInSeconds: 60 });

  it('are given up before they are tried, and younger ones are not', () => {
    const lane = laneOf([...recordsOf(2, 0), ...recordsOf(2, 30_000)]);
    const first = decide(lane, settings, 60_001);
    expect(first.step).toMatchObject({
      kind: 'give-up',
      givenUp: { condition: 'RecordAgeExceeded', records: { length: 2 }, invocations: 0 },
    });
    const next = decide(dropped(first.lane, 2), settings, 60_001);
    expect(next.step).toMatchObject({ kind: 'invoke', batch: { records: { length: 2 } } });
  });

  it('are given up between two attempts', () => {
    const { lane } = decide(laneOf(recordsOf(2, 0)), settings, 59_990);
    const again = settled(lane, failed, settings, 59_990);
    expect(decide(again, settings, 60_090).step).toMatchObject({
      kind: 'give-up',
      givenUp: { condition: 'RecordAgeExceeded', invocations: 1 },
    });
  });
});

it('takes no outcome without a batch, and drops no more than it has in hand', () => {
  expect(() => settled(emptyLane(), failed, settingsOf(), 0)).toThrow('no batch in hand');
  expect(() => dropped(emptyLane(), 1)).toThrow('more records dropped');
});
