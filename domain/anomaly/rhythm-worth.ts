import type { Arena } from './arena.ts';
import { clamp } from './log-ratio.ts';

const SEEN = 0;
const MEAN = 1;
const LOSS_MEAN = 2;
const LOSS_RHYTHM = 3;

const firstValues = 50;
/** An error counts as so many usual ones at most. */
const cutAt = 4;
/** The rhythm is worth something from where a mean errs by a third more, and is most of a series where it errs twice. */
const worthFrom = 1.3;
const worthWhole = 2;

/** For so many times as long as it is learned a rhythm has to be known. */
const knownWhole = 2;

/** How much of a series its rhythm explains: by how much a plain mean errs more than level and rhythm do. */
export class RhythmWorth {
  readonly #state: Float64Array;
  readonly #memory: number;

  constructor(arena: Arena, memory: number) {
    this.#state = arena.doubles(4);
    this.#memory = memory;
  }

  /** 0 where a mean says as much, 1 where the rhythm is most of the series. */
  get share(): number {
    const s = this.#state;
    const skill = s[LOSS_RHYTHM]! > 0 ? s[LOSS_MEAN]! / s[LOSS_RHYTHM]! : 1;
    return clamp((skill - worthFrom) / (worthWhole - worthFrom), 0, 1);
  }

  /** How regular a series is: its rhythm has been known for long, `knownFor` learning times, and explains it. */
  regularity(knownFor: number): number {
    return clamp(knownFor / knownWhole, 0, 1) * this.share;
  }

  /** `rhythm` is what level and rhythm said of the value. */
  learn(value: number, rhythm: number): void {
    const s = this.#state;
    s[SEEN] = s[SEEN]! + 1;
    const pace = Math.max(1 / this.#memory, 1 / s[SEEN]!);
    if (s[SEEN] === 1) s[MEAN] = value;
    const cut = s[SEEN]! < firstValues ? Number.MAX_VALUE : cutAt * s[LOSS_MEAN]!;
    const away = clamp(value - s[MEAN]!, -cut, cut);
    s[LOSS_RHYTHM] = s[LOSS_RHYTHM]! + pace * (Math.min(Math.abs(value - rhythm), cut) - s[LOSS_RHYTHM]!);
    s[LOSS_MEAN] = s[LOSS_MEAN]! + pace * (Math.abs(away) - s[LOSS_MEAN]!);
    s[MEAN] = s[MEAN]! + pace * away;
  }
}
