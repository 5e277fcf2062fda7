import type { Arena } from './arena.ts';
import { beyond, note } from './repeats.ts';
import { features } from './stretch.ts';

/** Intervals until there are records to break. */
const firstIntervals = 16;
/** Records come nearer by half of their distance in so long: what was a year ago is no record any more. */
const fadeDays = 60;
const dayMs = 86_400_000;

/** A record broken by less than this share of the range is none. */
const leastNovelty = 0.03;

/**
 * What was never seen before, season or no season: how far the value, the mean and the spread of a short stretch, and
 * the last step lie outside all that the series has had, as a share of the range that it has had. It needs no
 * distribution, and works from the first days.
 */
export class Records {
  readonly #high: Float64Array;
  readonly #low: Float64Array;
  readonly #seen: Float64Array;
  readonly #peak: Float64Array;
  readonly #fade: number;

  constructor(arena: Arena, intervalMs: number) {
    this.#high = arena.doubles(features);
    this.#low = arena.doubles(features);
    this.#seen = arena.doubles(1);
    this.#peak = arena.doubles(2);
    this.#fade = Math.max(0, 1 - intervalMs / (fadeDays * dayMs));
  }

  /** How far out an interval lies, in ranges, beyond what was told lately; 0 for what is within. */
  compare(now: Float64Array): number {
    if (this.#seen[0]! < firstIntervals) return 0;
    let most = 0;
    for (let i = 0; i < features; i += 1) {
      const range = Math.max(this.#high[i]! - this.#low[i]!, 0.02 * Math.abs(this.#high[i]!), 1e-9);
      most = Math.max(most, (now[i]! - this.#high[i]!) / range, (this.#low[i]! - now[i]!) / range);
    }
    return most < leastNovelty ? 0 : most;
  }

  /** The part of it that is news; notes that it is told. */
  tell(novelty: number, at: number): number {
    const news = beyond(this.#peak, novelty, at);
    note(this.#peak, novelty, at);
    return news;
  }

  /** Takes an interval into the records. */
  learn(now: Float64Array): void {
    for (let i = 0; i < features; i += 1) {
      const x = now[i]!;
      if (this.#seen[0]! <= firstIntervals / 2) {
        this.#high[i] = this.#low[i] = x;
        continue;
      }
      const middle = (this.#high[i]! + this.#low[i]!) / 2;
      this.#high[i] = Math.max(x, middle + (this.#high[i]! - middle) * this.#fade);
      this.#low[i] = Math.min(x, middle + (this.#low[i]! - middle) * this.#fade);
    }
    this.#seen[0] = this.#seen[0]! + 1;
  }
}
