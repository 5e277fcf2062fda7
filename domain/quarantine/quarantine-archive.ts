import type { Quarantine, Quarantined, QuarantineReason } from './quarantine.ts';
import type { QuarantinePlace } from './quarantine-key.ts';

/** One object of the quarantine, without what is in it. */
export interface QuarantineEntry extends QuarantinePlace {
  key: string;
  bytes: number;
}

export interface QuarantineFilter {
  tenantId?: string | undefined;
  /** A UTC date. */
  day?: string | undefined;
  reason?: QuarantineReason | undefined;
  /** What was replayed already instead of what was not. */
  isReplayed?: boolean | undefined;
}

/**
 * The quarantine as an operator sees it.
 *
 * Promise: what `list` gives can be read until it is moved or removed; `setReplayed` never leaves an object
 * unstored. Repeating a call changes nothing.
 */
export interface QuarantineArchive extends Quarantine {
  /** In the order of their keys: by tenant, day and reason. */
  list(filter: QuarantineFilter): AsyncIterable<QuarantineEntry>;
  /** Undefined where there is no such object any more. */
  read(key: string): Promise<(Quarantined & { quarantinedAt: number }) | undefined>;
  /** Puts the object among those that were replayed. To be called once the stream has all of it. */
  setReplayed(key: string): Promise<void>;
  /** Replaces what an object holds, under its key. */
  replace(key: string, item: Quarantined, quarantinedAt: number): Promise<void>;
  remove(key: string): Promise<void>;
}
