import type { Arena } from './arena.ts';

/** Learned of a tail: its quantile, the mean excess above it, what that is worth in points, points seen, share far out. */
const LEVEL = 0;
const EXCESS = 1;
const WEIGHT = 2;
const SEEN = 3;
const FAR = 4;
const tailSize = 5;

/** Share of points above the quantile. */
const above = 0.15;
/** What a prior is worth, in points above the quantile. */
const priorWeight = 20;
/** Form of the tail: 0 falls as an exponential, more falls slower. */
const usualForm = 0.05;
/**
 * Far excesses are anomalies, not the tail: they count for little, until they come too often for that. 2.5
 * means are passed by 8 % of an exponential.
 */
const farMeansRough = 2.5;
const farTrustRough = 0.25;
const farTrustRegular = 0.05;
const farShareUsual = 0.35;
const farShareHeavy = 0.45;
/** In a regular series so much more may be far out and still be anomalies. */
const moreInRegular = 0.15;

/** What heavy tails do to a judgement: `light` keeps to the usual form. */
export type Form = 'light' | 'learned';

/** What a tail is at first, and how it learns. */
export interface TailSettings {
  level: number;
  excess: number;
  /** Of how many points a tail is a mean, in the end. */
  memory: number;
  /** Form of the tail, at least. */
  form?: number;
  /** Excesses beyond so many means are far out in a regular series. */
  farMeansRegular?: number;
}

/**
 * How seldom a statistic is so far out, by its own past: running quantiles, and above them a generalised Pareto tail
 * (peaks over threshold; Siffer et al. 2017). The mean excess is learned from what is not itself far out, or a detector
 * would learn its own anomalies; but what is far out again and again is how the series is.
 */
export class Tails {
  /** How regular the series is (0 to 1): what is far out in a regular one hardly teaches. */
  regularity = 0;
  readonly #state: Float64Array;
  readonly #memory: number;
  readonly #form: number;
  readonly #farMeansRegular: number;

  constructor(arena: Arena, count: number, settings: TailSettings) {
    const { level, excess, memory, form = usualForm, farMeansRegular = farMeansRough } = settings;
    this.#state = arena.doubles(count * tailSize);
    this.#memory = memory;
    this.#form = form;
    this.#farMeansRegular = farMeansRegular;
    if (!arena.isFresh) return;
    for (let at = 0; at < this.#state.length; at += tailSize) {
      this.#state[at + LEVEL] = level;
      this.#state[at + EXCESS] = excess;
      this.#state[at + WEIGHT] = priorWeight;
      this.#state[at + FAR] = 0.1;
    }
  }

  /** -log10 of the probability to be at least this far out. */
  surprise(which: number, distance: number, form: Form): number {
    const at = which * tailSize;
    const level = this.#state[at + LEVEL]!;
    if (distance <= level) return distance <= 0 ? 0 : (-Math.log10(above) * distance) / level;
    const means = (distance - level) / this.#state[at + EXCESS]!;
    const heavier =
      form === 'light' ? 0 : 6 * Math.max(0, this.#state[at + FAR]! - this.#allowed(farShareHeavy));
    const xi = Math.min(1, this.#form + heavier);
    return -Math.log10(above) + Math.log10(1 + xi * means) / xi;
  }

  learn(which: number, distance: number): void {
    const s = this.#state;
    const at = which * tailSize;
    s[at + SEEN] = s[at + SEEN]! + 1;
    // Stochastic approximation of a quantile: small steps up where it was passed, smaller ones down where it was not.
    const pace = Math.max(1 / this.#memory, 1 / (s[at + SEEN]! + 200)) * 4 * s[at + EXCESS]!;
    const step = distance > s[at + LEVEL]! ? 1 - above : -above;
    s[at + LEVEL] = Math.max(0.3, s[at + LEVEL]! + pace * step);
    if (distance > s[at + LEVEL]!) this.#learnExcess(at, distance - s[at + LEVEL]!);
  }

  #allowed(share: number): number {
    return share + moreInRegular * this.regularity;
  }

  #learnExcess(at: number, beyond: number): void {
    const s = this.#state;
    const mean = s[at + EXCESS]!;
    const farMeans = farMeansRough + (this.#farMeansRegular - farMeansRough) * this.regularity;
    // Of an exponential, the mean of what is not far out as a share of the mean of all.
    const nearMean = 1 - farMeans / (Math.exp(farMeans) - 1);
    const isFar = beyond > farMeans * mean;
    s[at + WEIGHT] = Math.min(s[at + WEIGHT]! + 1, this.#memory * above);
    s[at + FAR] = s[at + FAR]! + ((isFar ? 1 : 0) - s[at + FAR]!) / s[at + WEIGHT]!;
    const seldom = farTrustRough + (farTrustRegular - farTrustRough) * this.regularity;
    const trust = Math.min(1, seldom + 4 * Math.max(0, s[at + FAR]! - this.#allowed(farShareUsual)));
    const counted = isFar ? Math.min(beyond, farMeans * (1 + trust) * mean) : beyond;
    const pace = (isFar ? trust : 1) / s[at + WEIGHT]!;
    s[at + EXCESS] = Math.max(0.1, mean + pace * (counted / nearMean - mean));
  }
}
