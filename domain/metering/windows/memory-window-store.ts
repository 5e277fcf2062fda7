import type { Hour, WindowKey, WindowReader, WindowTotals } from '../window.ts';
import { isWhole, windowTotals } from './read-window.ts';
import type { WindowPage } from './window-page.ts';
import type { WindowStore } from './window-store.ts';

/** What keys and numbers of a page take, about. */
const pageOverheadBytes = 150;

/** The double of a WindowStore and its WindowReader. `now` is the present, epoch milliseconds. */
export function memoryWindowStore(now: () => number): WindowStore & WindowReader {
  const windows = new Map<string, WindowPage[]>();
  const textOf = ({ tenantId, accountId, meter, hour }: WindowKey): string =>
    JSON.stringify([tenantId, accountId, meter, hour]);
  const livePages = (window: WindowKey): WindowPage[] =>
    structuredClone((windows.get(textOf(window)) ?? []).filter((page) => page.expiresAt * 1000 > now()));

  return {
    async readPages(keys) {
      return keys.map(({ window, page }) => livePages(window).find((stored) => stored.page === page));
    },
    async readPagesFrom(window, from) {
      return livePages(window).filter(({ page }) => page >= from);
    },
    async putPage(window, page) {
      const pages = windows.get(textOf(window)) ?? [];
      const stored = pages.find((other) => other.page === page.page);
      if ((stored?.rev ?? 0) !== page.rev - 1) return false;
      const others = pages.filter((other) => other !== stored);
      windows.set(
        textOf(window),
        [...others, structuredClone(page)].sort((one, other) => one.page - other.page),
      );
      return true;
    },
    billedBytes: (_window, page) =>
      pageOverheadBytes + page.ids.length + page.names.length + page.counts.length,
    async readWindows(account, { from, to }) {
      const totals = new Map<Hour, WindowTotals>();
      for (let hour = from; hour < to; hour++) {
        const pages = livePages({ ...account, hour });
        if (!isWhole(pages, 0)) throw new Error('The window lacks a page or has two that are not sealed.');
        if (pages.length > 0) totals.set(hour, windowTotals(pages));
      }
      return totals;
    },
  };
}
