import { offsetNanoseconds, create as zonedDateTime } from 'temporal-polyfill/fns/ZonedDateTime';
import { dayMs, hourMs } from './world.ts';

/** Reads the clock on the wall of a zone; offsets are looked up once a quarter of an hour at most. */
export interface LocalClock {
  /** Milliseconds that the wall is ahead of UTC. */
  offsetAt(at: number): number;
  /** Hour of the day with its fraction, 0 to 24. */
  hourAt(at: number): number;
  /** Monday is 0. */
  weekdayAt(at: number): number;
  /** The instant at which the local day of `at` begins. */
  dayStart(at: number): number;
}

export function localClock(timeZone: string): LocalClock {
  const offsets = new Map<number, number>();
  const offsetAt = (at: number): number => {
    if (timeZone === 'UTC') return 0;
    const quarter = Math.floor(at / 900_000);
    let offset = offsets.get(quarter);
    if (offset === undefined) {
      offset = offsetNanoseconds(zonedDateTime(BigInt(quarter * 900_000) * 1_000_000n, timeZone)) / 1_000_000;
      offsets.set(quarter, offset);
    }
    return offset;
  };
  const wall = (at: number) => at + offsetAt(at);
  return {
    offsetAt,
    hourAt: (at) => (((wall(at) % dayMs) + dayMs) % dayMs) / hourMs,
    weekdayAt: (at) => (Math.floor(wall(at) / dayMs) + 3) % 7,
    dayStart: (at) => {
      const midnight = Math.floor(wall(at) / dayMs) * dayMs;
      const guess = midnight - offsetAt(at);
      return midnight - offsetAt(guess);
    },
  };
}
