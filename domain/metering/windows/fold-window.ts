import type { UsageRecord } from '../usage-record.ts';
import type { EventIdHash } from './event-id-hash.ts';
import { type ExactSum, plusSum } from './exact-sum.ts';
import { IdTable } from './id-table.ts';
import { OpenPage } from './open-page.ts';
import type { SealedPages } from './sealed-pages.ts';
import {
  type DeviceCount,
  eachId,
  idBytes,
  nameBytes,
  pageOf,
  type WindowPage,
  type WindowTraits,
} from './window-page.ts';

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
  const fold = new WindowFold({ sealed, last }, traits, sizing);
  hash.forgetDevices();
  scratch.reset((last?.events ?? 0) + records.length);
  if (last) eachId(last.ids, (low, high) => scratch.add(low, high));
  for (const record of records) {
    const device = fold.deviceOf(record);
    device.hashed ??= hash.device(record.deviceId);
    hash.hash(device.hashed, record.eventId);
    if (sealed.ids.has(hash.low, hash.high) || !scratch.add(hash.low, hash.high)) continue;
    fold.count(device, record, hash.low, hash.high);
  }
  return fold.finish();
}

/** A device on its way through a fold. */
interface Device {
  /** Undefined until a page names it. */
  number: number | undefined;
  /** Its place in the hash, once an event of it was hashed. */
  hashed: number | undefined;
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
  #page: OpenPage;
  #eventsBefore: number;
  #bodyBytesMax: number;
  #addedBytes = 0;
  #value: ExactSum;
  #events: number;

  constructor({ sealed, last }: ReadWindow, traits: WindowTraits, sizing: PageSizing) {
    this.#sealed = sealed;
    this.#traits = traits;
    this.#sizing = sizing;
    this.#value = sealed.value;
    this.#events = sealed.events;
    this.#page = new OpenPage(sealed.count, last);
    this.#named = sealed.numbers.size;
    for (const name of this.#page.names) {
      this.#devices.set(name, { number: this.#named, hashed: undefined, count: undefined });
      this.#named += 1;
    }
    this.#eventsBefore = this.#page.events;
    this.#bodyBytesMax = this.#roomOnPage();
  }

  deviceOf({ deviceId }: UsageRecord): Device {
    let device = this.#devices.get(deviceId);
    if (device === undefined) {
      device = { number: this.#sealed.numbers.get(deviceId), hashed: undefined, count: undefined };
      this.#devices.set(deviceId, device);
    }
    return device;
  }

  count(device: Device, { deviceId, quantity }: UsageRecord, low: number, high: number): void {
    let { count } = device;
    if (count === undefined || this.#page.bodyBytes + eventBytesMax > this.#bodyBytesMax) {
      if (!this.#hasRoomFor(device, deviceId)) this.#turnPage();
      count = this.#countOf(device, deviceId);
    }
    this.#page.add(low, high, count, quantity);
  }

  finish(): WindowPlan {
    const isChanged = this.#page.events > this.#eventsBefore;
    if (isChanged) this.#put(false);
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
    this.#put(true);
    this.#page = new OpenPage(this.#page.page + 1);
    for (const device of this.#devices.values()) device.count = undefined;
    this.#eventsBefore = 0;
    this.#bodyBytesMax = this.#roomOnPage();
  }

  #put(isFull: boolean): void {
    const page = this.#page.encode(this.#traits);
    page.sealed = isFull || this.#isDearerThanFresh(page);
    this.#puts.push({ page, counted: this.#page.events - this.#eventsBefore });
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
    return this.#sizing.billedBytes(pageOf(this.#traits, page, rev + 1));
  }
}
