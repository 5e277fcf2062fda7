import { type AccountRegistry, utcDayOf } from '../account-registry.ts';
import { hourMs, type WindowKey } from '../window.ts';

const dayMs = 24 * hourMs;

/** A day's first mark stands for at least this long after its end, whatever is rolled up meanwhile. */
export const markStandsMs = dayMs;

/**
 * Must the day of this window be marked dirty before this write? Before the write that creates the window, so
 * that whoever rolls days up knows of it; and before every write once the day's first mark may be cleared.
 */
export function isMarkDue(window: WindowKey, isNew: boolean, now: number): boolean {
  return isNew || now > (utcDayOf(window.hour) + 1) * dayMs + markStandsMs;
}

/** The marks of one batch: one an account and day is enough, since each is made before what it is for. */
export class DayMarks {
  readonly #registry: AccountRegistry;
  readonly #now: number;
  readonly #made = new Map<string, Promise<void>>();

  constructor(registry: AccountRegistry, now: number) {
    this.#registry = registry;
    this.#now = now;
  }

  /** Resolves once the window's account is registered and its day marked dirty. */
  mark({ tenantId, accountId, hour }: WindowKey): Promise<void> {
    const day = utcDayOf(hour);
    const key = `${tenantId}#${day}#${accountId}`;
    let made = this.#made.get(key);
    if (!made) {
      made = this.#registry.mark(tenantId, accountId, [day], this.#now);
      this.#made.set(key, made);
    }
    return made;
  }
}
