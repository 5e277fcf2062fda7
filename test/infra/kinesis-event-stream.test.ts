import type { KinesisClient, PutRecordsCommand, PutRecordsCommandOutput } from '@aws-sdk/client-kinesis';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type PartitionedRecord, StreamUnavailable } from '../../domain/metering/intake/event-stream.ts';
import {
  callBytesMax,
  callRecordsMax,
  kinesisEventStream,
} from '../../infra/metering/kinesis-event-stream.ts';

type Put = PutRecordsCommand['input'];
/** What becomes of one call: an error, or the entries that fail. */
type Answer = { error: Error } | { fails: (index: number) => string | undefined };

const named = (name: string, more: object = {}): Error => Object.assign(new Error(name), { name, ...more });
const allStored: Answer = { fails: () => undefined };

/** A Kinesis that answers as told, and then stores everything; its clock moves only by pauses. */
function scripted(answers: Answer[], { random = (): number => 0.5, leftMs = 27_000 } = {}) {
  const calls: Put[] = [];
  const stored: string[] = [];
  const pauses: number[] = [];
  let left = leftMs;
  const send = async ({ input }: PutRecordsCommand): Promise<PutRecordsCommandOutput> => {
    const answer = answers[calls.length] ?? allStored;
    calls.push(input);
    if ('error' in answer) throw answer.error;
    const Records = input.Records!.map((record, index) => {
      const ErrorCode = answer.fails(index);
      if (ErrorCode) return { ErrorCode, ErrorMessage: 'no' };
      stored.push(Buffer.from(record.Data!).toString());
      return { SequenceNumber: '1', ShardId: 'shardId-000000000000' };
    });
    return { Records, $metadata: {} };
  };
  const wait = async (ms: number) => {
    pauses.push(ms);
    left -= ms;
  };
  const stream = kinesisEventStream({ send } as unknown as KinesisClient, 'events', { random, wait });
  const append = (records: PartitionedRecord[]) => stream.appendAll(records, () => left);
  return { append, calls, stored, pauses };
}

const record = (text: string): PartitionedRecord => ({ partitionKey: 'T001/1', data: Buffer.from(text) });
const records = (count: number): PartitionedRecord[] =>
  Array.from({ length: count }, (_, at) => record(`r${at}`));
const failing = (...indexes: number[]): Answer => ({
  fails: (index) => (indexes.includes(index) ? 'ProvisionedThroughputExceededException' : undefined),
});

