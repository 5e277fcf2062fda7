import type { Arena } from './arena.ts';

const tailMemoryDays = 60;
/** Measured values stray as counts would of which this share of the usual value is one. */
const measuredGrain = 0.1;
/** No value counts as greater: sums and squares of it stay finite. */
const valueMax = 1e17;
/** What is so many times the usual value teaches as if it were less. */
const absurdFrom = 100;

const USUAL = 0;
const SEEN = 1;
const IS_MEASURED = 2;
/** What is added to every value before the rhythm sees it, so that none is negative. */
const OFFSET = 3;

/** How large the values of a series are, whether they are counts, and how far they go below 0. */
export class Scale {
  readonly #state: Float64Array;
  readonly #stepDays: number;

  constructor(arena: Arena, stepDays: number) {
    this.#state = arena.doubles(4);
    this.#stepDays = stepDays;
  }

  get isMeasured(): boolean {
    return this.#state[IS_MEASURED] === 1;
  }

  /** What `lift` has added of late. */
  get offset(): number {
    return this.#state[OFFSET]!;
  }

  /** Adds what makes a value 0 or more: a fifth more than the lowest needs, so that it seldom has to be raised. */
  lift(given: number): number {
    const s = this.#state;
    const value = Math.min(valueMax, Math.max(-valueMax, given));
    const least = s[USUAL]! > 0 ? -absurdFrom * s[USUAL]! : -valueMax;
    if (value + s[OFFSET]! < 0) s[OFFSET] = -1.2 * Math.max(value, least);
    return Math.max(0, value + s[OFFSET]!);
  }

  /** What pure chance makes of a unit: 1 while all values are whole numbers, else a part of the usual value. */
  grainOf(value: number): number {
    const s = this.#state;
    s[SEEN] = s[SEEN]! + 1;
    const pace = Math.max(this.#stepDays / tailMemoryDays, 1 / s[SEEN]!);
    // One absurd value must not make all others small.
    const counted = s[USUAL]! > 0 ? Math.min(value, absurdFrom * s[USUAL]!) : value;
    s[USUAL] = s[USUAL]! + pace * (counted - s[USUAL]!);
    if (!Number.isInteger(value)) s[IS_MEASURED] = 1;
    return s[IS_MEASURED] === 1 ? Math.max(1e-9, measuredGrain * s[USUAL]!) : 1;
  }
}
