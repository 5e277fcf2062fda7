import { standsAt } from './json-scan.ts';

interface KnownText {
  bytes: Buffer;
  text: string;
}

const isAt = (known: KnownText, bytes: Buffer, start: number, end: number): boolean =>
  known.bytes.length === end - start && standsAt(bytes, known.bytes, start);

/**
 * Texts of bytes that come again and again, tenants and types say: each is made once while it is among the last that
 * were asked for. Their bytes are ASCII.
 */
export class ByteTexts {
  #last: KnownText = { bytes: Buffer.alloc(0), text: '' };
  readonly #known: KnownText[] = [];
  #oldest = 0;

  textAt(bytes: Buffer, start: number, end: number): string {
    if (!isAt(this.#last, bytes, start, end))
      this.#last =
        this.#known.find((known) => isAt(known, bytes, start, end)) ?? this.#make(bytes, start, end);
    return this.#last.text;
  }

  #make(bytes: Buffer, start: number, end: number): KnownText {
    const text = bytes.toString('latin1', start, end);
    const known = { bytes: Buffer.from(text, 'latin1'), text };
    this.#known[this.#oldest] = known;
    this.#oldest = (this.#oldest + 1) % textsMax;
    return known;
  }
}

const textsMax = 16;
