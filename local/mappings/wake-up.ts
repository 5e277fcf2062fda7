import type { StackClock } from '../stack-clock.ts';

/** Wakes whoever waits. Look at the state, then wait, with nothing awaited between: so no change is missed. */
export interface WakeUp {
  notify(): void;
  /** Resolves at the next notification. */
  wait(): Promise<void>;
  /** Resolves at the next notification, or when the clock has reached `time`. */
  waitUntil(clock: StackClock, time: number): Promise<void>;
}

export function wakeUp(): WakeUp {
  let waiting: (() => void)[] = [];
  const wait = (): Promise<void> => new Promise((resolve) => waiting.push(resolve));
  return {
    notify() {
      const woken = waiting;
      waiting = [];
      for (const resolve of woken) resolve();
    },
    wait,
    async waitUntil(clock, time) {
      const over = new AbortController();
      const timer = clock.wait(Math.max(0, time - clock.now()), over.signal).catch(() => undefined);
      await Promise.race([wait(), timer]);
      over.abort();
    },
  };
}

/** Waits by the clock; returns early, without an error, when aborted. */
export const pause = (clock: StackClock, delayMs: number, signal: AbortSignal): Promise<void> =>
  clock.wait(delayMs, signal).catch(() => undefined);
