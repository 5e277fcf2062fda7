import type { Arena } from './arena.ts';
import { dayNumber, hourOfDay, weekday } from './local-clock.ts';

const hourMs = 3_600_000;
const hours = 24;

/** Effects of one kind: their place in the table, how many there are, and what is believed of them at first. */
interface Tier {
  at: number;
  size: number;
  /** Variance of an effect before anything is known of it: how large such effects are. */
  prior: number;
  /** What a visit adds to the variance of an effect: how fast such effects change. */
  drift: number;
}

const kinds = [
  { size: hours, prior: 0.6, driftPerDay: 2e-5, daysBetween: 1 },
  { size: 7, prior: 0.05, driftPerDay: 1e-5, daysBetween: 7 },
  { size: 7 * 8, prior: 0.1, driftPerDay: 1e-5, daysBetween: 7 },
  { size: 7 * hours, prior: 0.05, driftPerDay: 1e-5, daysBetween: 7 },
];
const size = kinds.reduce((sum, kind) => sum + kind.size, 0);

/** The most effects that bear on one interval: a weekday, and two neighbours of each of the other kinds. */
const activeMax = 7;

/** What a straight line from hour to hour may miss of an edge between them, as a share of its height. */
const edgeShare = 0.2;

const placeOf = (tier: Tier, index: number): number =>
  tier.at + (((index % tier.size) + tier.size) % tier.size);

/**
 * The weekly rhythm of a log rate, as a sum of effects that share what they explain: the hour of the day, the day of
 * the week, three-hour stretches of each weekday, and each single hour of the week. An effect begins at nothing, with a
 * variance that says how large such effects are. So those that are seen often (hours of the day) are known within days,
 * and what only a single hour of the week shows is believed as weeks confirm it: shrinkage in a hierarchy (Gelman and
 * Hill 2007, chapter 12).
 */
export class Profile {
  readonly #mean: Float32Array;
  readonly #variance: Float32Array;
  readonly #tiers: Tier[];
  readonly #stepHours: number;
  readonly #cell = new Int32Array(activeMax);
  readonly #weight = new Float64Array(activeMax);
  readonly #drift = new Float64Array(activeMax);
  #active = 0;
  #edge = 0;

  /** `scale`: how large effects are, as a share of what they are in the traffic of shops. */
  constructor(arena: Arena, intervalMs: number, scale: number) {
    this.#mean = arena.floats(size);
    this.#variance = arena.floats(size);
    this.#stepHours = intervalMs / hourMs;
    const visits = Math.max(1, hourMs / intervalMs);
    let at = 0;
    this.#tiers = kinds.map((kind) => {
      const drift = (kind.driftPerDay * kind.daysBetween) / (visits * Math.max(1, hours / kind.size));
      const tier = { at, size: kind.size, prior: kind.prior * scale, drift };
      if (arena.isFresh) this.#variance.fill(tier.prior, at, at + kind.size);
      at += kind.size;
      return tier;
    });
  }

  /** Chooses the effects that bear on an interval; within hours they are joined by straight lines. */
  visit(localStart: number): void {
    this.#active = 0;
    const [byHour, byWeekday, byStretch, byHourOfWeek] = this.#tiers as [Tier, Tier, Tier, Tier];
    const day = weekday(dayNumber(localStart));
    this.#add(byWeekday, day, 1);
    if (this.#stepHours >= hours) return;
    const start = hourOfDay(localStart);
    const hour = this.#stepHours < 1 ? start + this.#stepHours / 2 - 0.5 : Math.floor(start);
    this.#addBetween(byHour, hour);
    this.#addBetween(byStretch, (day * hours + hour - 1) / 3);
    this.#addBetween(byHourOfWeek, day * hours + hour);
    this.#edge = this.#stepHours < 1 ? this.#stepTo(day * hours + hour) : 0;
  }

  /** How far the log rates of the two hours about a position lie apart. */
  #stepTo(position: number): number {
    const [byHour, , , byHourOfWeek] = this.#tiers as [Tier, Tier, Tier, Tier];
    const of = (hour: number): number =>
      this.#mean[placeOf(byHour, hour)]! + this.#mean[placeOf(byHourOfWeek, hour)]!;
    return of(Math.floor(position) + 1) - of(Math.floor(position));
  }

  /** The sum of the chosen effects. */
  get value(): number {
    let sum = 0;
    for (let i = 0; i < this.#active; i += 1) sum += this.#weight[i]! * this.#mean[this.#cell[i]!]!;
    return sum;
  }

  /**
   * The variance of that sum, the effects taken for independent; where straight lines join hours that lie far apart,
   * with what a line may miss of an edge between them.
   */
  get variance(): number {
    let sum = (edgeShare * this.#edge) ** 2;
    for (let i = 0; i < this.#active; i += 1) sum += this.#weight[i]! ** 2 * this.#variance[this.#cell[i]!]!;
    return sum;
  }

  /**
   * One step of a Kalman filter that keeps variances and drops covariances: each effect takes the share of the error
   * that its variance has in the error's `total`.
   */
  learn(error: number, total: number, trust: number): void {
    for (let i = 0; i < this.#active; i += 1) {
      const cell = this.#cell[i]!;
      const weight = this.#weight[i]!;
      const variance = this.#variance[cell]!;
      const gain = (variance * weight) / total;
      this.#mean[cell] = this.#mean[cell]! + gain * error;
      this.#variance[cell] = variance * (1 - gain * weight * trust) + this.#drift[i]! * weight;
    }
  }

  #addBetween(tier: Tier, position: number): void {
    const low = Math.floor(position);
    const part = position - low;
    this.#add(tier, low, 1 - part);
    if (part > 0) this.#add(tier, low + 1, part);
  }

  #add(tier: Tier, index: number, weight: number): void {
    this.#cell[this.#active] = tier.at + (((index % tier.size) + tier.size) % tier.size);
    this.#weight[this.#active] = weight;
    this.#drift[this.#active] = tier.drift;
    this.#active += 1;
  }
}
