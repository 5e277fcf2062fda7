import type { StackClock } from '../../../local/stack-clock.ts';

/** The machine's time, which a test can move on: waits that are over by then resolve at once. */
export interface MovableClock extends StackClock {
  advance(ms: number): void;
}

export function movableClock(): MovableClock {
  let offset = 0;
  const waiting = new Set<() => void>();
  const now = () => Date.now() + offset;
  return {
    now,
    advance(ms) {
      offset += ms;
      for (const check of [...waiting]) check();
    },
    wait: (delayMs, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason);
        const at = now() + delayMs;
        const end = (finish: () => void) => {
          clearTimeout(timer);
          waiting.delete(check);
          signal?.removeEventListener('abort', abort);
          finish();
        };
        const check = () => now() >= at && end(resolve);
        const abort = () => end(() => reject(signal?.reason));
        const timer = setTimeout(() => end(resolve), delayMs);
        waiting.add(check);
        signal?.addEventListener('abort', abort);
      }),
  };
}