describe('kinesisEventStream', () => {
  it('sends nothing where there is nothing', async () => {
    const { append, calls } = scripted([]);
    await append([]);
    expect(calls).toEqual([]);
  });

  it('sends only what failed again, with pauses that grow', async () => {
    const { append, calls, stored, pauses } = scripted([failing(1, 3), failing(0), failing(0)]);
    await append(records(5));
    expect(calls.map(({ Records }) => Records!.length)).toEqual([5, 2, 1, 1]);
    expect(stored.toSorted()).toEqual(['r0', 'r1', 'r2', 'r3', 'r4']);
    expect(pauses).toEqual([25, 50, 100]);
    expect(calls[0]).toMatchObject({ StreamName: 'events' });
  });

  it('spreads its pauses from nothing to the whole bound, which ends at 2 s', async () => {
    const always = Array.from({ length: 12 }, () => failing(0));
    const eager = scripted(always, { random: (): number => 0 });
    await eager.append(records(1));
    expect(new Set(eager.pauses)).toEqual(new Set([0]));
    const slow = scripted(always, { random: (): number => 0.999 });
    await slow.append(records(1));
    expect(Math.max(...slow.pauses)).toBeLessThan(2_000);
    expect(slow.pauses.slice(0, 3)).toEqual([49.95, 99.9, 199.8]);
  });

  it('keeps to the bounds of one call', async () => {
    const many = scripted([]);
    await many.append(records(1_100));
    expect(many.calls.map(({ Records }) => Records!.length)).toEqual([500, 500, 100]);
    const large = scripted([]);
    await large.append(Array.from({ length: 30 }, () => record('x'.repeat(204_800))));
    expect(large.calls.map(({ Records }) => Records!.length)).toEqual([25, 5]);
  });

  it.each([
    named('ProvisionedThroughputExceededException', { $metadata: { httpStatusCode: 400 } }),
    named('InternalFailure', { $metadata: { httpStatusCode: 500 } }),
    named('SomethingNew', { $metadata: { httpStatusCode: 503 } }),
    named('TooMany', { $metadata: { httpStatusCode: 429 } }),
    named('TimeoutError'),
    named('AbortError'),
    named('Error', { code: 'ECONNRESET' }),
    named('KMSThrottlingException', { $metadata: { httpStatusCode: 400 } }),
  ])('makes a call again that $name refused', async (error) => {
    const { append, calls, stored } = scripted([{ error }]);
    await append(records(2));
    expect(calls).toHaveLength(2);
    expect(stored).toEqual(['r0', 'r1']);
  });

  it.each([
    named('ResourceNotFoundException', { $metadata: { httpStatusCode: 400 } }),
    named('AccessDeniedException', { $metadata: { httpStatusCode: 400 } }),
    new TypeError('ours'),
  ])('throws $name at once', async (error) => {
    const { append, calls } = scripted([{ error }]);
    await expect(append(records(1))).rejects.toBe(error);
    expect(calls).toHaveLength(1);
  });

  it('ends with what is left when the time does', async () => {
    const { append, pauses } = scripted(
      Array.from({ length: 99 }, () => failing(0)),
      { leftMs: 5_000 },
    );
    const failure = await append(records(3)).catch((error) => error);
    expect(failure).toBeInstanceOf(StreamUnavailable);
    expect(failure).toMatchObject({
      records: 3,
      notStored: 1,
      lastCause: 'ProvisionedThroughputExceededException',
    });
    expect(pauses.reduce((sum, ms) => sum + ms, 0)).toBeLessThan(5_000);
  });

  it('takes no answer for a record as a refusal', async () => {
    const lost: PutRecordsCommandOutput = { Records: [], $metadata: {} };
    let left = 100;
    const client = { send: async () => lost } as unknown as KinesisClient;
    const wait = async (ms: number) => {
      left -= ms;
    };
    const stream = kinesisEventStream(client, 'events', { random: () => 0.5, wait });
    await expect(stream.appendAll(records(1), () => left)).rejects.toBeInstanceOf(StreamUnavailable);
  });

  it('stores every record, or says how many it did not, whatever fails', async () => {
    const answer = fc.oneof(
      fc.constant(allStored),
      fc.constant<Answer>({ error: named('TimeoutError') }),
      fc.infiniteStream(fc.boolean()).map((coins): Answer => {
        const drawn = Array.from({ length: callRecordsMax }, () => coins.next().value as boolean);
        return { fails: (index) => (drawn[index] ? 'InternalFailure' : undefined) };
      }),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.nat(300_000), { minLength: 1, maxLength: 40 }),
        fc.array(answer, { maxLength: 12 }),
        fc.constantFrom(300, 27_000),
        async (sizes, answers, leftMs) => {
          const texts = sizes.map((size, at) => `${at}:${'x'.repeat(size)}`);
          const { append, calls, stored } = scripted(answers, { leftMs });
          const failure = await append(texts.map(record)).catch((error) => error);
          const missing = texts.filter((text) => !stored.includes(text)).length;
          if (failure === undefined) expect(missing).toBe(0);
          else expect(failure).toMatchObject({ name: 'StreamUnavailable', notStored: missing });
          for (const { Records } of calls) {
            const bytes = Records!.reduce(
              (sum, { Data, PartitionKey }) => sum + Data!.length + PartitionKey!.length,
              0,
            );
            expect(bytes).toBeLessThanOrEqual(callBytesMax);
            expect(Records!.length).toBeLessThanOrEqual(callRecordsMax);
          }
        },
      ),
      { numRuns: 60 },
    );
  });
});
