import { setTimeout as delay } from 'node:timers/promises';
import type { DrawStream } from './draw.ts';

const firstMs = 50;
const greatestMs = 3_000;

/** Exponential backoff with full jitter: before try 1, 2, ... anything up to 50 ms, 100 ms, ... 3 s. */
export const backoffMs = (failures: number, draws: DrawStream): number =>
  draws.unit() * Math.min(greatestMs, firstMs * 2 ** (failures - 1));

/** Waits, unless the drive was stopped. */
export const pause = (ms: number, signal?: AbortSignal): Promise<void> =>
  delay(ms, undefined, signal === undefined ? {} : { signal });

/** Lets `rate` events a second through, in the order of asking; 0 lets all through. */
export function createPacer(
  rate: number,
  now: () => number,
): (events: number, signal?: AbortSignal) => Promise<void> {
  let next = now();
  return async (events, signal) => {
    if (rate <= 0) return;
    const start = Math.max(next, now() - 1_000);
    next = start + (events / rate) * 1_000;
    if (start > now()) await pause(start - now(), signal);
  };
}
