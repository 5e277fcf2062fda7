import type { Arena } from './arena.ts';
import { deviance } from './deviance.ts';
import { Profile } from './profile.ts';
import { ResidualMoments } from './residual-moments.ts';

const dayMs = 86_400_000;
const LEVEL = 0;
const LEVEL_VARIANCE = 1;
const WAVE = 2;
const WAVE_VARIANCE = 3;
const ONE_SIDED = 4;
const SINCE_DAYS = 5;
const SEEN = 6;
const SPECIAL = 7;
const SPECIAL_VARIANCE = 8;
const SPANS = 9;
/** One percent: nobody wants to hear of less, however steady a series is. */
const noiseFloor = 1e-4;

const clamp = (x: number, low: number, high: number): number => Math.min(high, Math.max(low, x));

export interface Forecast {
  /** What the rhythm says. */
  base: number;
  /** The same with what the last intervals say. */
  mean: number;
  /** Variance of the log mean and of what is new in an interval, beyond pure chance. */
  excess: number;
  baseExcess: number;
}

export interface SpanSettings {
  spans: number[];
  scale: number;
  levelPerDay: number;
}

/** The log rate of a series (or of its ratio to another) and what the present says against it. */
export class SeriesModel {
  readonly profile: Profile;
  readonly moments: ResidualMoments;
  readonly forecast: Forecast = { base: 0, mean: 0, excess: 0, baseExcess: 0 };
  /** Signed distances: of the interval itself, then of each span. */
  readonly distances: Float64Array;
  readonly #state: Float64Array;
  readonly #values: Float32Array;
  readonly #means: Float32Array;
  readonly #spans: number[];
  readonly #stepDays: number;
  readonly #levelDrift: number;
  readonly #memory: number;
  #logExposure = 0;

