import type { WindowKey } from '../window.ts';
import { type ExactSum, plusSum } from './exact-sum.ts';
import { IdTable } from './id-table.ts';
import { eachId, idBytes, unpackNames, type WindowPage } from './window-page.ts';

/** What a name costs in memory beside its text: the string's head and the map's entry, about. */
const nameOverheadBytes = 64;
const windowOverheadBytes = 512;

/**
 * The sealed pages of one window, from page 0 on, as one: they never change again, so what is known of them
 * stays true, whoever writes the window.
 */
export class SealedPages {
  /** How many there are: the number of the page that follows them. */
  count = 0;
  value: ExactSum = 0;
  events = 0;
  readonly ids = new IdTable();
  /** A device's name -> its number in the window. */
  readonly numbers = new Map<string, number>();
  keyVersion: number | undefined;
  expiresAt: number | undefined;
  #nameBytes = 0;

  /** Takes the page in if it is the next one; a page that is in already is passed over. */
  absorb(page: WindowPage): void {
    if (!page.sealed) throw new Error('Only a sealed page may be kept: others still change.');
    if (page.page < this.count) return;
    if (page.page > this.count) throw new Error(`Page ${page.page} does not follow ${this.count} pages.`);
    this.count += 1;
    this.value = plusSum(this.value, page.value);
    this.events += page.events;
    this.keyVersion ??= page.keyVersion;
    this.expiresAt ??= page.expiresAt;
    eachId(page.ids, (low, high) => this.ids.add(low, high));
    for (const name of unpackNames(page.names)) {
      this.#nameBytes += name.length + nameOverheadBytes;
      this.numbers.set(name, this.numbers.size);
    }
    if (page.ids.length !== page.events * idBytes) throw new Error('A page has not one id for each event.');
  }

  /** What this takes in memory, about. */
  get bytes(): number {
    return windowOverheadBytes + this.ids.bytes + this.#nameBytes;
  }
}

/** The sealed pages that this process knows, of the windows used last, within a bound of memory. */
export class SealedPagesCache {
  readonly #bytesMax: number;
  readonly #windows = new Map<string, { pages: SealedPages; bytes: number }>();
  #bytes = 0;

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  /** What is known of the window; nothing yet where it is not in the cache. */
  of(window: WindowKey): SealedPages {
    return this.#windows.get(cacheKey(window))?.pages ?? new SealedPages();
  }

  /** Keeps the window's pages, and lets go of those used longest ago, but never of these. */
  keep(window: WindowKey, pages: SealedPages): void {
    if (pages.count === 0) return;
    const key = cacheKey(window);
    const known = this.#windows.get(key);
    // Of two that grew side by side the longer one knows more.
    const kept = known && known.pages.count > pages.count ? known.pages : pages;
    this.#windows.delete(key);
    this.#windows.set(key, { pages: kept, bytes: kept.bytes });
    this.#bytes += kept.bytes - (known?.bytes ?? 0);
    for (const [oldest, { bytes }] of this.#windows) {
      if (this.#bytes <= this.#bytesMax || oldest === key) break;
      this.#windows.delete(oldest);
      this.#bytes -= bytes;
    }
  }
}

/** The account comes last: it alone may hold a `#`. */
const cacheKey = ({ tenantId, accountId, meter, hour }: WindowKey): string =>
  `${tenantId}#${meter}#${hour}#${accountId}`;
