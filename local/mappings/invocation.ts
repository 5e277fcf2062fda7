/** What calling the function came to. A rejected promise means that it could not be called at all. */
export type InvokeResult =
  | { ok: true; payload: unknown; requestId?: string }
  | { ok: false; error: { name: string; message: string }; requestId: string };

export type Invoke = (event: unknown) => Promise<InvokeResult>;

/** "the payload limit for synchronous invocation (6 MB)": BatchSize in "CreateEventSourceMapping". */
export const invocationBytesMax = 6 * 1_048_576;
/** `{"Records":[` and `]}` around the records; each brings its own comma. */
const envelopeBytes = 14;

/** How many of the first records fit one batch: by BatchSize, and by 6 MB of JSON, but at least one. */
export function fitting(records: { bytes: number }[], batchSize: number): number {
  let bytes = envelopeBytes;
  for (const [index, record] of records.entries()) {
    bytes += record.bytes;
    if (index === batchSize || (bytes > invocationBytesMax && index > 0)) return index;
  }
  return records.length;
}

/** What a response says of a batch: done, or which items failed, by their place in it. */
export type BatchOutcome =
  | { kind: 'done' }
  /** The function answered, and named failed items; `indexes` rise and are never empty. */
  | { kind: 'items-failed'; indexes: number[]; requestId?: string }
  /** The function failed, or its answer named no item of the batch: the batch has failed as a whole. */
  | { kind: 'failed'; thrown: boolean; reason: string; requestId?: string }
  /** The function could not be called. */
  | { kind: 'not-invoked'; reason: string };

const whole = (reason: string, requestId: string | undefined): BatchOutcome => ({
  kind: 'failed',
  thrown: false,
  reason,
  ...(requestId && { requestId }),
});

/**
 * Reads a result by "Success and failure conditions" of "Configuring partial batch response with Kinesis Data
 * Streams and Lambda" and of "Implementing partial batch responses" for SQS: an empty or null response or list
 * is a success; an identifier that is empty, null, under a wrong name or not of this batch fails the whole.
 */
export function batchOutcome(
  result: InvokeResult,
  identifiers: string[],
  reportsItemFailures: boolean,
): BatchOutcome {
  if (!result.ok) {
    const { error, requestId } = result;
    return { kind: 'failed', thrown: true, reason: `${error.name}: ${error.message}`, requestId };
  }
  const { payload, requestId } = result;
  if (!reportsItemFailures) return { kind: 'done' };
  const failures = (payload as { batchItemFailures?: unknown } | null | undefined)?.batchItemFailures;
  if (failures === undefined || failures === null) return { kind: 'done' };
  if (!Array.isArray(failures)) return whole('batchItemFailures is no list', requestId);
  if (failures.length === 0) return { kind: 'done' };
  const places = new Map(identifiers.map((identifier, index) => [identifier, index]));
  const indexes = failures.map((failure: unknown) =>
    places.get((failure as { itemIdentifier?: string } | null)?.itemIdentifier ?? ''),
  );
  if (indexes.some((index) => index === undefined)) {
    return whole('batchItemFailures names an item that is not in the batch', requestId);
  }
  const rising = [...new Set(indexes as number[])].toSorted((a, b) => a - b);
  return { kind: 'items-failed', indexes: rising, ...(requestId && { requestId }) };
}

/** Calls the function and reads what came of it; never rejects. */
export async function invokeBatch(
  invoke: Invoke,
  event: unknown,
  identifiers: string[],
  reportsItemFailures: boolean,
): Promise<BatchOutcome> {
  try {
    return batchOutcome(await invoke(event), identifiers, reportsItemFailures);
  } catch (error) {
    return { kind: 'not-invoked', reason: error instanceof Error ? error.message : String(error) };
  }
}
