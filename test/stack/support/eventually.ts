import { setTimeout as delay } from 'node:timers/promises';

const usualPollMs = 50;
const usualGiveUpMs = 240_000;

/** How often to ask, and for how long: four minutes where that is absent. */
export interface Patience {
  pollMs?: number;
  giveUpMs?: number;
}

/**
 * Asks again until the answer satisfies `isMet` and answers it; fails with the last answer, or the last error,
 * when nothing came of it in time.
 */
export async function eventually<T>(
  ask: () => Promise<T>,
  isMet: (answer: T) => boolean,
  { pollMs = usualPollMs, giveUpMs = usualGiveUpMs }: Patience = {},
): Promise<T> {
  const giveUpAt = performance.now() + giveUpMs;
  for (;;) {
    const answer = await ask();
    if (isMet(answer)) return answer;
    if (performance.now() > giveUpAt) {
      throw new Error(
        `Nothing came of it in ${giveUpMs / 1_000} s; the last answer: ${JSON.stringify(answer)?.slice(0, 2_000)}`,
      );
    }
    await delay(pollMs);
  }
}
