import type { Lots } from './lots.ts';

/** A Lambda's process. Once it is dead nothing that it waits for ever comes. */
export interface Process {
  isAlive: boolean;
  /** When each batch that it is at began. */
  batchNows: number[];
}

interface Waiting {
  process: Process | undefined;
  go: () => void;
}

/**
 * Runs everything that waits in an order drawn by lot. Whoever is about to do something that others may see
 * takes a turn first; between two turns nobody else moves, so a seed is one exact interleaving.
 */
export class Scheduler {
  readonly #lots: Lots;
  readonly #waiting: Waiting[] = [];
  turns = 0;

  constructor(lots: Lots) {
    this.#lots = lots;
  }

  turn(process?: Process): Promise<void> {
    return new Promise((go) => {
      this.#waiting.push({ process, go });
    });
  }

  /** Gives out turns until nobody waits for one, or `onTurn` says to stop. */
  async run(onTurn: () => void): Promise<void> {
    for (;;) {
      // All that follows from the last turn happens first.
      await new Promise((settled) => setImmediate(settled));
      if (this.#waiting.length === 0) return;
      const index = this.#lots.int(0, this.#waiting.length - 1);
      const { process, go } = this.#waiting[index] as Waiting;
      this.#waiting[index] = this.#waiting.at(-1) as Waiting;
      this.#waiting.pop();
      this.turns += 1;
      if (process && !process.isAlive) continue;
      go();
      onTurn();
    }
  }
}
