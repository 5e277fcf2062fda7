import type { Arena } from './arena.ts';

const length = 8;

/** What is known of an interval and the few before it: its value, their mean and spread, the last step. */
export const features = 4;
export const VALUE = 0;
export const MEAN = 1;
export const SPREAD = 2;
export const STEP = 3;

/** The last few values of a series, as numbers that say what shape they have. */
export class Stretch {
  readonly now = new Float64Array(features);
  readonly #ring: Float64Array;
  readonly #seen: Float64Array;

  constructor(arena: Arena) {
    this.#ring = arena.doubles(length);
    this.#seen = arena.doubles(1);
  }

  /** Whether enough values came for all of its numbers to mean something. */
  get isFull(): boolean {
    return this.#seen[0]! >= length;
  }

  /** Takes a value in and fills `now`. */
  take(value: number): void {
    const seen = this.#seen[0]!;
    if (seen === 0) this.#ring.fill(value);
    const last = this.#ring[(seen + length - 1) % length]!;
    this.#ring[seen % length] = value;
    this.#seen[0] = seen + 1;
    let sum = 0;
    for (let i = 0; i < length; i += 1) sum += this.#ring[i]!;
    const mean = sum / length;
    let square = 0;
    for (let i = 0; i < length; i += 1) square += (this.#ring[i]! - mean) ** 2;
    this.now[VALUE] = value;
    this.now[MEAN] = mean;
    this.now[SPREAD] = Math.sqrt(square / length);
    this.now[STEP] = value - last;
  }
}
