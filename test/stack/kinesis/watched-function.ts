import type { Invoke, InvokeResult } from '../../../local/mappings/invocation.ts';
import type { KinesisEventRecord } from '../../../local/mappings/kinesis-event.ts';

/** What a function was given, in order, and a way to wait for it. */
export interface WatchedFunction<R> {
  invoke: Invoke;
  batches: R[][];
  /** Most invocations that ran at the same time. */
  concurrencySeen(): number;
  /** Resolves as soon as this holds; looked at whenever an invocation begins or ends. */
  until(holds: () => boolean): Promise<void>;
}

/** Lets a test look again whenever something has happened, instead of asking again and again. */
export function watch() {
  const watching = new Set<() => void>();
  return {
    changed() {
      for (const look of [...watching]) look();
    },
    until: (holds: () => boolean): Promise<void> =>
      new Promise((resolve) => {
        const look = () => {
          if (!holds()) return;
          watching.delete(look);
          resolve();
        };
        watching.add(look);
        look();
      }),
  };
}

export const done: InvokeResult = { ok: true, payload: null };
export const thrown = (message: string): InvokeResult => ({
  ok: false,
  error: { name: 'Error', message },
  requestId: 'a-request',
});

/** A function that answers as a test says, by its records. */
export function watchedFunction<R>(
  answer: (records: R[]) => InvokeResult | Promise<InvokeResult> = () => done,
): WatchedFunction<R> {
  const { changed, until } = watch();
  const batches: R[][] = [];
  let running = 0;
  let most = 0;
  return {
    batches,
    concurrencySeen: () => most,
    until,
    async invoke(event) {
      // A function gets JSON, not objects that it shares with the poller.
      const { Records } = JSON.parse(JSON.stringify(event)) as { Records: R[] };
      batches.push(Records);
      running += 1;
      most = Math.max(most, running);
      changed();
      try {
        return await answer(Records);
      } finally {
        running -= 1;
        queueMicrotask(changed);
      }
    },
  };
}

export const textOf = ({ kinesis }: KinesisEventRecord): string =>
  Buffer.from(kinesis.data, 'base64').toString();
