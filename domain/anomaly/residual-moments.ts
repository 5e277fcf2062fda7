import type { Arena } from './arena.ts';

const EXCESS = 0;
const LAG1 = 1;
const LAG2 = 2;
const SEEN = 3;
const LAST1 = 4;
const LAST2 = 5;

/** What holds on for longer than this is a level, not a wave. */
const waveHoursMax = 12;

/**
 * What the log residuals of a baseline are made of: noise that is new in every interval, and a wave that lasts
 * (autocorrelation). Told apart by their products at lags 0, 1 and 2: for an AR(1) seen through noise the wave keeps
 * c2 / c1 of itself from one interval to the next, and its variance is c1² / c2 (Yule-Walker).
 */
export class ResidualMoments {
  readonly #state: Float64Array;
  readonly #memory: number;
  readonly #persistenceMax: number;

  /** `memory`: of how many points the moments are a mean, in the end. */
  constructor(arena: Arena, memory: number, stepHours: number) {
    this.#memory = memory;
    this.#persistenceMax = Math.exp(-stepHours / waveHoursMax);
    this.#state = arena.doubles(6);
    if (!arena.isFresh) return;
    this.#state[EXCESS] = 0.02;
    this.#state[LAG1] = 0.01;
    this.#state[LAG2] = 0.008;
    this.#state[SEEN] = 4;
    this.#state[LAST1] = this.#state[LAST2] = Number.NaN;
  }

  /** How much of the wave is left after one interval, 0 to below 1. */
  get persistence(): number {
    const lag1 = this.#state[LAG1]!;
    return lag1 <= 0 ? 0 : Math.min(this.#persistenceMax, Math.max(0, this.#state[LAG2]! / lag1));
  }

  /** The wave's variance. */
  get wave(): number {
    const rho = this.persistence;
    return rho < 0.05 ? 0 : Math.min(this.total, this.#state[LAG1]! / rho);
  }

  /** Variance of what is new in every interval, beyond pure chance. */
  get noise(): number {
    return this.total - this.wave;
  }

  /** Variance of both. */
  get total(): number {
    return Math.max(0, this.#state[EXCESS]!);
  }

  /** `residual` is of the log rate, `chance` the variance that pure chance gives it. */
  learn(residual: number, chance: number, trust: number): void {
    const s = this.#state;
    s[SEEN] = Math.min(this.#memory, s[SEEN]! + 1);
    // Where chance alone makes large residuals they say little of the rest.
    const weight = trust / (1 + chance / (0.01 + this.total)) ** 2;
    // The first days err most: a mean of the last third forgets them.
    const pace = weight * Math.min(0.1, Math.max(1 / this.#memory, 3 / s[SEEN]!));
    s[EXCESS] = s[EXCESS]! + pace * (residual * residual - chance - s[EXCESS]!);
    if (!Number.isNaN(s[LAST1])) s[LAG1] = s[LAG1]! + pace * (residual * s[LAST1]! - s[LAG1]!);
    if (!Number.isNaN(s[LAST2])) s[LAG2] = s[LAG2]! + pace * (residual * s[LAST2]! - s[LAG2]!);
    this.#pass(residual);
  }

  /** Notes an interval that is missing: products across it are not known. */
  skip(): void {
    this.#pass(Number.NaN);
  }

  #pass(residual: number): void {
    this.#state[LAST2] = this.#state[LAST1]!;
    this.#state[LAST1] = residual;
  }
}
