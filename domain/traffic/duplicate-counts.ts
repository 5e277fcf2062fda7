import type { Hour } from '../metering/window.ts';

/** Usage records of a tenant, and how many of them repeated others. */
export interface DuplicateCount {
  records: number;
  duplicates: number;
}

/**
 * How much of what a tenant sends are repeats, by the hour of the events' time.
 *
 * Promise: close enough to tell 1 % from 3 %. A batch that comes again is added again, all of it as repeats.
 */
export interface DuplicateCounts {
  add(tenantId: string, hour: Hour, count: DuplicateCount): Promise<void>;
  /** The hours in [from, to) that have a count. */
  read(tenantId: string, from: Hour, to: Hour): Promise<Map<Hour, DuplicateCount>>;
}
