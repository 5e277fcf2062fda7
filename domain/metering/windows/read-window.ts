import type { DeviceUsage, WindowTotals } from '../window.ts';
import { plusSum } from './exact-sum.ts';
import type { ReadWindow } from './fold-window.ts';
import type { SealedPages } from './sealed-pages.ts';
import { unpackCounts, unpackNames, type WindowPage } from './window-page.ts';

/**
 * True where the pages, ascending from number `from`, can be one state of their window: none is missing, and
 * all but the last are sealed. Several pages are no snapshot: one that was read unsealed before the page that
 * follows it was created lacks what was counted in between.
 */
export function isWhole(pages: readonly WindowPage[], from: number): boolean {
  return pages.every(
    (page, index) => page.page === from + index && (page.sealed || index === pages.length - 1),
  );
}

/**
 * Adds pages that follow the sealed ones to what is known of the window; undefined where they cannot be one
 * state of it and have to be read again.
 */
export function withPages(sealed: SealedPages, pages: readonly WindowPage[]): ReadWindow | undefined {
  if (!isWhole(pages, sealed.count)) return undefined;
  for (const page of pages) {
    if (!page.sealed) return { sealed, last: page };
    sealed.absorb(page);
  }
  return { sealed, last: undefined };
}

/** What a window says: the sum of all its pages, ascending from page 0. */
export function windowTotals(pages: readonly WindowPage[]): WindowTotals {
  const names = pages.flatMap((page) => unpackNames(page.names));
  const devices: DeviceUsage[] = names.map((deviceId) => ({ deviceId, value: 0n, events: 0 }));
  for (const page of pages) {
    for (const count of unpackCounts(page.counts)) {
      const device = devices[count.number];
      if (!device) throw new Error(`Device ${count.number} of ${devices.length} is counted but not named.`);
      device.value += BigInt(count.value);
      device.events += count.events;
    }
  }
  return {
    value: BigInt(pages.reduce((sum, page) => plusSum(sum, page.value), 0 as number | bigint)),
    events: pages.reduce((sum, page) => sum + page.events, 0),
    devices,
  };
}
