import { offsetNanoseconds, create as zonedDateTime } from 'temporal-polyfill/fns/ZonedDateTime';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
/** A zone changes its offset at most once in so long a stretch. */
const stretchMs = 7 * dayMs;
/** Zones change their offset on a whole quarter of an hour. */
const grainMs = 900_000;

/**
 * Local time of a named zone. Asking the calendar library for every point would cost more than judging it, so
 * the one change of offset that a week may have is looked for once and kept.
 */
export class LocalClock {
  readonly #timeZone: string;
  #from = Number.NaN;
  #change = 0;
  #before = 0;
  #after = 0;

  constructor(timeZone: string) {
    this.#timeZone = timeZone;
  }

  /** Milliseconds since 1970-01-01 as the wall clock counts them: 86,400,000 a day, whatever the zone does. */
  localMs(instantMs: number): number {
    const from = Math.floor(instantMs / stretchMs) * stretchMs;
    if (from !== this.#from) this.#look(from);
    return instantMs + (instantMs < this.#change ? this.#before : this.#after);
  }

  #look(from: number): void {
    this.#from = from;
    this.#before = this.#offsetMs(from);
    this.#after = this.#offsetMs(from + stretchMs - grainMs);
    let low = from;
    let high = from + stretchMs;
    while (this.#before !== this.#after && high - low > grainMs) {
      const middle = low + Math.floor((high - low) / (2 * grainMs)) * grainMs;
      if (this.#offsetMs(middle) === this.#before) low = middle;
      else high = middle;
    }
    this.#change = high;
  }

  #offsetMs(instantMs: number): number {
    return offsetNanoseconds(zonedDateTime(BigInt(instantMs) * 1_000_000n, this.#timeZone)) / 1_000_000;
  }
}

/** Hours since local midnight, 0 to below 24. */
export const hourOfDay = (localMs: number): number =>
  (localMs - Math.floor(localMs / dayMs) * dayMs) / hourMs;

/** Whole local days since 1970-01-01. */
export const dayNumber = (localMs: number): number => Math.floor(localMs / dayMs);

/** 0 for Monday to 6 for Sunday; 1970-01-01 was a Thursday. */
export const weekday = (day: number): number => (((day + 3) % 7) + 7) % 7;
