/** Whether strings have, since this was last set, held nothing but printable ASCII without an escape. */
export const scan = { isPlain: true };

/** What ends a scan: the bytes are not JSON in UTF-8 from here on, or it is nested too deeply. */
export const notJson = -1;

/**
 * Where the JSON value ends that begins at `at`; `notJson` where there is none by RFC 8259, in UTF-8, or it holds
 * objects and arrays more than `levels` deep. Nothing is built: whoever needs a value cuts it out as it was sent, digit
 * by digit. Behind the JSON stands a 0 (`LineBytes`).
 */
export function skipValue(bytes: Uint8Array, at: number, levels: number): number {
  const byte = bytes[at] as number;
  if (byte === quote) return skipString(bytes, at);
  if (byte === openBrace) return skipObject(bytes, at, levels);
  if (byte === openBracket) return skipArray(bytes, at, levels);
  if (byte === minus || isDigit(byte)) return skipNumber(bytes, at);
  return skipLiteral(bytes, at);
}

function skipObject(bytes: Uint8Array, at: number, levels: number): number {
  if (levels === 0) return notJson;
  let next = skipSpace(bytes, at + 1);
  if (bytes[next] === closeBrace) return next + 1;
  for (;;) {
    next = skipString(bytes, next);
    if (next === notJson) return notJson;
    next = skipSpace(bytes, next);
    if (bytes[next] !== colon) return notJson;
    next = skipValue(bytes, skipSpace(bytes, next + 1), levels - 1);
    if (next === notJson) return notJson;
    next = skipSpace(bytes, next);
    const byte = bytes[next];
    if (byte === closeBrace) return next + 1;
    if (byte !== comma) return notJson;
    next = skipSpace(bytes, next + 1);
  }
}

function skipArray(bytes: Uint8Array, at: number, levels: number): number {
  if (levels === 0) return notJson;
  let next = skipSpace(bytes, at + 1);
  if (bytes[next] === closeBracket) return next + 1;
  for (;;) {
    next = skipValue(bytes, next, levels - 1);
    if (next === notJson) return notJson;
    next = skipSpace(bytes, next);
    const byte = bytes[next];
    if (byte === closeBracket) return next + 1;
    if (byte !== comma) return notJson;
    next = skipSpace(bytes, next + 1);
  }
}

/** The same of a string. */
export function skipString(bytes: Uint8Array, at: number): number {
  if (bytes[at] !== quote) return notJson;
  for (let next = at + 1; ; ) {
    let byte = bytes[next] as number;
    while (standsForItself[byte] === 1) {
      next += 1;
      byte = bytes[next] as number;
    }
    if (byte === quote) return next + 1;
    if (byte < firstPrintable) return notJson;
    scan.isPlain = false;
    if (byte <= del) next = byte === del ? next + 1 : skipEscape(bytes, next + 1);
    else next = skipWideCharacter(bytes, next);
    if (next === notJson) return notJson;
  }
}

/** A character beyond ASCII, in the shortest form and no surrogate: RFC 3629, section 4. */
function skipWideCharacter(bytes: Uint8Array, at: number): number {
  const first = bytes[at] as number;
  const second = bytes[at + 1] as number;
  const isOverlong = first < 0xc2 || (first === 0xe0 && second < 0xa0) || (first === 0xf0 && second < 0x90);
  const isSurrogate = first === 0xed && second > 0x9f;
  const isBeyond = first > 0xf4 || (first === 0xf4 && second > 0x8f);
  if (isOverlong || isSurrogate || isBeyond) return notJson;
  const end = at + (first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4);
  for (let next = at + 1; next < end; next += 1)
    if (((bytes[next] as number) & 0xc0) !== 0x80) return notJson;
  return end;
}

/** What follows a backslash. */
function skipEscape(bytes: Uint8Array, at: number): number {
  const byte = bytes[at] as number;
  if (byte !== letterU) return escapes.includes(byte) ? at + 1 : notJson;
  for (let next = at + 1; next <= at + 4; next += 1) if (!isHexDigit(bytes[next] as number)) return notJson;
  return at + 5;
}

/** `-? (0 | [1-9][0-9]*) (\.[0-9]+)? ([eE][+-]?[0-9]+)?` */
function skipNumber(bytes: Uint8Array, at: number): number {
  let next = bytes[at] === minus ? at + 1 : at;
  const first = bytes[next] as number;
  if (!isDigit(first)) return notJson;
  next = first === zero ? next + 1 : skipDigits(bytes, next);
  if (bytes[next] === point) {
    if (!isDigit(bytes[next + 1] as number)) return notJson;
    next = skipDigits(bytes, next + 1);
  }
  if (((bytes[next] as number) | 0x20) === letterE) {
    const sign = bytes[next + 1];
    const digits = sign === plus || sign === minus ? next + 2 : next + 1;
    if (!isDigit(bytes[digits] as number)) return notJson;
    next = skipDigits(bytes, digits);
  }
  return next;
}

function skipDigits(bytes: Uint8Array, at: number): number {
  let next = at;
  while (isDigit(bytes[next] as number)) next += 1;
  return next;
}

function skipLiteral(bytes: Uint8Array, at: number): number {
  const literal = literals.find(([first]) => first === bytes[at]);
  return literal && standsAt(bytes, literal, at) ? at + literal.length : notJson;
}

/** Whether these bytes stand at a place; where they are few, this costs less than a call out of JavaScript. */
export function standsAt(bytes: Uint8Array, part: Uint8Array, at: number): boolean {
  for (let place = 0; place < part.length; place += 1) if (bytes[at + place] !== part[place]) return false;
  return true;
}

/** JSON's white space: space, tab, line feed, carriage return. */
export function skipSpace(bytes: Uint8Array, at: number): number {
  let next = at;
  for (;;) {
    const byte = bytes[next] as number;
    if (byte > 0x20 || (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09)) return next;
    next += 1;
  }
}

const isDigit = (byte: number): boolean => byte >= zero && byte <= 0x39;
const isHexDigit = (byte: number): boolean =>
  isDigit(byte) || ((byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x66);

const quote = 0x22;
const comma = 0x2c;
const colon = 0x3a;
const backslash = 0x5c;
const openBracket = 0x5b;
const closeBracket = 0x5d;
const openBrace = 0x7b;
const closeBrace = 0x7d;
const minus = 0x2d;
const plus = 0x2b;
const point = 0x2e;
const zero = 0x30;
const letterE = 0x65;
const letterU = 0x75;
const firstPrintable = 0x20;
const del = 0x7f;
const escapes = Array.from('"\\/bfnrt', (character) => character.charCodeAt(0));
const literals = ['true', 'false', 'null'].map((literal) => Buffer.from(literal));
/** By byte: 1 for printable ASCII that needs no escape. */
const standsForItself = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte >= firstPrintable && byte < del && byte !== quote && byte !== backslash ? 1 : 0,
);
