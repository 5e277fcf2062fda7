import type { Arena } from './arena.ts';
import { deviance } from './deviance.ts';
import { clamp } from './log-ratio.ts';

/** One percent of spread at least: nobody wants to hear of less, however steady a series is. */
export const leastExcess = 1e-4;
/** Mean of the square of a standard normal that is cut at 2. */
const cutSquareMean = 0.77;
/** Doubt of the level up to this is part of what a span has learned of itself. */
const usualLevelVariance = 0.003;

/**
 * Evidence over several intervals: small falls that last add up. Counts and what the rhythm alone expected are summed
 * over the last so many intervals; how far such sums stray is learned for each span, since their noise hangs together.
 */
export class Spans {
  readonly #lengths: readonly number[];
  readonly #memory: number;
  readonly #values: Float32Array;
  readonly #means: Float32Array;
  readonly #excess: Float64Array;
  readonly #state: Float64Array;
  /** Signed distances by span. */
  readonly distances: Float64Array;

  constructor(arena: Arena, lengths: readonly number[], memory: number) {
    this.#lengths = lengths;
    this.#memory = memory;
    this.#values = arena.floats(lengths.at(-1)!);
    this.#means = arena.floats(lengths.at(-1)!);
    this.#excess = arena.doubles(lengths.length);
    this.#state = arena.doubles(1);
    this.distances = new Float64Array(lengths.length);
    if (arena.isFresh) this.#excess.fill(0.02);
  }

  /** Fills `distances` for spans that end with this interval. */
  compare(value: number, mean: number, levelVariance: number, grain: number): void {
    let sum = value;
    let expected = mean;
    let next = 0;
    const size = this.#values.length;
    const seen = this.#state[0]!;
    const doubt = Math.max(0, levelVariance - usualLevelVariance);
    for (let back = 1; back < size; back += 1) {
      const at = (seen + size - back) % size;
      sum += this.#values[at]!;
      expected += this.#means[at]!;
      if (back + 1 !== this.#lengths[next]) continue;
      this.distances[next] = deviance(sum, expected, this.#excess[next]! + doubt, grain);
      next += 1;
    }
  }

  /** Moves each excess to where the square of its distances is that of a standard normal, on average. */
  learn(value: number, mean: number, trust: number): void {
    const pace = (2 * Math.max(0.05, trust)) / Math.min(this.#memory, this.#state[0]! + 20);
    for (let i = 0; i < this.#lengths.length; i += 1) {
      const square = clamp(this.distances[i]!, -2, 2) ** 2;
      this.#excess[i] = clamp(this.#excess[i]! * Math.exp(pace * (square - cutSquareMean)), leastExcess, 4);
    }
    this.note(value, mean);
  }

  /** Takes an interval in without learning; a missing one adds nothing to either side: give zeros. */
  note(value: number, mean: number): void {
    const at = this.#state[0]! % this.#values.length;
    this.#values[at] = value;
    this.#means[at] = mean;
    this.#state[0] = this.#state[0]! + 1;
  }
}
