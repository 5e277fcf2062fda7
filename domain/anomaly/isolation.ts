import type { Arena } from './arena.ts';
import { newsIn, note } from './repeats.ts';
import { Sketch } from './sketch.ts';
import { MEAN, SPREAD, VALUE } from './stretch.ts';

const watched = [VALUE, MEAN, SPREAD] as const;
/** What chance does to each of them, as a share of what it does to a value: means of eight stray less. */
const strays = [1, 0.35, 0.35];
/** Values until it says anything. */
const firstValues = 20;
const memoryDays = 14;
const memoryMin = 1000;

/** A depth of this, and news worth this much, is one alarm in so many powers of ten of a week. */
const depthUsual = 2.5;
const rarityUsual = 0.8;
/** What is rarer than this is told. */
const rarityTold = 0.6;
/** How much rarer one cut less makes it. */
const rarityByCut = 3;

/**
 * How far alone an interval stands among all that the series has had of late, season or no season, within its range or
 * beyond it: by its value, and by the mean and the spread of a short stretch, whichever stands most alone.
 */
export class Isolation {
  readonly #sketches: Sketch[];
  readonly #seen: Float64Array;
  readonly #told: Float64Array;

  constructor(arena: Arena, stepDays: number) {
    const memory = Math.max(memoryMin, memoryDays / stepDays);
    this.#sketches = watched.map(() => new Sketch(arena, memory));
    this.#seen = arena.doubles(1);
    this.#told = arena.doubles(2);
  }

  /**
   * -log10 of alarms a week for an interval that stands so alone, less what was told already. `chance` is how far pure
   * chance moves a value.
   */
  rarity(now: Float64Array, chance: number, at: number): number {
    if (this.#seen[0]! < firstValues) return -9;
    let depth = Number.POSITIVE_INFINITY;
    for (const [i, feature] of watched.entries()) {
      depth = Math.min(depth, this.#sketches[i]!.depth(Math.fround(now[feature]!), chance * strays[i]!));
    }
    const strength = Math.max(0, 3 + rarityByCut * (depthUsual - depth));
    const news = newsIn(this.#told, strength, at);
    note(this.#told, strength, at);
    return news - 3 + rarityUsual;
  }

  /** Notes what was told of an interval by other channels: it is then no news that it stands alone as well. */
  tell(rarity: number, at: number): void {
    if (rarity >= rarityTold) note(this.#told, rarity + 3 - rarityUsual, at);
  }

  learn(now: Float64Array): void {
    for (const [i, feature] of watched.entries()) this.#sketches[i]!.learn(now[feature]!);
    this.#seen[0] = this.#seen[0]! + 1;
  }
}
