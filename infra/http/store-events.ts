import type { Logger } from '@aws-lambda-powertools/logger';
import { type EventStream, StreamUnavailable } from '../../domain/metering/intake/event-stream.ts';
import { Problem } from '../../events/problem.ts';

/** Resolves once the stream has stored all; a Problem says that it did not, and that sending again is safe. */
export async function storeEvents(
  { stream, logger }: { stream: EventStream; logger: Pick<Logger, 'warn'> },
  ...append: Parameters<EventStream['appendAll']>
): Promise<void> {
  try {
    await stream.appendAll(...append);
  } catch (error) {
    if (!(error instanceof StreamUnavailable)) throw error;
    const { records, notStored, lastCause } = error;
    logger.warn('stream did not take all', { records, notStored, lastCause });
    const detail = 'Not every event was stored; sending the same request again is safe.';
    throw new Problem('unavailable', detail, { headers: { 'retry-after': '2' } });
  }
}
