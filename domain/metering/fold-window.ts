import type { EventIdHash } from './event-id-hash.ts';
import { type ExactSum, plusSum } from './exact-sum.ts';
import { IdTable } from './id-table.ts';
import { OpenPage } from './open-page.ts';
import type { SealedPages } from './sealed-pages.ts';
import type { UsageRecord } from './usage-record.ts';
import { type DeviceCount, eachId, idBytes, nameBytes, type WindowPage } from './window-page.ts';

/** A window as it was read: its sealed pages, and the last one if it is not sealed. */
export interface ReadWindow {
  sealed: SealedPages;
  last: WindowPage | undefined;
}

/** How pages of this window are billed, and when they are full. */
export interface PageSizing {
  /** What the store bills the page as. */
  billedBytes(page: WindowPage): number;
  /** A page is sealed before it takes more than this. */
  pageBytesMax: number;
  /** A write is billed by blocks of this size. */
  unitBytes: number;
}

/** One put of a plan: the page's next revision, and how many events it counts that were not counted before. */
export interface PlannedPut {
  page: WindowPage;
  counted: number;
}

/** What is left to do: the puts, in order, and what the window says once they are done. */
export interface WindowPlan {
  puts: PlannedPut[];
  value: ExactSum;
  events: number;
}

/** What a page says of its window as a whole. */
export type WindowTraits = Pick<WindowPage, 'expiresAt'> & { keyVersion: number };

/** Totals, revision and event count take at most this much more at their fullest than at their emptiest. */
const numbersGrowthBytesMax = 40;
/** An event adds its id and at most this much to its device's count: all of it, where the device is new there. */
const eventBytesMax = idBytes + 5 + 8 + 5;

/** Ids of the last page and of the batch, used for one window after another. */
const scratch = new IdTable();

/**
 * Folds a batch's records of one window into it: ids that the window or the batch has had are dropped, the
 * others counted, exactly, on the last page and, where that is full, on new ones. Pure: nothing is stored.
 */
export function foldWindow(
  { sealed, last }: ReadWindow,
  records: readonly UsageRecord[],
  hash: EventIdHash,
  traits: WindowTraits,
  sizing: PageSizing,
): WindowPlan {
  const fold = new WindowFold({ sealed, last }, records.length, traits, sizing);
  scratch.reset((last?.events ?? 0) + records.length);
  if (last) eachId(last.ids, (low, high) => scratch.add(low, high));
  for (const record of records) {
    hash.hash(record.deviceId, record.eventId);
    if (sealed.ids.has(hash.low, hash.high) || !scratch.add(hash.low, hash.high)) continue;
    fold.count(record, hash.low, hash.high);
  }
  return fold.finish();
}

/** A device on its way through a fold. */
interface Device {
  /** Undefined until a page names it. */
  number: number | undefined;
  /** Its count on the page in the making, once an event feeds it. */
  count: DeviceCount | undefined;
}

class WindowFold {
  readonly #sealed: SealedPages;
  readonly #traits: WindowTraits;
  readonly #sizing: PageSizing;
  readonly #puts: PlannedPut[] = [];
  /** Devices of the last page and of the batch, by name. */
  readonly #devices = new Map<string, Device>();
  /** How many devices the window has named. */
  #named: number;
  #eventsLeft: number;
  #page: OpenPage;
  #eventsBefore: number;
  #bodyBytesMax: number;
  #addedBytes = 0;
  #value: ExactSum;
  #events: number;

  constructor({ sealed, last }: ReadWindow, events: number, traits: WindowTraits, sizing: PageSizing) {
    this.#sealed = sealed;
    this.#traits = traits;
    this.#sizing = sizing;
    this.#value = sealed.value;
    this.#events = sealed.events;
    this.#eventsLeft = events;
    this.#page = new OpenPage(sealed.count, events, last);
    this.#named = sealed.numbers.size;
    for (const name of this.#page.names) {
      this.#devices.set(name, { number: this.#named, count: undefined });
      this.#named += 1;
    }
    this.#eventsBefore = this.#page.events;
    this.#bodyBytesMax = this.#roomOnPage();
  }