  constructor(arena: Arena, intervalMs: number, { spans, scale, levelPerDay }: SpanSettings) {
    this.#spans = spans;
    this.#stepDays = intervalMs / dayMs;
    this.#levelDrift = levelPerDay ** 2 * this.#stepDays;
    this.#memory = Math.max(60, 21 / this.#stepDays);
    this.#state = arena.doubles(SPANS + spans.length);
    this.profile = new Profile(arena, intervalMs, scale);
    this.moments = new ResidualMoments(arena, this.#memory);
    const longest = spans.at(-1) as number;
    this.#values = arena.floats(longest);
    this.#means = arena.floats(longest);
    this.distances = new Float64Array(1 + spans.length);
    if (arena.isFresh) {
      this.#state[LEVEL_VARIANCE] = 1;
      this.#state.fill(0.02, SPANS);
    }
  }

  get seen(): number {
    return this.#state[SEEN] as number;
  }

  /** Says what to expect of an interval, `exposure` being what its mean is proportional to. */
  predict(localStart: number, exposure: number, special: boolean): Forecast {
    const s = this.#state;
    this.profile.visit(localStart);
    this.#logExposure = Math.log(exposure);
    if (special && (s[SPECIAL_VARIANCE] as number) === 0) s[SPECIAL_VARIANCE] = 0.4;
    if (!special) s[SPECIAL] = s[SPECIAL_VARIANCE] = 0;
    const rho = this.moments.persistence;
    const wave = this.moments.wave;
    s[WAVE] = rho * (s[WAVE] as number);
    s[WAVE_VARIANCE] = Math.min(wave, rho * rho * (s[WAVE_VARIANCE] as number) + (1 - rho * rho) * wave);
    s[LEVEL_VARIANCE] = (s[LEVEL_VARIANCE] as number) + this.#levelDrift;
    s[SPECIAL_VARIANCE] = special ? (s[SPECIAL_VARIANCE] as number) + 0.02 * this.#stepDays * 24 : 0;
    const log = (s[LEVEL] as number) + this.profile.value + (s[SPECIAL] as number) + this.#logExposure;
    const unsure = (s[LEVEL_VARIANCE] as number) + this.profile.variance + (s[SPECIAL_VARIANCE] as number);
    this.forecast.base = Math.exp(clamp(log, -14, 40));
    this.forecast.mean = Math.exp(clamp(log + (s[WAVE] as number), -14, 40));
    this.forecast.excess = unsure + (s[WAVE_VARIANCE] as number) + this.moments.noise + noiseFloor;
    this.forecast.baseExcess = unsure + this.moments.total + noiseFloor;
    return this.forecast;
  }

  /** Fills `distances`. */
  compare(value: number, grain: number): void {
    const { mean, excess } = this.forecast;
    this.distances[0] = deviance(value, mean, excess, grain);
    let sum = value;
    let expected = this.forecast.base;
    const length = this.#values.length;
    const at = this.seen;
    let next = 0;
    for (let back = 1; back < length && next < this.#spans.length; back += 1) {
      const i = (((at - back) % length) + length) % length;
      sum += this.#values[i] as number;
      expected += this.#means[i] as number;
      if (back + 1 === this.#spans[next]) {
        const unsure = (this.#state[LEVEL_VARIANCE] as number) + (this.#state[SPECIAL_VARIANCE] as number);
        this.distances[1 + next] =
          expected > 0 ? deviance(sum, expected, (this.#state[SPANS + next] as number) + unsure, grain) : 0;
        next += 1;
      }
    }
  }

  /** Learns from a value that counts `trust` (0 to 1); far ones count as if less far. */
  learn(value: number, grain: number, trust: number, special: boolean): void {
    const s = this.#state;
    const { base, mean } = this.forecast;
    if (s[SEEN] === 0) this.#begin(value, grain);
    else this.#correct(value, grain, trust, special);
    const at = this.seen % this.#values.length;
    this.#learnSpans(grain, trust);
    this.#values[at] = value;
    this.#means[at] = base;
    s[SEEN] = this.seen + 1;
    void mean;
  }

  skip(): void {
    const at = this.seen % this.#values.length;
    if (this.seen > 0) {
      this.#values[at] = 0;
      this.#means[at] = 0;
      this.#state[SEEN] = this.seen + 1;
    }
    this.moments.pass(Number.NaN);
  }

  #begin(value: number, grain: number): void {
    this.#state[LEVEL] = Math.log(Math.max(value, grain / 2, 1e-6)) - this.#logExposure - this.profile.value;
    this.#state[LEVEL_VARIANCE] = 0.5;
  }

  #correct(value: number, grain: number, trust: number, special: boolean): void {
    const s = this.#state;
    const { mean, base, excess } = this.forecast;
    const chance = grain / mean;
    const noise = this.moments.noise + chance;
    const total = excess + chance;
    const sd = Math.sqrt(total);
    const isShift = this.#noteSide(
      (value - base) / base / Math.sqrt(this.forecast.baseExcess + grain / base),
    );
    // A rate that the exponent follows: a rise is taken by its logarithm where it is large.
    const raw = (value - mean) / mean;
    const error = clamp(raw > 1 ? 1 + Math.log(raw) : raw, -2.5 * sd, 2.5 * sd) * (isShift ? 1 : trust);
    const gain = (of: number): number => (of as number) / (total + (this.profile.variance > 0 ? 0 : 0));
    if (isShift) {
      s[LEVEL] = (s[LEVEL] as number) + clamp(s[ONE_SIDED] as number, -1, 1) * 0 + (s[WAVE] as number);
      s[WAVE] = 0;
    }
    const waveGain = gain(s[WAVE_VARIANCE] as number);
    s[WAVE] = (s[WAVE] as number) + waveGain * error;
    s[WAVE_VARIANCE] = (s[WAVE_VARIANCE] as number) * (1 - waveGain);
    if (special) {
      const specialGain = gain(s[SPECIAL_VARIANCE] as number);
      s[SPECIAL] =
        (s[SPECIAL] as number) + specialGain * clamp(raw > 1 ? 1 + Math.log(raw) : raw, -2.5 * sd, 2.5 * sd);
      s[SPECIAL_VARIANCE] = (s[SPECIAL_VARIANCE] as number) * (1 - specialGain) + 1e-9;
      return;
    }
    const rho = this.moments.persistence;
    const levelGain =
      (s[LEVEL_VARIANCE] as number) /
      (total + ((2 * rho) / (1 - rho)) * (total - (s[LEVEL_VARIANCE] as number)));
    s[LEVEL] = (s[LEVEL] as number) + levelGain * error;
    s[LEVEL_VARIANCE] =
      (s[LEVEL_VARIANCE] as number) * (1 - levelGain * (isShift ? 1 : trust)) + (isShift ? 0.1 : 0);
    this.profile.learn(error, total, trust);
    void noise;
    const baseChance = grain / base;
    const baseSd = Math.sqrt(this.forecast.baseExcess + baseChance);
    const far = (value - base) / base;
    this.moments.learn(
      clamp(far > 1 ? 1 + Math.log(far) : far, -3 * baseSd, 3 * baseSd),
      baseChance,
      Math.max(0.05, trust),
    );
  }

  /**
   * Whether the values have lain on one side for so long that this is how things are now. News for a day: then
   * the level is let go, and found anew within a few intervals.
   */
  #noteSide(distance: number): boolean {
    const s = this.#state;
    const pace = Math.min(0.5, this.#stepDays * 3);
    s[ONE_SIDED] = (s[ONE_SIDED] as number) + pace * (clamp(distance, -3, 3) - (s[ONE_SIDED] as number));
    s[SINCE_DAYS] = Math.abs(s[ONE_SIDED] as number) > 1.2 ? (s[SINCE_DAYS] as number) + this.#stepDays : 0;
    if ((s[SINCE_DAYS] as number) < 0.9) return false;
    s[SINCE_DAYS] = 0.6;
    return true;
  }

  #learnSpans(grain: number, trust: number): void {
    const pace = Math.max(0.05, trust) / Math.min(this.#memory, this.seen + 20);
    for (let i = 0; i < this.#spans.length; i += 1) {
      const z = clamp(this.distances[1 + i] as number, -3, 3);
      const excess = this.#state[SPANS + i] as number;
      // The excess for which z^2 is 1 on average, approached step by step in its logarithm.
      this.#state[SPANS + i] = clamp(excess * Math.exp(pace * 2 * (z * z - 0.93)), noiseFloor, 4);
    }
    void grain;
  }
}
