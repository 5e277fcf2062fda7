import type { Arena } from './arena.ts';
import { beyond, note } from './repeats.ts';

const stretch = 8;
const features = 4;
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
  readonly #ring: Float64Array;
  readonly #high: Float64Array;
  readonly #low: Float64Array;
  readonly #seen: Float64Array;
  readonly #peak: Float64Array;
  readonly #now = new Float64Array(features);
  readonly #fade: number;

  constructor(arena: Arena, intervalMs: number) {
    this.#ring = arena.doubles(stretch);
    this.#high = arena.doubles(features);
    this.#low = arena.doubles(features);
    this.#seen = arena.doubles(1);
    this.#peak = arena.doubles(2);
    this.#fade = Math.max(0, 1 - intervalMs / (fadeDays * dayMs));
  }

  /** How far out an interval lies, in ranges, beyond what was told lately; 0 for what is within. */
  compare(value: number): number {
    this.#measure(value);
    if (this.#seen[0]! < 2 * stretch) return 0;
    let most = 0;
    for (let i = 0; i < features; i += 1) {
      const range = Math.max(this.#high[i]! - this.#low[i]!, 0.02 * Math.abs(this.#high[i]!), 1e-9);
      most = Math.max(
        most,
        (this.#now[i]! - this.#high[i]!) / range,
        (this.#low[i]! - this.#now[i]!) / range,
      );
    }
    return most < leastNovelty ? 0 : most;
  }

  /** The part of it that is news; notes that it is told. */
  tell(novelty: number, at: number): number {
    const news = beyond(this.#peak, novelty, at);
    note(this.#peak, novelty, at);
    return news;
  }

  /** Takes the interval last compared into the records. */
  learn(): void {
    for (let i = 0; i < features; i += 1) {
      const now = this.#now[i]!;
      if (this.#seen[0]! <= stretch) {
        this.#high[i] = this.#low[i] = now;
        continue;
      }
      const middle = (this.#high[i]! + this.#low[i]!) / 2;
      this.#high[i] = Math.max(now, middle + (this.#high[i]! - middle) * this.#fade);
      this.#low[i] = Math.min(now, middle + (this.#low[i]! - middle) * this.#fade);
    }
    this.#seen[0] = this.#seen[0]! + 1;
  }

  #measure(value: number): void {
    const seen = this.#seen[0]!;
    const last = this.#ring[(seen + stretch - 1) % stretch]!;
    this.#ring[seen % stretch] = value;
    const mean = this.#ring.reduce((sum, x) => sum + x, 0) / stretch;
    const square = this.#ring.reduce((sum, x) => sum + (x - mean) ** 2, 0) / stretch;
    this.#now[0] = value;
    this.#now[1] = mean;
    this.#now[2] = Math.sqrt(square);
    this.#now[3] = value - last;
  }
}
