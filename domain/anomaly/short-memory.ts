import type { Arena } from './arena.ts';
import { clamp } from './log-ratio.ts';
import { Tails } from './tail.ts';

const SEEN = 0;
const LAST = 1;
const LEVEL = 2;
/** Usual size of a value, and of an error as a share of the size. */
const SIZE = 3;
const SPREAD = 4;
/** Mean absolute errors of three forecasts: the last value, the local level, the rhythm with its wave. */
const LOSS_LAST = 5;
const LOSS_LEVEL = 6;
const LOSS_RHYTHM = 7;
/** What was expected before the last jump, and for how many intervals a return to it is no surprise. */
const BEFORE = 8;
const BEFORE_LEFT = 9;
/** Great jumps of late, older ones fading. */
const JUMPS = 10;

/** Values until the first is judged. */
const firstValues = 8;
const levelPace = 0.3;
/** An error beyond so many spreads is a jump, and beyond so many a great one. */
const jumpFrom = 5;
const greatJumpFrom = 12;
const returnIntervals = 6;
/** What is far out teaches no more than this, in spreads. */
const taughtMax = 3;
/** Square root of pi / 2: of a normal, the spread by the mean absolute error. */
const spreadByError = 1.25;
/** One percent of spread at least, as for the rhythm. */
const leastSpread = 0.01;
/** It counts from where the rhythm errs by a fifteenth more, and whole from where it errs by two fifths more. */
const worthFrom = 1.067;
const worthWhole = 1.4;
/** Such series have heavier tails than those of a rhythm. */
const tailForm = 0.1;

/**
 * What the last values say of the next, whatever the rhythm: for series without a season, smooth ones and measured
 * ones, which may be negative. The forecast is the last value or a local level, whichever has erred less; an error is
 * taken by the size of the value, halfway between what adds and what multiplies. How far it counts beside the rhythm
 * is learned from which of the two forecasts better.
 */
export class ShortMemory {
  readonly #state: Float64Array;
  readonly #tails: Tails;
  readonly #memory: number;
  /** Signed, in spreads, of the value last compared. */
  #distance = 0;

  /** `memory`: of how many points its spread and its losses are means, `tailMemory` its tails. */
  constructor(arena: Arena, memory: number, tailMemory: number) {
    this.#state = arena.doubles(11);
    this.#tails = new Tails(arena, 2, { level: 1.05, excess: 0.45, memory: tailMemory, form: tailForm });
    this.#memory = memory;
    if (arena.isFresh) this.#state[SPREAD] = 0.1;
  }

  /** By how much the rhythm errs more than the last values do: 1 as much, 2 twice as much. */
  get advantage(): number {
    const s = this.#state;
    const least = 0.001 * s[SIZE]! + 1e-12;
    return (s[LOSS_RHYTHM]! + least) / (Math.min(s[LOSS_LAST]!, s[LOSS_LEVEL]!) + least);
  }

  /** -log10 of the probability of so much above (0) or below (1), as far as it counts beside the rhythm. */
  surprise(direction: 0 | 1): number {
    const out = direction === 0 ? this.#distance : -this.#distance;
    const worth = clamp((this.advantage - worthFrom) / (worthWhole - worthFrom), 0, 1);
    // Where great jumps are a habit one more is little news.
    return (worth / (1 + this.#state[JUMPS]!)) * this.#tails.surprise(direction, out, 'light');
  }

  /** `unit` is what pure chance makes steps of: 1 for counts, 0 for measured values. */
  compare(value: number, unit: number): void {
    const s = this.#state;
    this.#distance = 0;
    if (s[SEEN]! < firstValues) return;
    const forecast = this.#forecast;
    const chance = unit * Math.max(Math.abs(forecast), s[SIZE]!) + unit * unit;
    this.#distance = this.#error(value, forecast) / Math.sqrt(this.#spreadAt(forecast) ** 2 + chance);
  }

  /** `rhythm` is what the other forecast was; a value teaches the tails only once `isJudged`. */
  learn(value: number, rhythm: number, isJudged: boolean): void {
    const s = this.#state;
    s[SEEN] = s[SEEN]! + 1;
    if (s[SEEN] === 1) {
      s[LAST] = s[LEVEL] = value;
      s[SIZE] = Math.abs(value);
      return;
    }
    if (isJudged) {
      this.#tails.learn(0, this.#distance);
      this.#tails.learn(1, -this.#distance);
    }
    const forecast = this.#forecast;
    this.#learnSpread(value, forecast, rhythm);
    const isJump = this.#noteJump(forecast);
    s[LEVEL] = isJump ? value : s[LEVEL]! + levelPace * (value - s[LEVEL]!);
    s[LAST] = value;
  }

  get #forecast(): number {
    const s = this.#state;
    return s[LOSS_LAST]! < s[LOSS_LEVEL]! ? s[LAST]! : s[LEVEL]!;
  }

  /** After a jump both to stay and to return are expected, and what lies between. */
  #error(value: number, forecast: number): number {
    const error = value - forecast;
    if (this.#state[BEFORE_LEFT] === 0) return error;
    const back = value - this.#state[BEFORE]!;
    if (error * back <= 0) return 0;
    return Math.abs(back) < Math.abs(error) ? back : error;
  }

  #spreadAt(forecast: number): number {
    const s = this.#state;
    return Math.max(leastSpread, s[SPREAD]!) * ((Math.abs(forecast) + s[SIZE]!) / 2) + 1e-12;
  }

  #learnSpread(value: number, forecast: number, rhythm: number): void {
    const s = this.#state;
    const spread = this.#spreadAt(forecast);
    const pace = Math.min(0.2, Math.max(1 / this.#memory, 2 / s[SEEN]!));
    const loss = (from: number): number => Math.min(Math.abs(value - from), taughtMax * spread);
    s[LOSS_LAST] = s[LOSS_LAST]! + pace * (loss(s[LAST]!) - s[LOSS_LAST]!);
    s[LOSS_LEVEL] = s[LOSS_LEVEL]! + pace * (loss(s[LEVEL]!) - s[LOSS_LEVEL]!);
    s[LOSS_RHYTHM] = s[LOSS_RHYTHM]! + pace * (loss(rhythm) - s[LOSS_RHYTHM]!);
    s[SPREAD] = s[SPREAD]! * Math.exp(pace * ((spreadByError * loss(forecast)) / spread - 1));
    const size = Math.min(Math.abs(value), 5 * s[SIZE]! + 1e-9);
    s[SIZE] = s[SIZE]! + pace * (size - s[SIZE]!);
  }

  #noteJump(forecast: number): boolean {
    const s = this.#state;
    const out = Math.abs(this.#distance);
    const left = s[BEFORE_LEFT]!;
    s[BEFORE_LEFT] = Math.max(0, left - 1);
    s[JUMPS] = s[JUMPS]! * Math.exp(-1 / this.#memory);
    if (out <= jumpFrom) return false;
    if (out > greatJumpFrom && s[BEFORE_LEFT] === 0) s[JUMPS] = s[JUMPS]! + 1;
    s[BEFORE] = forecast;
    s[BEFORE_LEFT] = returnIntervals;
    return true;
  }
}
