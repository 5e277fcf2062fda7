import { setTimeout as delay } from 'node:timers/promises';
import {
  type KinesisClient,
  PutRecordsCommand,
  type PutRecordsRequestEntry,
  type PutRecordsResultEntry,
} from '@aws-sdk/client-kinesis';
import {
  type EventStream,
  type PartitionedRecord,
  StreamUnavailable,
} from '../../domain/metering/intake/event-stream.ts';
import { type Backoff, fullJitterMs } from '../full-jitter.ts';
import type { Random } from '../random.ts';

/** Bounds of one PutRecords call; a record's bytes are those of its data and its key. */
export const callRecordsMax = 500;
export const callBytesMax = 5 * 1024 * 1024;
/** A call that takes longer than this is given up and made again. */
const callMsMax = 5_000;
const backoff: Backoff = { baseMs: 50, capMs: 2_000 };

export interface Pauses {
  random: Random;
  wait?: (ms: number) => Promise<unknown>;
}

/**
 * The stream on Kinesis. PutRecords answers 200 with entries that failed; only those are sent again, and so is a
 * call that failed as a whole for a reason that passes. The client must not retry by itself.
 */
export function kinesisEventStream(
  client: KinesisClient,
  streamName: string,
  { random, wait = delay }: Pauses,
): EventStream {
  return {
    async appendAll(records, timeLeftMs) {
      let left: Left = { entries: records.map(toEntry), lastCause: 'no time was left' };
      for (let attempt = 0; left.entries.length > 0; attempt += 1) {
        if (attempt > 0) {
          const pauseMs = fullJitterMs(attempt - 1, backoff, random);
          if (pauseMs >= timeLeftMs()) throw unavailable(records, left);
          await wait(pauseMs);
        }
        if (timeLeftMs() <= 0) throw unavailable(records, left);
        left = await putOnce(client, streamName, left, timeLeftMs);
      }
    },
  };
}

interface Left {
  entries: PutRecordsRequestEntry[];
  lastCause: string;
}

const unavailable = (
  records: readonly PartitionedRecord[],
  { entries, lastCause }: Left,
): StreamUnavailable =>
  new StreamUnavailable({ records: records.length, notStored: entries.length, lastCause });

const toEntry = ({ partitionKey, data }: PartitionedRecord): PutRecordsRequestEntry => ({
  PartitionKey: partitionKey,
  Data: data,
});

/** Sends every entry once and answers those that are not stored. Throws what will not pass by itself. */
async function putOnce(
  client: KinesisClient,
  streamName: string,
  { entries, lastCause }: Left,
  timeLeftMs: () => number,
): Promise<Left> {
  const left: Left = { entries: [], lastCause };
  for (const call of callsOf(entries)) {
    const limitMs = Math.min(callMsMax, timeLeftMs());
    if (limitMs <= 0) {
      left.entries.push(...call);
      continue;
    }
    try {
      const command = new PutRecordsCommand({ StreamName: streamName, Records: call });
      const { Records: results = [] } = await client.send(command, {
        abortSignal: AbortSignal.timeout(Math.ceil(limitMs)),
      });
      for (const [index, entry] of call.entries()) {
        if (isStored(results[index])) continue;
        left.entries.push(entry);
        left.lastCause = results[index]?.ErrorCode ?? 'the answer lacks a record';
      }
    } catch (error) {
      if (!isPassing(error)) throw error;
      left.entries.push(...call);
      left.lastCause = (error as Error).name;
    }
  }
  return left;
}

const isStored = (result: PutRecordsResultEntry | undefined): boolean =>
  result?.SequenceNumber !== undefined && !result.ErrorCode;

function callsOf(entries: readonly PutRecordsRequestEntry[]): PutRecordsRequestEntry[][] {
  const calls: PutRecordsRequestEntry[][] = [];
  let bytes = Number.POSITIVE_INFINITY;
  for (const entry of entries) {
    const entryBytes = (entry.Data?.length ?? 0) + Buffer.byteLength(entry.PartitionKey ?? '');
    const isFull = bytes + entryBytes > callBytesMax || calls.at(-1)?.length === callRecordsMax;
    if (isFull) {
      calls.push([]);
      bytes = 0;
    }
    calls.at(-1)?.push(entry);
    bytes += entryBytes;
  }
  return calls;
}

/** Refusals of a whole call that pass by themselves: throttles, time-outs, faults of the service or of the line. */
const passingNames = new Set([
  'ProvisionedThroughputExceededException',
  'LimitExceededException',
  'KMSThrottlingException',
  'ThrottlingException',
  'RequestLimitExceeded',
  'InternalFailure',
  'InternalFailureException',
  'ServiceUnavailable',
  'ServiceUnavailableException',
  'AbortError',
  'TimeoutError',
]);

function isPassing(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { $metadata, code } = error as { $metadata?: { httpStatusCode?: number }; code?: unknown };
  const status = $metadata?.httpStatusCode ?? 0;
  const isOfTheLine = typeof code === 'string' && /^E[A-Z_]+$/.test(code);
  return passingNames.has(error.name) || status >= 500 || status === 429 || isOfTheLine;
}
