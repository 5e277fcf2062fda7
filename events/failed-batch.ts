import { isObject } from './cloud-event.ts';

/** A record of the stream as a mapping handed it to its function. */
export interface FailedRecord {
  shardId: string;
  sequenceNumber: string;
  /** Epoch milliseconds. */
  arrivedAt: number;
  bytes: Uint8Array;
}

/** A batch that a mapping has given up. */
export interface FailedBatch {
  /** The name of the function in its ARN, which ends in the name that we give it. */
  functionName: string;
  /** Why: `RetryAttemptsExhausted`, `RecordAgeExceeded`, … */
  condition: string;
  records: FailedRecord[];
}

/**
 * Reads what a mapping puts into its S3 destination: the invocation record with the whole event as `payload`, an
 * object or its text. Undefined for anything else, and where any record of it cannot be read.
 */
export function decodeFailedBatch(bytes: Uint8Array): FailedBatch | undefined {
  const body = parsed(Buffer.from(bytes).toString());
  if (!isObject(body) || !isObject(body.requestContext)) return undefined;
  const { functionArn, condition } = body.requestContext;
  const payload = typeof body.payload === 'string' ? parsed(body.payload) : body.payload;
  if (typeof functionArn !== 'string' || !isObject(payload) || !Array.isArray(payload.Records))
    return undefined;
  const records = payload.Records.map(toRecord);
  if (!records.every((record) => record !== undefined)) return undefined;
  const functionName = functionArn.split(':')[6] ?? '';
  return { functionName, condition: typeof condition === 'string' ? condition : '', records };
}

function toRecord(value: unknown): FailedRecord | undefined {
  if (!isObject(value) || !isObject(value.kinesis) || typeof value.eventID !== 'string') return undefined;
  const { sequenceNumber, data, approximateArrivalTimestamp } = value.kinesis;
  if (typeof sequenceNumber !== 'string' || typeof data !== 'string') return undefined;
  return {
    shardId: value.eventID.split(':')[0] as string,
    sequenceNumber,
    arrivedAt: Math.round(Number(approximateArrivalTimestamp) * 1000),
    bytes: Buffer.from(data, 'base64'),
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
