/** Writes a row of the lake in bytes, in memory that one row after another uses. */
export class RowBytes {
  #bytes: Buffer = Buffer.alloc(0);
  #length = 0;
  #high = 0;
  #highDigits = Buffer.alloc(0);

  /**
   * Begins a row, and makes room for it. Of what it says no byte takes more than two, its escape; what it says besides
   * are a few names and numbers.
   */
  begin(sourceBytes: number): void {
    const bytes = 2 * sourceBytes + bytesBesides;
    if (bytes > this.#bytes.length) this.#bytes = Buffer.alloc(2 * bytes);
    this.#length = 0;
  }

  putByte(byte: number): void {
    this.#bytes[this.#length] = byte;
    this.#length += 1;
  }

  put(part: Uint8Array): void {
    this.#bytes.set(part, this.#length);
    this.#length += part.length;
  }

  copy(source: Buffer, start: number, end: number): void {
    this.#length += source.copy(this.#bytes, this.#length, start, end);
  }

  /** What another one holds. */
  putRow(other: RowBytes): void {
    this.copy(other.#bytes, 0, other.#length);
  }

  /** JSON, as it stands within a string of JSON: no other byte of it needs an escape there. */
  copyQuoted(source: Uint8Array, start: number, end: number): void {
    const bytes = this.#bytes;
    let length = this.#length;
    for (let at = start; at < end; at += 1) {
      const byte = source[at] as number;
      const letter = escapeLetters[byte] as number;
      if (letter !== 0) {
        bytes[length++] = backslash;
        bytes[length++] = letter;
      } else bytes[length++] = byte;
    }
    this.#length = length;
  }

  /** Epoch milliseconds of thirteen digits (`hasThirteenDigits`). The first six hardly ever change. */
  putInstant(at: number): void {
    const high = Math.floor(at / lowDigits);
    if (high !== this.#high) {
      this.#high = high;
      this.#highDigits = Buffer.from(String(high));
    }
    this.put(this.#highDigits);
    this.#putLowDigits(at - high * lowDigits);
  }

  #putLowDigits(value: number): void {
    const bytes = this.#bytes;
    const start = this.#length;
    let rest = value | 0;
    for (let at = start + lowDigitsCount - 1; at >= start; at -= 1) {
      const tenth = (rest / 10) | 0;
      bytes[at] = zero + (rest - tenth * 10);
      rest = tenth;
    }
    this.#length = start + lowDigitsCount;
  }

  toString(encoding: 'utf8' | 'base64'): string {
    return this.#bytes.toString(encoding, 0, this.#length);
  }
}

/** From 2001 to 2286 times do. */
export const hasThirteenDigits = (at: number): boolean => at >= 1e12 && at < 1e13;

const bytesBesides = 1_024;
const lowDigits = 10_000_000;
const lowDigitsCount = 7;
const zero = 0x30;
const backslash = 0x5c;
/** By byte: what stands behind the backslash of its escape; 0 where it needs none. */
const escapeLetters = new Uint8Array(256);
for (const [byte, letter] of [
  ['"', '"'],
  ['\\', '\\'],
  ['\n', 'n'],
  ['\r', 'r'],
  ['\t', 't'],
] as const)
  escapeLetters[byte.charCodeAt(0)] = letter.charCodeAt(0);
