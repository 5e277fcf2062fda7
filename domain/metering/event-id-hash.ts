import type { EventHashKey } from './event-hash-keys.ts';
import { sipHash24 } from './sip-hash.ts';
import { writeUtf8 } from './utf8.ts';

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

  /** Writes the text's length and bytes from `start` on; answers where they end. */
  #write(text: string, start: number): number {
    const bytes = this.#bytes;
    const end = writeUtf8(bytes, start + 4, text);
    const length = end - start - 4;
    bytes[start] = length;
    bytes[start + 1] = length >> 8;
    bytes[start + 2] = length >> 16;
    bytes[start + 3] = length >> 24;
    return end;
  }
}
