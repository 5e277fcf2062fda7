import type { Arena } from './arena.ts';
import { newsIn, note } from './repeats.ts';
import { Tails } from './tail.ts';

const hourMs = 3_600_000;
const weekMs = 168 * hourMs;
/** An anomaly that goes on is one alarm for so long: the unit in which false alarms are counted. */
const blockMs = 6 * hourMs;
const memoryWeeks = 26;
/** No peak counts as greater than this when it teaches: 1 in a million. */
const taughtMax = 6;
/** In a regular series, peaks this many means above the usual ones are what shall ring, and hardly teach. */
const farMeansRegular = 1.8;
/** Alarms a block and peak of a direction: peaks of neighbouring blocks often belong to one alarm. Measured. */
const alarmsPerPeak = 0.43;

const BLOCK = 0;
const PEAKS = 1;

/** Index of a direction in what is learned by direction. */
export type Direction = 0 | 1;

export interface Rarity {
  direction: Direction;
  /** -log10 of alarms a week: what is new in this interval. */
  news: number;
  /** The same of the interval as it is, told before or not. */
  oddity: number;
}

/**
 * Turns the surprise of single intervals into how often a week a series reaches as much while nothing is wrong: by the
 * peaks of its own past six-hour blocks, in either direction. So correlated intervals, many channels and many
 * intervals an hour need no theory of their own: what counts is what the series has done.
 */
export class AlarmRate {
  readonly #state: Float64Array;
  readonly #told: Float64Array;
  readonly #tails: Tails;
  readonly #blockMs: number;

  constructor(arena: Arena, intervalMs: number) {
    this.#blockMs = Math.max(blockMs, intervalMs);
    this.#state = arena.doubles(3);
    this.#told = arena.doubles(2);
    const memory = (memoryWeeks * weekMs) / this.#blockMs;
    this.#tails = new Tails(arena, 2, { level: 1.9, excess: 0.45, memory, farMeansRegular });
  }

  /** How regular the series is, 0 to 1. */
  set regularity(share: number) {
    this.#tails.regularity = share;
  }

  /** Given the surprise of an interval above and below. */
  rarity(surprises: readonly [number, number], at: number): Rarity {
    this.#turnTo(Math.floor(at / this.#blockMs));
    const above = newsIn(this.#told, surprises[0], at);
    const below = newsIn(this.#told, surprises[1], at);
    const direction = above > below ? 0 : 1;
    const most = Math.max(above, below);
    note(this.#told, most, at);
    this.#state[PEAKS] = Math.max(this.#state[PEAKS]!, Math.min(above, taughtMax));
    this.#state[PEAKS + 1] = Math.max(this.#state[PEAKS + 1]!, Math.min(below, taughtMax));
    const often = Math.log10(alarmsPerPeak * (weekMs / this.#blockMs));
    const oddity = Math.max(surprises[0], surprises[1]);
    return {
      direction,
      news: this.#tails.surprise(direction, most, 'learned') - often,
      oddity: this.#tails.surprise(direction, oddity, 'learned') - often,
    };
  }

  #turnTo(block: number): void {
    if (block === this.#state[BLOCK]) return;
    if (this.#state[BLOCK] !== 0) {
      this.#tails.learn(0, this.#state[PEAKS]!);
      this.#tails.learn(1, this.#state[PEAKS + 1]!);
    }
    this.#state[BLOCK] = block;
    this.#state[PEAKS] = this.#state[PEAKS + 1] = 0;
  }
}
