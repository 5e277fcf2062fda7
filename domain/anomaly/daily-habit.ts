import type { Arena } from './arena.ts';
import { hourOfDay } from './local-clock.ts';
import { clamp } from './log-ratio.ts';
import { severityOf } from './severity.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const hours = 24;
/** An anomaly that goes on is one alarm for so long. */
const alarmMs = 6 * hourMs;
const alarmSeverity = 50;
const memoryDays = 7;
/** Alarms of late about an hour, older ones fading: from here on they begin to be expected, and here they are. */
const expectedFrom = 2;
const expectedWhole = 3.5;

const LAST_AT = 0;
const LAST_CELL = 1;
const SEEN_AT = 2;

/**
 * What rings day after day about the same hour, as a nightly job does, is how the series is: no news, as far as it is
 * not worse than usual. A week with an alarm or two at that hour is not enough for it.
 */
export class DailyHabit {
  readonly #count: Float32Array;
  readonly #size: Float32Array;
  readonly #state: Float64Array;
  readonly #intervalMs: number;

  constructor(arena: Arena, intervalMs: number) {
    this.#count = arena.floats(2 * hours);
    this.#size = arena.floats(2 * hours);
    this.#state = arena.doubles(3);
    this.#intervalMs = intervalMs;
    if (arena.isFresh) this.#state[LAST_AT] = Number.NEGATIVE_INFINITY;
  }

  /** What is left of an estimated rarity (-log10 of alarms a week) at a time of the wall clock. */
  temper(rarity: number, direction: 0 | 1, localStart: number): number {
    if (this.#intervalMs >= dayMs) return rarity;
    const cell = direction * hours + Math.floor(hourOfDay(localStart));
    const left = rarity - this.#expected(direction, cell - direction * hours);
    this.#note(rarity, cell, localStart);
    return left;
  }

  #expected(direction: 0 | 1, hour: number): number {
    let count = 0;
    let sum = 0;
    for (const near of [hour + hours - 1, hour, hour + 1]) {
      const cell = direction * hours + (near % hours);
      count += this.#count[cell]!;
      sum += this.#count[cell]! * this.#size[cell]!;
    }
    if (count <= expectedFrom) return 0;
    return Math.max(0, sum / count) * clamp((count - expectedFrom) / (expectedWhole - expectedFrom), 0, 1);
  }

  #note(rarity: number, cell: number, at: number): void {
    const s = this.#state;
    const fade = Math.exp(-Math.max(0, at - s[SEEN_AT]!) / (memoryDays * dayMs));
    for (let i = 0; i < this.#count.length; i += 1) this.#count[i] = this.#count[i]! * fade;
    s[SEEN_AT] = at;
    if (severityOf(rarity) < alarmSeverity) return;
    if (at - s[LAST_AT]! > alarmMs) {
      s[LAST_AT] = at;
      s[LAST_CELL] = cell;
      this.#count[cell] = this.#count[cell]! + 1;
      this.#size[cell] =
        this.#size[cell]! + (rarity - this.#size[cell]!) / Math.max(1, Math.min(3, this.#count[cell]!));
      return;
    }
    this.#size[s[LAST_CELL]!] = Math.max(this.#size[s[LAST_CELL]!]!, rarity);
  }
}
