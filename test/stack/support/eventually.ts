import { setTimeout as delay } from 'node:timers/promises';

const pollMs = 50;
const giveUpMs = 240_000;

/**
 * Asks again until the answer satisfies `isMet` and answers it; fails with the last answer, or the last error,
 * when nothing came of it for four minutes.
 */
export async function eventually<T>(ask: () => Promise<T>, isMet: (answer: T) => boolean): Promise<T> {
  const giveUpAt = performance.now() + giveUpMs;
  for (;;) {
    const answer = await ask();
    if (isMet(answer)) return answer;
    if (performance.now() > giveUpAt) {
      throw new Error(
        `Nothing came of it in four minutes; the last answer: ${JSON.stringify(answer)?.slice(0, 2_000)}`,
      );
    }
    await delay(pollMs);
  }
}
