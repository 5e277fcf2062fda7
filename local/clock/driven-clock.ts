import type { StackClock } from '../stack-clock.ts';
import { type ClockOffset, machineNow, offsetNow } from './offset-clock.ts';

/** A clock that its owner can move on: what was due on the way is woken in order of its time. */
export interface DrivenClock extends StackClock {
  /**
   * Moves the clock on by `durationMs`, stopping at the time of everything that waits. What waited with
   * `runAt` is finished before the clock goes on. Resolves to the time then; calls queue up.
   */
  advance(durationMs: number): Promise<number>;
  /** Runs the job once the clock reaches `at`, and finishes it before the clock is moved beyond; can be called off. */
  runAt(at: number, job: () => Promise<void>): () => void;
  /** The span that is being passed while the clock is moved on; undefined where it goes by itself. */
  passing(): { from: number; to: number } | undefined;
  close(): void;
}

interface Waiting {
  at: number;
  order: number;
  /** The clock goes on only when it is finished. */
  isJob: boolean;
  wake: () => Promise<void> | void;
}

/** Node's timers hold 31 bits of milliseconds. */
const timerMaxMs = 2 ** 31 - 1;

/**
 * `save` stores where a move ends before it begins, so that a clock that was killed on the way never goes back; and
 * where it came to once it is over.
 */
export function drivenClock(offset: ClockOffset, save: (offsetMs: number) => void): DrivenClock {
  const waiting = new Set<Waiting>();
  let timer: NodeJS.Timeout | undefined;
  let order = 0;
  let advancing: Promise<unknown> = Promise.resolve();
  let passing: { from: number; to: number } | undefined;
  const now = () => offsetNow(offset);

  const earliest = (isMeant: (one: Waiting) => boolean = () => true): Waiting | undefined => {
    let first: Waiting | undefined;
    for (const one of waiting) {
      if (!isMeant(one)) continue;
      if (!first || one.at < first.at || (one.at === first.at && one.order < first.order)) first = one;
    }
    return first;
  };

  // Jobs that are due while the clock is moved on are left to the mover, who waits for them.
  const ownDue = () => earliest(passing ? ({ isJob }) => !isJob : undefined);

  const wakeDue = () => {
    for (let next = ownDue(); next && next.at <= now(); next = ownDue()) {
      waiting.delete(next);
      void next.wake();
    }
    arm();
  };

  const arm = () => {
    clearTimeout(timer);
    const next = ownDue();
    if (next) timer = setTimeout(wakeDue, Math.min(Math.max(0, next.at - now()), timerMaxMs));
  };

  const add = (at: number, wake: Waiting['wake'], isJob = false): (() => void) => {
    const one: Waiting = { at, order: order++, isJob, wake };
    waiting.add(one);
    arm();
    return () => {
      if (waiting.delete(one)) arm();
    };
  };

  const offsetFor = (at: number) => Math.ceil(Math.max(at - machineNow(), Number(offset[0])));
  const moveTo = (at: number) => {
    Atomics.store(offset, 0, BigInt(offsetFor(at)));
  };

  const advanceBy = async (durationMs: number): Promise<number> => {
    const target = now() + durationMs;
    passing = { from: now(), to: target };
    save(offsetFor(target));
    for (let next = earliest(); next && next.at <= target; next = earliest()) {
      waiting.delete(next);
      if (next.at > now()) moveTo(next.at);
      await next.wake();
      // One turn of the loop, so that whoever was woken can wait for its next time.
      await new Promise((resolve) => setImmediate(resolve));
    }
    if (target > now()) moveTo(target);
    save(Number(offset[0]));
    return now();
  };

  return {
    now,
    passing: () => passing,
    wait: (delayMs, signal) => waitFor(add, now() + delayMs, signal),
    runAt: (at, job) => add(at, job, true),
    advance: (durationMs) => {
      const done = advancing
        .then(() => advanceBy(durationMs))
        .finally(() => {
          passing = undefined;
          arm();
        });
      advancing = done.catch(() => undefined);
      return done;
    },
    close: () => {
      clearTimeout(timer);
      waiting.clear();
    },
  };
}

function waitFor(
  add: (at: number, wake: () => void) => () => void,
  at: number,
  signal: AbortSignal | undefined,
): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const forget = add(at, () => {
      signal?.removeEventListener('abort', abort);
      resolve();
    });
    const abort = () => {
      forget();
      reject(signal?.reason);
    };
    signal?.addEventListener('abort', abort, { once: true });
  });
}
