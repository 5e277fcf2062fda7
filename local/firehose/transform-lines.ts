import type { InvokeResult } from '../mappings/invocation.ts';
import type { StackClock } from '../stack-clock.ts';
import type { DeliverySettings } from './delivery-settings.ts';
import type { SubRecord } from './sub-records.ts';

/** What became of a line in the transform. */
export type Transformed =
  | { line: SubRecord; kind: 'ok'; text: string; partitionKeys: Record<string, string> }
  | { line: SubRecord; kind: 'dropped' }
  | { line: SubRecord; kind: 'failed'; errorCode: string; errorMessage: string };

export interface TransformSurroundings {
  settings: DeliverySettings;
  invoke: (event: unknown) => Promise<InvokeResult>;
  clock: StackClock;
  log: (line: string) => void;
  signal: AbortSignal;
}

const retryMs = 250;

/**
 * Invokes the transform with lines, and reads its answer: what it says nothing of has failed. A function that fails is
 * tried again as often as the delivery stream says; then its records have failed. Undefined where the signal aborts.
 */
export async function transformLines(
  lines: readonly SubRecord[],
  around: TransformSurroundings,
): Promise<Transformed[] | undefined> {
  const { settings, invoke, clock, log, signal } = around;
  const event = transformEvent(lines, settings);
  for (let attempt = 0; ; attempt += 1) {
    const result = await invoke(event);
    if (signal.aborted) return undefined;
    if (result.ok) return lines.map(readerOf(result.payload));
    const { name, message } = result.error;
    log(`the transform of ${settings.name} failed with ${lines.length} lines: ${name}: ${message}`);
    if (attempt === settings.transform.retriesMax) {
      return lines.map((line) => failed(line, 'Lambda.FunctionError', `${name}: ${message}`));
    }
    await clock.wait(retryMs, signal).catch(() => undefined);
    if (signal.aborted) return undefined;
  }
}

const failed = (line: SubRecord, errorCode: string, errorMessage: string): Transformed => ({
  line,
  kind: 'failed',
  errorCode,
  errorMessage,
});

/** The event of "Data transformation flow", with what a Kinesis source adds. */
function transformEvent(lines: readonly SubRecord[], settings: DeliverySettings) {
  return {
    invocationId: lines[0]?.recordId,
    deliveryStreamArn: settings.arn,
    sourceKinesisStreamArn: settings.streamArn,
    region: settings.region,
    records: lines.map(({ recordId, data, arrivedAt, ...position }) => ({
      recordId,
      approximateArrivalTimestamp: arrivedAt,
      data,
      kinesisRecordMetadata: {
        shardId: position.shardId,
        partitionKey: position.partitionKey,
        sequenceNumber: position.sequenceNumber,
        subsequenceNumber: String(position.subsequenceNumber),
        approximateArrivalTimestamp: arrivedAt,
      },
    })),
  };
}

interface Answered {
  recordId?: unknown;
  result?: unknown;
  data?: unknown;
  metadata?: { partitionKeys?: unknown };
}

function readerOf(payload: unknown): (line: SubRecord) => Transformed {
  const { records } = (payload ?? {}) as { records?: unknown };
  const answers = new Map<unknown, Answered>();
  for (const answer of Array.isArray(records) ? (records as Answered[]) : [])
    answers.set(answer?.recordId, answer);
  return (line) => read(line, answers.get(line.recordId));
}

function read(line: SubRecord, answer: Answered | undefined): Transformed {
  if (answer?.result === 'Dropped') return { line, kind: 'dropped' };
  if (answer?.result === 'ProcessingFailed')
    return failed(line, 'Lambda.ProcessingFailedStatus', 'The transform answered ProcessingFailed.');
  const { data, metadata } = answer ?? {};
  const partitionKeys = metadata?.partitionKeys as Record<string, string> | undefined;
  if (answer?.result !== 'Ok' || typeof data !== 'string' || !partitionKeys)
    return failed(
      line,
      'Lambda.MissingRecordId',
      'The transform did not answer the record as its contract asks.',
    );
  return { line, kind: 'ok', text: Buffer.from(data, 'base64').toString(), partitionKeys };
}
