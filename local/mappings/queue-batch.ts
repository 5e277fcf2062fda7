import { type BatchOutcome, fitting } from './invocation.ts';
import type { QueueSettings } from './mapping-settings.ts';
import type { QueueRecord } from './queue-event.ts';

/**
 * The batch that is to be invoked now and what stays behind; undefined while it may still fill. "Lambda invokes
 * your function when the batching window expires, the batch size is reached or the payload limit is" (Using
 * Lambda with Amazon SQS).
 */
export function closed(
  records: QueueRecord[],
  { batchSize, windowMs }: QueueSettings,
  now: number,
): { batch: QueueRecord[]; rest: QueueRecord[] } | undefined {
  const [oldest] = records;
  if (!oldest) return undefined;
  const count = fitting(records, batchSize);
  const full = count < records.length || count === batchSize;
  if (!full && now < oldest.receivedAt + windowMs) return undefined;
  return { batch: records.slice(0, count), rest: records.slice(count) };
}

/**
 * What is deleted: everything after a success, all but the named after a partial one, nothing after a failure;
 * the rest comes back when its visibility timeout is over (Handling errors for an SQS event source).
 */
export function processed(batch: QueueRecord[], outcome: BatchOutcome): QueueRecord[] {
  if (outcome.kind === 'done') return batch;
  if (outcome.kind !== 'items-failed') return [];
  const failed = new Set(outcome.indexes);
  return batch.filter((_, index) => !failed.has(index));
}