  count({ deviceId, quantity }: UsageRecord, low: number, high: number): void {
    let device = this.#devices.get(deviceId);
    if (device === undefined) {
      device = { number: this.#sealed.numbers.get(deviceId), count: undefined };
      this.#devices.set(deviceId, device);
    }
    let { count } = device;
    if (count === undefined || this.#page.bodyBytes + eventBytesMax > this.#bodyBytesMax) {
      if (!this.#hasRoomFor(device, deviceId)) this.#turnPage();
      count = this.#countOf(device, deviceId);
    }
    this.#page.add(low, high, count, quantity);
    this.#eventsLeft -= 1;
  }

  finish(): WindowPlan {
    const isChanged = this.#page.events > this.#eventsBefore;
    if (isChanged) this.#put((page) => ({ ...page, sealed: this.#isDearerThanFresh(page) }));
    else this.#sum(this.#page);
    return { puts: this.#puts, value: this.#value, events: this.#events };
  }

  #countOf(device: Device, deviceId: string): DeviceCount {
    if (device.number === undefined) {
      device.number = this.#named;
      this.#named += 1;
      this.#page.name(deviceId);
    }
    device.count ??= this.#page.openCount(device.number);
    return device.count;
  }

  #roomOnPage(): number {
    const { page, rev } = this.#page;
    return this.#sizing.pageBytesMax - this.#emptyPageBytes(page, rev) - numbersGrowthBytesMax;
  }

  /** An empty page has room for any event, however long its device's name: else no page ever had. */
  #hasRoomFor({ number }: Device, deviceId: string): boolean {
    const name = number === undefined ? nameBytes(deviceId) : 0;
    return this.#page.events === 0 || this.#page.bodyBytes + eventBytesMax + name <= this.#bodyBytesMax;
  }

  #turnPage(): void {
    this.#addedBytes += this.#page.addedBytes;
    this.#put((page) => ({ ...page, sealed: true }));
    this.#page = new OpenPage(this.#page.page + 1, this.#eventsLeft);
    for (const device of this.#devices.values()) device.count = undefined;
    this.#eventsBefore = 0;
    this.#bodyBytesMax = this.#roomOnPage();
  }

  #put(seal: (page: WindowPage) => WindowPage): void {
    const page = this.#page.encode({ ...this.#traitsOf(this.#page.page), sealed: false });
    this.#puts.push({ page: seal(page), counted: this.#page.events - this.#eventsBefore });
    this.#sum(this.#page);
  }

  #sum(page: OpenPage): void {
    this.#value = plusSum(this.#value, page.value);
    this.#events += page.events;
  }

  /**
   * Would another batch like this one make the write of this page dearer than that of a fresh one? Then the
   * page is sealed by this very write, and the next batch finds a fresh page.
   */
  #isDearerThanFresh(page: WindowPage): boolean {
    const { unitBytes, billedBytes } = this.#sizing;
    const added = this.#addedBytes + this.#page.addedBytes;
    const here = billedBytes(page) + added;
    const fresh = this.#emptyPageBytes(page.page + 1, 0) + added;
    return Math.ceil(here / unitBytes) > Math.ceil(fresh / unitBytes);
  }

  #emptyPageBytes(page: number, rev: number): number {
    const empty = { page, rev: rev + 1, value: 0, events: 0, ids: none, names: none, counts: none };
    return this.#sizing.billedBytes({ ...empty, ...this.#traitsOf(page), sealed: true });
  }

  #traitsOf(page: number): Pick<WindowPage, 'expiresAt' | 'keyVersion'> {
    const { expiresAt, keyVersion } = this.#traits;
    return page === 0 ? { expiresAt, keyVersion } : { expiresAt };
  }
}

const none = new Uint8Array(0);
