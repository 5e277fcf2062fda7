import { type StreamRetention, windowExpiresAt } from '../horizon.ts';
import type { UsageRecord } from '../usage-record.ts';
import type { WindowKey } from '../window.ts';
import type { DayMarks } from './day-marks.ts';
import { isMarkDue } from './day-marks.ts';
import type { EventHashKeys } from './event-hash-keys.ts';
import { EventIdHash } from './event-id-hash.ts';
import type { ExactSum } from './exact-sum.ts';
import { foldWindow, type PageSizing, type ReadWindow } from './fold-window.ts';
import { withPages } from './read-window.ts';
import { type SealedPages, SealedPagesCache } from './sealed-pages.ts';
import type { WindowPage, WindowTraits } from './window-page.ts';
import { type Freshness, type WindowStore, writeUnitBytes } from './window-store.ts';

export interface RecordWindowBounds extends StreamRetention {
  /** A page is sealed before it takes more than this. */
  pageBytesMax: number;
  /** Memory for the sealed pages of the windows used last. */
  cacheBytesMax: number;
}

/** One try to count a batch's records in their window. */
export interface WindowTry {
  window: WindowKey;
  records: readonly UsageRecord[];
  /** What is known of the window, as `known` gave it. */
  sealed: SealedPages;
  /** The page after the sealed ones, as it was read; undefined where there is none. */
  first: WindowPage | undefined;
  /** How to read the pages after it. */
  freshness: Freshness;
  marks: DayMarks;
  now: number;
}

/** What a window says as a whole. */
export interface WindowSums {
  value: ExactSum;
  events: number;
}

/**
 * Records into single windows, and keeps what it learns of their sealed pages. A try is one read, one fold and
 * the puts that it plans, one after another, each on the condition that its page is as it was read. So what a
 * try counts was in no page before, whoever else writes; what it could not put stays for the next try.
 */
export class WindowRecorder {
  readonly #store: WindowStore;
  readonly #hashKeys: EventHashKeys;
  readonly #bounds: RecordWindowBounds;
  readonly #cache: SealedPagesCache;
  readonly #hashes = new Map<number, EventIdHash>();

  constructor(ports: { store: WindowStore; hashKeys: EventHashKeys }, bounds: RecordWindowBounds) {
    this.#store = ports.store;
    this.#hashKeys = ports.hashKeys;
    this.#bounds = bounds;
    this.#cache = new SealedPagesCache(bounds.cacheBytesMax);
  }

  known(window: WindowKey): SealedPages {
    return this.#cache.of(window);
  }

  /**
   * Raises `tally.counted` with each put. Answers what the window says then; undefined where another writer
   * was quicker, so that it has to be read and tried again.
   */
  async record(attempt: WindowTry, tally: { counted: number }): Promise<WindowSums | undefined> {
    const { window, sealed, first, freshness } = attempt;
    const pages = first ? [first] : [];
    if (first?.sealed) pages.push(...(await this.#store.readPagesFrom(window, first.page + 1, freshness)));
    const keyVersion = sealed.keyVersion ?? pages[0]?.keyVersion ?? (await this.#hashKeys.current()).version;
    const hash = await this.#hashOf(keyVersion);

    // No await from here to the plan: others that record in this process add to the same sealed pages.
    const read = withPages(
      sealed,
      pages.filter(({ page }) => page >= sealed.count),
    );
    this.#cache.keep(window, sealed);
    if (!read) return undefined;
    const traits = this.#traitsOf(window, read, keyVersion, attempt.now);
    const plan = foldWindow(read, attempt.records, hash, traits, this.#sizingOf(window));

    const created = plan.puts[0]?.page.page === 0 && plan.puts[0].page.rev === 1;
    if (plan.puts.length > 0 && isMarkDue(window, created, attempt.now)) await attempt.marks.mark(window);
    for (const { page, counted } of plan.puts) {
      if (!(await this.#store.putPage(window, page))) return undefined;
      tally.counted += counted;
      if (page.sealed) sealed.absorb(page);
    }
    this.#cache.keep(window, sealed);
    return { value: plan.value, events: plan.events };
  }

  async #hashOf(version: number): Promise<EventIdHash> {
    let hash = this.#hashes.get(version);
    if (!hash) {
      hash = new EventIdHash(await this.#hashKeys.at(version));
      this.#hashes.set(version, hash);
    }
    return hash;
  }

  /** All pages of a window expire together, with the first one. */
  #traitsOf(window: WindowKey, { sealed, last }: ReadWindow, keyVersion: number, now: number): WindowTraits {
    const expiresAt = sealed.expiresAt ?? last?.expiresAt ?? windowExpiresAt(window.hour, this.#bounds);
    if (expiresAt * 1000 <= now) throw new Error(`The window of hour ${window.hour} has expired.`);
    return { expiresAt, keyVersion };
  }

  #sizingOf(window: WindowKey): PageSizing {
    return {
      billedBytes: (page) => this.#store.billedBytes(window, page),
      pageBytesMax: this.#bounds.pageBytesMax,
      unitBytes: writeUnitBytes,
    };
  }
}
