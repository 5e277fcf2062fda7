import { type ExactSum, plus } from './exact-sum.ts';
import { pageMemory } from './page-memory.ts';
import {
  countBytes,
  type DeviceCount,
  eachId,
  idBytes,
  nameBytes,
  packCounts,
  packNames,
  pageOf,
  unpackCounts,
  unpackNames,
  type WindowPage,
  type WindowTraits,
} from './window-page.ts';

/** Ids of the page in the making, of one after another: there is only one at a time. */
let ids = new Int32Array(1024);

/** A page in the making: a stored one that is not sealed, or a new one, with what a batch adds to it. */
export class OpenPage {
  readonly page: number;
  /** As stored; 0 where the page is new. */
  readonly rev: number;
  value: ExactSum = 0;
  events = 0;
  /** Bytes of ids and counts that were added since the page was stored. Names are named once: they are apart. */
  addedBytes = 0;
  readonly names: string[] = [];
  readonly #counts: DeviceCount[] = [];
  /** Counts that were stored, by the device's number. */
  readonly #stored: Map<number, DeviceCount> | undefined;
  #idBytes = 0;
  #nameBytes = 0;
  #countBytes = 0;

  constructor(page: number, stored?: WindowPage) {
    this.page = page;
    this.rev = stored?.rev ?? 0;
    if (!stored) return;
    this.value = stored.value;
    this.names = unpackNames(stored.names);
    this.#nameBytes = stored.names.length;
    this.#counts = unpackCounts(stored.counts);
    this.#stored = new Map(this.#counts.map((count) => [count.number, count]));
    this.#countBytes = stored.counts.length;
    eachId(stored.ids, (low, high) => this.#pushId(low, high));
    this.events = stored.events;
    if (this.#idBytes !== this.events * idBytes) throw new Error('A page has not one id for each event.');
  }

  /** Bytes of ids, names and counts. */
  get bodyBytes(): number {
    return this.#idBytes + this.#nameBytes + this.#countBytes;
  }

  /** The count of a device that was not asked for since the page was opened. */
  openCount(number: number): DeviceCount {
    const stored = this.#stored?.get(number);
    if (stored) return stored;
    const count = { number, value: 0, events: 0 };
    this.#counts.push(count);
    this.#grow(countBytes(count));
    return count;
  }

  /** Names a device that neither this nor an earlier page names. */
  name(deviceId: string): void {
    this.names.push(deviceId);
    this.#nameBytes += nameBytes(deviceId);
  }

  add(low: number, high: number, count: DeviceCount, quantity: number): void {
    this.#pushId(low, high);
    this.addedBytes += idBytes;
    const before = countBytes(count);
    count.value = plus(count.value, quantity);
    count.events += 1;
    this.#grow(countBytes(count) - before);
    this.value = plus(this.value, quantity);
    this.events += 1;
  }

  /** The page as its next revision. */
  encode(traits: WindowTraits): WindowPage {
    const page = pageOf(traits, this.page, this.rev + 1);
    page.value = this.value;
    page.events = this.events;
    page.ids = pageMemory(this.#idBytes);
    page.ids.set(new Uint8Array(ids.buffer, 0, this.#idBytes));
    page.names = packNames(this.names, pageMemory(this.#nameBytes));
    page.counts = packCounts(this.#counts, pageMemory(this.#countBytes));
    return page;
  }

  #grow(bytes: number): void {
    this.#countBytes += bytes;
    this.addedBytes += bytes;
  }

  #pushId(low: number, high: number): void {
    const at = this.#idBytes / 4;
    if (at === ids.length) {
      const longer = new Int32Array(at * 2);
      longer.set(ids);
      ids = longer;
    }
    ids[at] = low;
    ids[at + 1] = high;
    this.#idBytes += idBytes;
  }
}
