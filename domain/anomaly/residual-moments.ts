import type { Arena } from './arena.ts';

const EXCESS = 0;
const LAG1 = 1;
const LAG2 = 2;
const SEEN = 3;
const LAST1 = 4;
const LAST2 = 5;

/**
 * What the log residuals of a baseline are made of: noise that is new in every interval, and a wave that lasts
 * (autocorrelation). Told apart by their products at lags 0, 1 and 2 (Yule-Walker for an AR(1) seen through
 * noise): the wave has variance c1^2 / c2 and keeps c2 / c1 of itself from interval to interval.
 */
export class ResidualMoments {
  readonly #state: Float64Array;
  readonly #memory: number;

  constructor(arena: Arena, memory: number) {
    this.#state = arena.doubles(6);
    this.#memory = memory;
    if (arena.isFresh) {
      this.#state[EXCESS] = 0.02;
      this.#state[LAG1] = 0.01;
      this.#state[LAG2] = 0.008;
      this.#state[SEEN] = 4;
    }
  }

  /** How much of the wave is left after one interval, 0 to below 1. */
  get persistence(): number {
    const [, lag1 = 0, lag2 = 0] = this.#state;
    return lag1 <= 0 ? 0 : Math.min(0.98, Math.max(0, lag2 / lag1));
  }

  /** The wave's variance. */
  get wave(): number {
    const [excess = 0, lag1 = 0] = this.#state;
    const rho = this.persistence;
    return rho < 0.05 || lag1 <= 0 ? 0 : Math.min(Math.max(excess, 0), lag1 / rho);
  }

  /** Variance of what is new in every interval beyond pure chance. */
  get noise(): number {
    return Math.max(0, (this.#state[EXCESS] as number) - this.wave);
  }

  get total(): number {
    return Math.max(0, this.#state[EXCESS] as number);
  }

  /** `residual` is of the log rate; `chance` the variance that pure chance gives it. */
  learn(residual: number, chance: number, weight: number): void {
    const s = this.#state;
    s[SEEN] = Math.min(this.#memory, (s[SEEN] as number) + 1);
    // Where chance alone is large a residual says little of the rest.
    const trust = (weight * 1) / (1 + chance / (0.01 + this.total)) ** 2;
    const pace = trust * Math.min(0.1, Math.max(1 / this.#memory, 3 / (s[SEEN] as number)));
    s[EXCESS] = (s[EXCESS] as number) + pace * (residual * residual - chance - (s[EXCESS] as number));
    if (!Number.isNaN(s[LAST1]))
      s[LAG1] = (s[LAG1] as number) + pace * (residual * (s[LAST1] as number) - (s[LAG1] as number));
    if (!Number.isNaN(s[LAST2]))
      s[LAG2] = (s[LAG2] as number) + pace * (residual * (s[LAST2] as number) - (s[LAG2] as number));
    this.pass(residual);
  }

  /** After a gap nothing is known of the last residual: give NaN. */
  pass(residual: number): void {
    this.#state[LAST2] = this.#state[LAST1] as number;
    this.#state[LAST1] = residual;
  }
}
