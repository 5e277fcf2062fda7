import type { EventHashKey } from './event-hash-keys.ts';
import { sipHash24 } from './sip-hash.ts';

/** Two ids of at most 128 characters, 3 bytes of UTF-8 each at most, with their lengths: room to spare. */
const messageBytesFirst = 1024;

/**
 * Hashes the identity of an event inside its window, (device, event id), to 64 bits that are never all zero.
 *
 * The message is each id's length in bytes (32 bits, little-endian) and its UTF-8, so that ('ab', 'c') and
 * ('a', 'bc') differ. One object hashes one event after another without allocating: `low` and `high` hold the
 * last hash.
 */
export class EventIdHash {
  low = 0;
  high = 0;
  readonly #key: Int32Array;
  readonly #out = new Int32Array(2);
  #bytes = new Uint8Array(messageBytesFirst);
  #words = new Int32Array(this.#bytes.buffer);

  constructor(key: EventHashKey) {
    if (key.secret.length !== 16) throw new Error(`A hash key has 16 bytes, not ${key.secret.length}.`);
    this.#key = new Int32Array(Uint8Array.from(key.secret).buffer);
  }

  hash(deviceId: string, eventId: string): void {
    this.#fit(8 + 3 * (deviceId.length + eventId.length) + 8);
    const end = this.#write(eventId, this.#write(deviceId, 0));
    // The words up to the end of the last block are zero behind the last byte.
    for (let at = end; at < ((end >> 3) + 1) << 3; at++) this.#bytes[at] = 0;
    sipHash24(this.#key, this.#words, end, this.#out);
    this.low = this.#out[0]!;
    this.high = this.#out[1]!;
    // The id table marks an empty place by zero, so the one hash in 2^64 that is zero becomes another.
    if (this.low === 0 && this.high === 0) this.low = 1;
  }

  #fit(bytes: number): void {
    if (bytes <= this.#bytes.length) return;
    this.#bytes = new Uint8Array(2 ** Math.ceil(Math.log2(bytes)));
    this.#words = new Int32Array(this.#bytes.buffer);
  }

  /** Writes the text's length and bytes from `start` on; answers where it ends. */
  #write(text: string, start: number): number {
    const bytes = this.#bytes;
    let at = start + 4;
    for (let index = 0; index < text.length; index++) {
      const unit = text.charCodeAt(index);
      if (unit < 0x80) bytes[at++] = unit;
      else at = writeCodePoint(bytes, at, unit < 0xd800 || unit > 0xdbff ? unit : text.codePointAt(index)!);
      // A pair of surrogates is one code point, written at its first half.
      if (unit >= 0xd800 && unit <= 0xdbff && text.codePointAt(index)! > 0xffff) index++;
    }
    const length = at - start - 4;
    bytes[start] = length;
    bytes[start + 1] = length >> 8;
    bytes[start + 2] = length >> 16;
    bytes[start + 3] = length >> 24;
    return at;
  }
}

/** UTF-8 of a code point from 0x80 up; a lone surrogate is written like any other, so that no two texts meet. */
function writeCodePoint(bytes: Uint8Array, start: number, code: number): number {
  let at = start;
  if (code < 0x800) {
    bytes[at++] = 0xc0 | (code >> 6);
  } else {
    if (code < 0x10000) {
      bytes[at++] = 0xe0 | (code >> 12);
    } else {
      bytes[at++] = 0xf0 | (code >> 18);
      bytes[at++] = 0x80 | ((code >> 12) & 0x3f);
    }
    bytes[at++] = 0x80 | ((code >> 6) & 0x3f);
  }
  bytes[at++] = 0x80 | (code & 0x3f);
  return at;
}
