import type { Arena } from './arena.ts';
import { clamp } from './log-ratio.ts';

const VALUE = 0;
const VARIANCE = 1;
/** A running mean of signed distances, and for how many days it has been far out. */
const LEANING = 2;
const LEANING_DAYS = 3;
/** The level of the last calm hours, and how badly it and the present one say what comes. */
const CALM = 4;
const LOSS = 5;
const CALM_LOSS = 6;
/** The offset of a day that the calendar names. */
const SPECIAL = 7;
const SPECIAL_VARIANCE = 8;

/** How far a level walks in a day, as a share. */
const walkPerDay = 0.02;
/** From a mean distance this great the values lean to one side. */
const leaningFrom = 1.2;
/** What leans for this long is how things are now: news for a day, not for a month. */
const leaningDaysMax = 0.9;
const letGoVariance = 0.1;
const specialVariance = 0.4;
const specialVariancePerDay = 0.48;

/** Where a log rate stands apart from its rhythm: a slow walk, sudden lasting shifts, and special days. */
export class Level {
  readonly #state: Float64Array;
  readonly #stepDays: number;

  constructor(arena: Arena, stepDays: number) {
    this.#stepDays = stepDays;
    this.#state = arena.doubles(9);
    if (arena.isFresh) this.#state[VARIANCE] = 1;
  }

  get value(): number {
    return this.#state[VALUE]! + this.#state[SPECIAL]!;
  }

  get variance(): number {
    return this.#state[VARIANCE]! + this.#state[SPECIAL_VARIANCE]!;
  }

  begin(value: number): void {
    this.#state[VALUE] = this.#state[CALM] = value;
    this.#state[VARIANCE] = 0.5;
  }

  /** Goes on by one interval. A special day begins with an offset of which nothing is known, and takes it away. */
  pass(isSpecial: boolean): void {
    const s = this.#state;
    s[VARIANCE] = s[VARIANCE]! + walkPerDay ** 2 * this.#stepDays;
    if (!isSpecial) s[SPECIAL] = s[SPECIAL_VARIANCE] = 0;
    else if (s[SPECIAL_VARIANCE] === 0) s[SPECIAL_VARIANCE] = specialVariance;
    else s[SPECIAL_VARIANCE] = s[SPECIAL_VARIANCE]! + specialVariancePerDay * this.#stepDays;
  }

  /**
   * Takes its share of an error. Residuals that a wave ties together say less than as many single ones: the noise is
   * counted (1 + rho) / (1 - rho) times, as in the variance of a mean of an AR(1).
   */
  learn(error: number, total: number, persistence: number, trust: number): void {
    const s = this.#state;
    const tied = ((2 * persistence) / (1 - persistence)) * (total - s[VARIANCE]!);
    const gain = s[VARIANCE]! / (total + Math.max(0, tied));
    s[VALUE] = s[VALUE]! + gain * error;
    s[VARIANCE] = s[VARIANCE]! * (1 - gain * trust);
  }

  /** On a special day its offset alone learns. */
  learnSpecial(error: number, total: number): void {
    const s = this.#state;
    const gain = s[SPECIAL_VARIANCE]! / total;
    s[SPECIAL] = s[SPECIAL]! + gain * error;
    s[SPECIAL_VARIANCE] = s[SPECIAL_VARIANCE]! * (1 - gain) + 1e-9;
  }

  /** Whether values have lain on one side, `distance` spreads from the rhythm, for so long that the level is let go. */
  isShifted(distance: number): boolean {
    const s = this.#state;
    const pace = Math.min(0.5, this.#stepDays * 3);
    s[LEANING] = s[LEANING]! + pace * (clamp(distance, -3, 3) - s[LEANING]!);
    s[LEANING_DAYS] = Math.abs(s[LEANING]!) > leaningFrom ? s[LEANING_DAYS]! + this.#stepDays : 0;
    if (s[LEANING_DAYS]! < leaningDaysMax) return false;
    s[LEANING_DAYS] = leaningDaysMax * (2 / 3);
    return true;
  }

  /** Makes a lasting shift the level: what was held for a wave is part of it, the rest is found within intervals. */
  shift(wave: number): void {
    this.#state[VALUE] = this.#state[VALUE]! + wave;
    this.#state[VARIANCE] = this.#state[VARIANCE]! + letGoVariance;
  }

  /**
   * What an anomaly has moved goes back when it is over: the level of the last calm hours is kept, and taken up again
   * as soon as it says better what comes. Tells whether it was. `residual` is of the log rate, `spread` its own.
   */
  hasReturned(residual: number, spread: number): boolean {
    const s = this.#state;
    const moved = s[VALUE]! - s[CALM]!;
    const pace = Math.min(0.5, this.#stepDays * 6);
    s[LOSS] = s[LOSS]! + pace * (Math.min(9, (residual / spread) ** 2) - s[LOSS]!);
    s[CALM_LOSS] = s[CALM_LOSS]! + pace * (Math.min(9, ((residual + moved) / spread) ** 2) - s[CALM_LOSS]!);
    if (Math.abs(s[LEANING]!) < 0.5 && s[LOSS]! < 1.5) {
      s[CALM] = s[VALUE]!;
      return false;
    }
    const isBetter = s[CALM_LOSS]! < 0.6 * s[LOSS]! - 0.1 && s[CALM_LOSS]! < 1.5;
    if (!isBetter || Math.abs(moved) < 0.3 * spread) return false;
    s[VALUE] = s[CALM]!;
    s[LOSS] = s[CALM_LOSS]!;
    s[LEANING] = s[LEANING_DAYS] = 0;
    return true;
  }
}
