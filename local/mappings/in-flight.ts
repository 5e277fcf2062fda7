import { setTimeout as delay } from 'node:timers/promises';

/** Calls that are under way, so that somebody can wait until none is. */
export interface InFlight {
  /** The same function, whose calls count from now on. */
  watch<Given extends unknown[], Answer>(
    call: (...given: Given) => Promise<Answer>,
  ): (...given: Given) => Promise<Answer>;
  /** Resolves when no call is under way, or when it has waited for long enough. */
  settled(): Promise<void>;
}

/** What a call leads to (an answer that is read, a batch that is cut) begins within this time. */
const quietMs = 8;
/** A consumer that takes longer is not waited for: its work goes on meanwhile. */
const patienceMs = 3_000;

export function inFlight(): InFlight {
  let underWay = 0;
  return {
    watch:
      (call) =>
      async (...given) => {
        underWay += 1;
        try {
          return await call(...given);
        } finally {
          underWay -= 1;
        }
      },
    async settled() {
      const giveUpAt = performance.now() + patienceMs;
      for (let quiet = 0; quiet < 2 && performance.now() < giveUpAt; ) {
        quiet = underWay === 0 ? quiet + 1 : 0;
        await delay(quietMs);
      }
    },
  };
}
