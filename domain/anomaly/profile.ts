import type { Arena } from './arena.ts';
import { dayNumber, hourOfDay, weekday } from './local-clock.ts';

const dayMs = 86_400_000;
const hourMs = 3_600_000;

/**
 * The weekly rhythm of a log rate, as a sum of effects that share what they explain: the hour of the day, the
 * day of the week, three-hour stretches of each weekday, and each single hour of the week. An effect begins at
 * nothing, with a variance that says how large such effects are; so the few that have many observations (hours
 * of the day) are known within days, and what only single hours of the week show is believed as weeks confirm it
 * (shrinkage in a hierarchy: Gelman & Hill 2007, chapter 12).
 */
interface Tier {
  at: number;
  size: number;
  /** Variance of an effect before anything is known of it. */
  prior: number;
  /** What a day adds to the variance: how fast such effects change. */
  driftPerDay: number;
  /** Days between two visits of a cell. */
  every: number;
}

export interface Cells {
  index: Int32Array;
  weight: Float64Array;
  count: number;
}

const hours = 24;
const stretches = 8;

export class Profile {
  readonly #mean: Float32Array;
  readonly #variance: Float32Array;
  readonly #tiers: Tier[];
  readonly #drift: Float64Array;
  readonly #stepHours: number;
  readonly cells: Cells = { index: new Int32Array(8), weight: new Float64Array(8), count: 0 };

  constructor(arena: Arena, intervalMs: number, scale: number) {
    const tiers: Omit<Tier, 'at'>[] = [
      { size: hours, prior: 0.6 * scale, driftPerDay: 2e-5, every: 1 },
      { size: 7, prior: 0.05 * scale, driftPerDay: 1e-5, every: 7 },
      { size: 7 * stretches, prior: 0.1 * scale, driftPerDay: 1e-5, every: 7 },
      { size: 7 * hours, prior: 0.05 * scale, driftPerDay: 1e-5, every: 7 },
    ];
    let at = 0;
    this.#tiers = tiers.map((tier) => {
      const placed = { ...tier, at };
      at += tier.size;
      return placed;
    });
    this.#mean = arena.floats(at);
    this.#variance = arena.floats(at);
    this.#drift = new Float64Array(at);
    this.#stepHours = intervalMs / hourMs;
    for (const tier of this.#tiers) {
      const visits = Math.max(1, Math.min(24 / tier.size, 1) * (hourMs / intervalMs));
      this.#drift.fill((tier.driftPerDay * tier.every) / visits, tier.at, tier.at + tier.size);
      if (arena.isFresh) this.#variance.fill(tier.prior, tier.at, tier.at + tier.size);
    }
  }

  /** Chooses the effects that bear on an interval, by its middle; finer ones than hours are joined by lines. */
  visit(localStart: number): void {
    this.cells.count = 0;
    const [byHour, byDay, byStretch, bySlot] = this.#tiers as [Tier, Tier, Tier, Tier];
    const day = weekday(dayNumber(localStart));
    this.#add(byDay.at + day, 1);
    if (this.#stepHours >= 24) return;
    const hour =
      this.#stepHours < 1
        ? hourOfDay(localStart) + this.#stepHours / 2 - 0.5
        : Math.floor(hourOfDay(localStart));
    this.#addBetween(byHour, hour, 0);
    this.#addBetween(byStretch, (day * hours + hour - 1) / 3, 0);
    this.#addBetween(bySlot, day * hours + hour, 0);
  }

  /** The sum of the chosen effects. */
  get value(): number {
    let sum = 0;
    const { index, weight, count } = this.cells;
    for (let i = 0; i < count; i += 1)
      sum += (weight[i] as number) * (this.#mean[index[i] as number] as number);
    return sum;
  }

  /** The variance of that sum, the effects taken for independent. */
  get variance(): number {
    let sum = 0;
    const { index, weight, count } = this.cells;
    for (let i = 0; i < count; i += 1)
      sum += (weight[i] as number) ** 2 * (this.#variance[index[i] as number] as number);
    return sum;
  }

  /**
   * One step of a Kalman filter that keeps variances and drops covariances: each effect takes the share of the
   * error that its variance has in the total.
   */
  learn(error: number, total: number, trust: number): void {
    const { index, weight, count } = this.cells;
    for (let i = 0; i < count; i += 1) {
      const cell = index[i] as number;
      const x = weight[i] as number;
      const variance = this.#variance[cell] as number;
      const gain = (variance * x) / total;
      this.#mean[cell] = (this.#mean[cell] as number) + gain * error;
      this.#variance[cell] = variance * (1 - gain * x * trust) + (this.#drift[cell] as number) * x;
    }
  }

  #addBetween(tier: Tier, position: number, _: number): void {
    const low = Math.floor(position);
    const part = position - low;
    this.#add(tier.at + modulo(low, tier.size), 1 - part);
    if (part > 0) this.#add(tier.at + modulo(low + 1, tier.size), part);
  }

  #add(cell: number, weight: number): void {
    this.cells.index[this.cells.count] = cell;
    this.cells.weight[this.cells.count] = weight;
    this.cells.count += 1;
  }
}

const modulo = (value: number, by: number): number => ((value % by) + by) % by;
export const daysOf = (intervalMs: number): number => intervalMs / dayMs;
