import type { Quantity } from '../metering/quantity.ts';
import { type Hour, type HourSpan, hourMs, hourOf } from '../metering/window.ts';

/** How far back the present rate looks: a whole day, so that night and day have their share. */
const rateHours = 24;
/** Further back it is only asked whether there was any use: an account that is new has no whole day yet. */
const knownHours = 48;

/** The hours whose usage `presentRate` wants to know. */
export const rateSpan = (now: number): HourSpan => ({
  from: hourOf(now) - knownHours,
  // Clocks of devices may be a little ahead: what they report counts in the hour that follows.
  to: hourOf(now) + 2,
});

/** So much in so many milliseconds. */
export interface Rate {
  quantity: Quantity;
  overMs: number;
}

/**
 * The present rate: what was used in the last 24 whole hours and the one that runs, over the time they took. Of an
 * account that used nothing before them it is the time since the first hour in which it did, so that one which came
 * an hour ago is not taken for one that sleeps 23 hours a day. Undefined where nothing was used.
 */
export function presentRate(used: ReadonlyMap<Hour, Quantity>, now: number): Rate | undefined {
  const present = hourOf(now);
  const since = present - rateHours;
  const hours = [...used].filter(([, quantity]) => quantity > 0n);
  const recent = hours.filter(([hour]) => hour >= since);
  if (recent.length === 0) return undefined;
  const isNew = recent.length === hours.length;
  const first = isNew ? Math.min(...recent.map(([hour]) => hour)) : since;
  return {
    quantity: recent.reduce((sum, [, quantity]) => sum + quantity, 0n),
    // An hour at least: a first report of what had gathered is no rate.
    overMs: Math.max(now - first * hourMs, hourMs),
  };
}

/**
 * When the limit is reached if it goes on at this rate, epoch milliseconds. Undefined where that is not within the
 * cycle, and where it is reached already.
 *
 * Example: 600 of 1,000 used, 10 an hour: the 400 that are left take 40 hours.
 */
export function forecastAt(
  { used, limit, rate }: { used: Quantity; limit: Quantity; rate: Rate | undefined },
  { now, end }: { now: number; end: number },
): number | undefined {
  if (!rate || rate.quantity <= 0n || used >= limit) return undefined;
  // Rounded up to the millisecond by whole numbers: quantities may be beyond what a double holds.
  const takes = ((limit - used) * BigInt(Math.round(rate.overMs)) + rate.quantity - 1n) / rate.quantity;
  return takes < BigInt(Math.ceil(end - now)) ? now + Number(takes) : undefined;
}
