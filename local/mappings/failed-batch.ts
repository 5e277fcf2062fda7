import { kinesisEvent, type StreamRecord } from './kinesis-event.ts';
import type { GivenUp } from './lane.ts';

/** An object for the failure bucket, ready to be put. */
export interface FailedBatchObject {
  bucket: string;
  key: string;
  contentType: 'application/json';
  body: string;
}

/** Where a batch was given up, and by which function. */
export interface FailedBatchOrigin {
  bucket: string;
  mappingId: string;
  shardId: string;
  functionArn: string;
  streamArn: string;
  /** Of the last invocation. */
  requestId: string;
  /** Whether the last invocation threw; false where it answered with failed items. */
  thrown: boolean;
  /** Makes the key one of its own. */
  uniqueId: string;
  now: number;
}

const iso = (ms: number): string => new Date(ms).toISOString();

/** `aws/lambda/<mapping>/<shard>/YYYY/MM/DD/YYYY-MM-DDTHH.MM.SS-<random UUID>`, in UTC. */
function objectKey({ mappingId, shardId, uniqueId, now }: FailedBatchOrigin): string {
  const second = iso(now).slice(0, 19);
  const day = second.slice(0, 10).replaceAll('-', '/');
  return `aws/lambda/${mappingId}/${shardId}/${day}/${second.replaceAll(':', '.')}-${uniqueId}`;
}

/**
 * The invocation record of "Retain discarded batch records for a Kinesis Data Streams event source": for S3
 * it holds the whole event too. Records that were too old have no `responseContext`, and an answer that named
 * failed items has no `functionError`, as AWS writes them.
 */
export function failedBatchObject(
  givenUp: GivenUp<StreamRecord>,
  origin: FailedBatchOrigin,
): FailedBatchObject {
  const { records, condition, invocations } = givenUp;
  const first = records[0]!;
  const last = records.at(-1)!;
  const body = {
    requestContext: {
      requestId: origin.requestId,
      functionArn: origin.functionArn,
      condition,
      approximateInvokeCount: Math.max(1, invocations),
    },
    ...(condition === 'RetryAttemptsExhausted' && {
      responseContext: {
        statusCode: 200,
        executedVersion: '$LATEST',
        functionError: origin.thrown ? 'Unhandled' : null,
      },
    }),
    version: '1.0',
    timestamp: iso(origin.now),
    KinesisBatchInfo: {
      shardId: origin.shardId,
      startSequenceNumber: first.sequenceNumber,
      endSequenceNumber: last.sequenceNumber,
      approximateArrivalOfFirstRecord: iso(first.arrivedAt),
      approximateArrivalOfLastRecord: iso(last.arrivedAt),
      batchSize: records.length,
      streamArn: origin.streamArn,
    },
    payload: kinesisEvent(records),
  };
  return {
    bucket: origin.bucket,
    key: objectKey(origin),
    contentType: 'application/json',
    body: JSON.stringify(body),
  };
}
