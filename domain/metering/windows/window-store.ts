import type { WindowKey } from '../window.ts';
import type { WindowPage } from './window-page.ts';

export interface PageKey {
  window: WindowKey;
  page: number;
}

/**
 * How fresh a read must be. `eventual` may miss what was put a moment ago, costs half, and is enough before a
 * conditional put, which fails if the page was not the present one. `consistent` sees every put that resolved.
 */
export type Freshness = 'eventual' | 'consistent';

/**
 * Keeps the pages of windows.
 *
 * Promise: a page is replaced only by its next revision, so of several writers that read the same page one
 * gets through. A put that rejects may or may not have taken place; a put that resolved has. Reads of several
 * pages are no snapshot: each page is as it stood at some moment of the call (or, where `eventual`, shortly
 * before). A page past its expiry counts as gone.
 */
export interface WindowStore {
  /** The pages in the order of their keys; undefined where there is none. */
  readPages(keys: readonly PageKey[], freshness: Freshness): Promise<(WindowPage | undefined)[]>;
  /** Every page of the window from number `page` on, ascending. */
  readPagesFrom(window: WindowKey, page: number, freshness: Freshness): Promise<WindowPage[]>;
  /**
   * Stores the page if the one stored is of revision `page.rev - 1` (if there is none, where `page.rev` is 1);
   * answers whether it did. Repeating a put that was done answers false and changes nothing.
   */
  putPage(window: WindowKey, page: WindowPage): Promise<boolean>;
  /** What the store bills this page as, in bytes. */
  billedBytes(window: WindowKey, page: WindowPage): number;
}

/** A write is billed by blocks of this size, begun ones included. */
export const writeUnitBytes = 1024;
