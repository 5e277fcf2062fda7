import { setTimeout as delay } from 'node:timers/promises';
import { type Backoff, fullJitterMs } from '../full-jitter.ts';
import type { Random } from '../random.ts';

const backoff: Backoff = { baseMs: 20, capMs: 500 };

/** Waits before try number `tries` (1, 2, ...) of something that another writer was quicker at. */
export function conflictPause(random: Random, wait: (ms: number) => Promise<unknown> = delay) {
  return async (tries: number): Promise<void> => {
    await wait(fullJitterMs(tries, backoff, random));
  };
}
