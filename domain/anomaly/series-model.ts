import type { Arena } from './arena.ts';
import { deviance } from './deviance.ts';
import { Level } from './level.ts';
import { clamp, logRatio } from './log-ratio.ts';
import { Profile } from './profile.ts';
import { ResidualMoments } from './residual-moments.ts';
import { leastExcess, Spans } from './spans.ts';

const dayMs = 86_400_000;
const memoryDays = 21;
const memoryPointsMin = 60;

const SEEN = 0;
const WAVE = 1;
const WAVE_VARIANCE = 2;

export interface Forecast {
  /** What the level and the rhythm say. */
  base: number;
  /** The same with the wave that the last intervals were on. */
  mean: number;
  /** Variance of the logarithm of what comes, about `mean`, beyond pure chance. */
  excess: number;
  /** The same about `base`. */
  baseExcess: number;
}

/**
 * The log rate of a series, or of its ratio to another: level + weekly rhythm + wave, followed by an approximate Kalman
 * filter for counts (a dynamic generalised linear model: West, Harrison and Migon 1985). Says what to expect of an
 * interval and how far what came lies from it, by itself and together with those before it.
 */
export class SeriesModel {
  readonly forecast: Forecast = { base: 0, mean: 0, excess: 0, baseExcess: 0 };
  /** Signed distances in spreads: of the interval itself, then of each span. */
  readonly distances: Float64Array;
  readonly #state: Float64Array;
  readonly #level: Level;
  readonly #profile: Profile;
  readonly #moments: ResidualMoments;
  readonly #spans: Spans;
  #logExposure = 0;
  #isSpecial = false;

  /** `lengths`: spans of intervals, ascending. `scale`: how large the rhythm's effects are, 1 for traffic. */
  constructor(arena: Arena, intervalMs: number, lengths: readonly number[], scale: number) {
    const stepDays = intervalMs / dayMs;
    const memory = Math.max(memoryPointsMin, memoryDays / stepDays);
    this.#state = arena.doubles(3);
    this.#level = new Level(arena, stepDays);
    this.#profile = new Profile(arena, intervalMs, scale);
    this.#moments = new ResidualMoments(arena, memory, stepDays * 24);
    this.#spans = new Spans(arena, lengths, memory);
    this.distances = new Float64Array(1 + lengths.length);
  }

  /** How many intervals it has been through since its first value. */
  get seen(): number {
    return this.#state[SEEN]!;
  }

  /** Goes on to an interval and says what to expect of it, the mean being proportional to `exposure`. */
  predict(localStart: number, exposure: number, isSpecial: boolean): void {
    const s = this.#state;
    this.#isSpecial = isSpecial;
    this.#logExposure = Math.log(exposure);
    this.#profile.visit(localStart);
    this.#level.pass(isSpecial);
    const { persistence, wave, noise, total } = this.#moments;
    s[WAVE] = persistence * s[WAVE]!;
    const unsureWave = persistence ** 2 * s[WAVE_VARIANCE]! + (1 - persistence ** 2) * wave;
    s[WAVE_VARIANCE] = Math.min(wave, unsureWave);
    const log = this.#level.value + this.#profile.value + this.#logExposure;
    const unsure = this.#level.variance + this.#profile.variance + leastExcess;
    this.forecast.base = Math.exp(clamp(log, -14, 40));
    this.forecast.mean = Math.exp(clamp(log + s[WAVE]!, -14, 40));
    this.forecast.excess = unsure + s[WAVE_VARIANCE]! + noise;
    this.forecast.baseExcess = unsure + total;
  }

  /** Fills `distances`. */
  compare(value: number, grain: number): void {
    const { base, mean, excess } = this.forecast;
    this.distances[0] = deviance(value, mean, excess, grain);
    this.#spans.compare(value, base, this.#level.variance, grain);
    this.distances.set(this.#spans.distances, 1);
  }

  /** Learns from a value that is trusted so far (0 to 1); what lies far out counts as if less far. */
  learn(value: number, grain: number, trust: number): void {
    if (this.seen === 0) {
      const log = Math.log(Math.max(value, grain / 2));
      this.#level.begin(log - this.#logExposure - this.#profile.value);
    } else {
      this.#correct(value, grain, trust);
    }
    this.#spans.learn(value, this.forecast.base, trust);
    this.#state[SEEN] = this.seen + 1;
  }

  /** Passes over an interval that is missing. */
  skip(): void {
    if (this.seen === 0) return;
    this.distances.fill(0);
    this.#spans.note(0, 0);
    this.#moments.skip();
    this.#state[SEEN] = this.seen + 1;
  }

  /** One step of the filter: each part takes the share of the error that its variance has in the error's own. */
  #correct(value: number, grain: number, trust: number): void {
    const s = this.#state;
    const { base, mean, excess, baseExcess } = this.forecast;
    const residual = logRatio(value, base);
    const baseSpread = Math.sqrt(baseExcess + grain / base);
    const isShifted = this.#level.isShifted((value - base) / base / baseSpread);
    if (this.#level.hasReturned(residual, baseSpread)) s[WAVE] = 0;
    const belief = isShifted ? 1 : trust;
    const total = excess + grain / mean;
    const limit = 2.5 * Math.sqrt(total);
    const error = clamp(logRatio(value, mean), -limit, limit);
    const waveBefore = s[WAVE]!;
    const gain = s[WAVE_VARIANCE]! / total;
    s[WAVE] = (isShifted ? 0 : waveBefore) + gain * error * belief;
    s[WAVE_VARIANCE] = s[WAVE_VARIANCE]! * (1 - gain);
    if (this.#isSpecial) {
      this.#level.learnSpecial(error, total);
      return;
    }
    this.#level.learn(error * belief, total, this.#moments.persistence, belief);
    if (isShifted) this.#level.shift(waveBefore);
    this.#profile.learn(error * (isShifted ? 0 : trust), total, trust);
    const cut = clamp(residual, -3 * baseSpread, 3 * baseSpread);
    this.#moments.learn(cut, grain / base, Math.max(0.05, trust));
  }
}
