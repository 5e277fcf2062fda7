import type { Freshness } from '../metering/windows/window-store.ts';
import type { CycleItem, CycleKey } from './cycle-item.ts';

/**
 * Keeps cycle items.
 *
 * Promise: an item is replaced only by its next revision, so of several writers that read the same one gets
 * through. A put that rejects may have taken place. An item past its expiry counts as gone.
 */
export interface CycleStore {
  /** In the order of the keys; undefined where there is none. */
  read(keys: readonly CycleKey[], freshness: Freshness): Promise<(CycleItem | undefined)[]>;
  /**
   * Stores the item if the one stored is of revision `item.rev - 1` (if there is none, where it is 1); answers
   * whether it did. Repeating a put that was done answers false and changes nothing.
   */
  put(key: CycleKey, item: CycleItem): Promise<boolean>;
}
