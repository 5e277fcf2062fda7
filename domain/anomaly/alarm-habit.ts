import type { Arena } from './arena.ts';
import { severityOf } from './severity.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
/** An anomaly that goes on is one alarm for so long. */
const alarmMs = 6 * hourMs;
/** What counts as an alarm is what would ring at the usual threshold. */
const alarmSeverity = 70;
const memoryWeeks = 6;
/** A young series has had so much time without alarms as well, or its second alarm would be a habit. */
const priorWeeks = 0.5;
/** More alarms a week than this are a habit, and no longer news each time: four times what the severity promises. */
const habitPerWeek = 1;
const strictness = 1.5;
/** Below an hour estimates are too rare by so many powers of ten. Measured. */
const shortIsRarer = 0.13;

/** How many alarms there were, fading, and when the last one began. */
const ALARMS = 0;
const LAST_AT = 1;

/**
 * Holds a series to the promise of its severity by what it did: where estimates say 70 far more often than promised,
 * all that comes is taken for less rare. Reads estimates only, never what it made of them, so that it cannot swing.
 */
export class AlarmHabit {
  readonly #state: Float64Array;
  readonly #stepWeeks: number;
  readonly #tooRare: number;

  constructor(arena: Arena, intervalMs: number) {
    this.#state = arena.doubles(2);
    this.#stepWeeks = intervalMs / (7 * dayMs);
    this.#tooRare = intervalMs < hourMs ? shortIsRarer : 0;
    if (arena.isFresh) this.#state[LAST_AT] = Number.NEGATIVE_INFINITY;
  }

  /** What is left of an estimated rarity (-log10 of alarms a week) in a series of so many days. */
  temper(estimate: number, ageDays: number, at: number): number {
    const s = this.#state;
    const rarity = estimate - this.#tooRare;
    const weeks = Math.min(ageDays / 7, memoryWeeks) + priorWeeks;
    s[ALARMS] = s[ALARMS]! * Math.exp(-this.#stepWeeks / memoryWeeks);
    const often = s[ALARMS]! / weeks / habitPerWeek;
    if (severityOf(rarity) >= alarmSeverity && at - s[LAST_AT]! > alarmMs) {
      s[ALARMS] = s[ALARMS]! + 1;
      s[LAST_AT] = at;
    }
    return rarity - strictness * Math.log10(Math.max(1, often));
  }
}
