import { asExactSum, type ExactSum } from './exact-sum.ts';

/**
 * Whole numbers from 0 up in as few bytes as they need, 7 bits a byte, lowest first, the highest bit set on
 * all but the last byte (LEB128).
 */
export function varintBytes(value: ExactSum): number {
  if (typeof value === 'bigint') return Math.max(1, Math.ceil(value.toString(2).length / 7));
  if (value < 0x80) return 1;
  if (value < 0x4000) return 2;
  if (value < 0x200000) return 3;
  if (value < 0x10000000) return 4;
  let bytes = 5;
  for (let bound = 2 ** 35; value >= bound; bound *= 128) bytes++;
  return bytes;
}

/** Writes the value at `start`; answers where it ends. */
export function writeVarint(target: Uint8Array, start: number, value: ExactSum): number {
  let at = start;
  let rest = value;
  if (typeof rest === 'bigint') {
    for (; rest > 0x7fn; rest >>= 7n) target[at++] = Number(rest & 0x7fn) | 0x80;
    target[at++] = Number(rest);
    return at;
  }
  // Above 2^31 a shift would cut bits off, a division does not.
  for (; rest >= 0x80000000; rest = Math.floor(rest / 128)) target[at++] = (rest % 128) | 0x80;
  for (; rest > 0x7f; rest >>>= 7) target[at++] = (rest & 0x7f) | 0x80;
  target[at++] = rest;
  return at;
}

/** Reads varints one after another. Throws where the bytes end inside one. */
export class VarintReader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#bytes.length;
  }

  /** A value that was written from a number. */
  number(): number {
    return Number(this.sum());
  }

  sum(): ExactSum {
    let value = 0;
    // 7 varint bytes are 49 bits: exact in a double.
    for (let place = 0, scale = 1; place < 7; place++, scale *= 128) {
      const byte = this.#next();
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
    }
    let large = BigInt(value);
    for (let shift = 49n; ; shift += 7n) {
      const byte = this.#next();
      large += BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return asExactSum(large);
    }
  }

  /** The next `length` bytes. */
  take(length: number): Uint8Array {
    const end = this.#at + length;
    if (end > this.#bytes.length) throw new Error('A packed value ends before its last byte.');
    const taken = this.#bytes.subarray(this.#at, end);
    this.#at = end;
    return taken;
  }

  #next(): number {
    const byte = this.#bytes[this.#at++];
    if (byte === undefined) throw new Error('A packed value ends before its last byte.');
    return byte;
  }
}
