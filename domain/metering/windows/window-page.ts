import type { ExactSum } from './exact-sum.ts';
import { utf8Bytes, writeUtf8 } from './utf8.ts';
import { VarintReader, varintBytes, writeVarint } from './varint.ts';

/**
 * A page of a window as it is stored. Every page but the last is sealed and never changes again; the pages of
 * a window are numbered from 0 without a gap. What a window says is the sum of its pages.
 */
export interface WindowPage {
  page: number;
  /** 1 when the page is created, one more at every put. */
  rev: number;
  sealed: boolean;
  /** Sum of the quantities counted on this page, in smallest units. */
  value: ExactSum;
  events: number;
  /** 8 bytes an event: the hash of its identity, low half first, each half little-endian. */
  ids: Uint8Array;
  /** Devices that no earlier page of the window names: each name's length and its UTF-8. */
  names: Uint8Array;
  /** A device's number in the window, its value and its events on this page, as varints. */
  counts: Uint8Array;
  /** The version of the key that the ids of the whole window are hashed with; on page 0 alone. */
  keyVersion?: number;
  /** Epoch seconds, the same on every page of a window: from then on the page counts as gone. */
  expiresAt: number;
}

/** What a page says of its window as a whole. */
export type WindowTraits = Pick<WindowPage, 'expiresAt'> & { keyVersion: number };

const none = new Uint8Array(0);

/** A page of this window without anything on it. */
export function pageOf({ expiresAt, keyVersion }: WindowTraits, page: number, rev: number): WindowPage {
  const empty = {
    page,
    rev,
    sealed: false,
    value: 0,
    events: 0,
    ids: none,
    names: none,
    counts: none,
    expiresAt,
  };
  return page === 0 ? Object.assign(empty, { keyVersion }) : empty;
}

/** What one device used on one page. `number` is its place in the names of all pages in order. */
export interface DeviceCount {
  number: number;
  value: ExactSum;
  events: number;
}

export const idBytes = 8;

const decoder = new TextDecoder();

/** Calls back with each id's halves. The bytes are read one by one: a stored page may lie at any offset. */
export function eachId(ids: Uint8Array, use: (low: number, high: number) => void): void {
  if (ids.length % idBytes !== 0)
    throw new Error(`The ids of a page are ${ids.length} bytes, no multiple of 8.`);
  const view = new DataView(ids.buffer, ids.byteOffset, ids.byteLength);
  for (let at = 0; at < ids.length; at += idBytes) use(view.getInt32(at, true), view.getInt32(at + 4, true));
}

/** The bytes that a name takes in `names`. */
export function nameBytes(name: string): number {
  const length = utf8Bytes(name);
  return varintBytes(length) + length;
}

/** Packs names into bytes that they fill. */
export function packNames(names: readonly string[], packed: Uint8Array): Uint8Array {
  let at = 0;
  for (const name of names) at = writeUtf8(packed, writeVarint(packed, at, utf8Bytes(name)), name);
  if (at !== packed.length) throw new Error(`The names of a page took ${at} bytes and not ${packed.length}.`);
  return packed;
}

export function unpackNames(packed: Uint8Array): string[] {
  const reader = new VarintReader(packed);
  const names: string[] = [];
  while (!reader.isAtEnd) names.push(decoder.decode(reader.take(reader.number())));
  return names;
}

/** The bytes that a device's count takes in `counts`. */
export const countBytes = (count: DeviceCount): number =>
  varintBytes(count.number) + varintBytes(count.value) + varintBytes(count.events);

/** Packs counts into bytes that they fill. */
export function packCounts(counts: readonly DeviceCount[], packed: Uint8Array): Uint8Array {
  let at = 0;
  for (const { number, value, events } of counts) {
    at = writeVarint(packed, at, number);
    at = writeVarint(packed, at, value);
    at = writeVarint(packed, at, events);
  }
  if (at !== packed.length)
    throw new Error(`The counts of a page took ${at} bytes and not ${packed.length}.`);
  return packed;
}

export function unpackCounts(packed: Uint8Array): DeviceCount[] {
  const reader = new VarintReader(packed);
  const counts: DeviceCount[] = [];
  while (!reader.isAtEnd) {
    counts.push({ number: reader.number(), value: reader.sum(), events: reader.number() });
  }
  return counts;
}
