/**
 * UTF-8 of ids, which are short and mostly ASCII: a loop is faster there than a call into the runtime. A lone
 * surrogate is written like any other code point, so that no two texts have the same bytes.
 */
export function utf8Bytes(text: string): number {
  let bytes = text.length;
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    if (unit < 0x80) continue;
    bytes += unit < 0x800 ? 1 : 2;
    // A pair is four bytes: its first half has counted three, its second, passed over here, one.
    if (isPairAt(text, index)) index += 1;
  }
  return bytes;
}

/** Writes the text's bytes at `start`; answers where they end. */
export function writeUtf8(target: Uint8Array, start: number, text: string): number {
  let at = start;
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    if (unit < 0x80) {
      target[at++] = unit;
    } else if (isPairAt(text, index)) {
      at = writeCodePoint(target, at, text.codePointAt(index) as number);
      index += 1;
    } else {
      at = writeCodePoint(target, at, unit);
    }
  }
  return at;
}

const isHigh = (unit: number): boolean => unit >= 0xd800 && unit < 0xdc00;
const isLow = (unit: number): boolean => unit >= 0xdc00 && unit < 0xe000;

const isPairAt = (text: string, index: number): boolean =>
  isHigh(text.charCodeAt(index)) && isLow(text.charCodeAt(index + 1));

function writeCodePoint(target: Uint8Array, start: number, code: number): number {
  let at = start;
  if (code < 0x800) {
    target[at++] = 0xc0 | (code >> 6);
  } else {
    if (code < 0x10000) {
      target[at++] = 0xe0 | (code >> 12);
    } else {
      target[at++] = 0xf0 | (code >> 18);
      target[at++] = 0x80 | ((code >> 12) & 0x3f);
    }
    target[at++] = 0x80 | ((code >> 6) & 0x3f);
  }
  target[at++] = 0x80 | (code & 0x3f);
  return at;
}
