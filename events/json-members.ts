/**
 * Goes over the value of a member: where its name's string begins and ends, where its value begins, and how many levels
 * that may have. Answers where the value ends, as `skipValue` and `scanMembers` do.
 */
export type OverValue = (nameStart: number, nameEnd: number, valueStart: number, levels: number) => number;

/**
 * What scans have met since these were last set. `isPlain` is false where a string holds an escape or anything but
 * printable ASCII, so that it does not stand for itself; `isAscii` where one holds what is none.
 */
export const scan = { isPlain: true, isAscii: true };

/** What ends a scan: the text is not JSON from here on, or is nested too deeply. */
export const notJson = -1;

/**
 * Goes through the members of the JSON object that begins at `at`, and answers where it ends; `notJson` where there is
 * no object, it is not JSON by RFC 8259, or holds objects and arrays more than `levels` deep. Nothing is built: whoever
 * needs a member cuts it out as it was sent, digit by digit.
 */
export function scanMembers(text: string, at: number, levels: number, over: OverValue): number {
  if (text.charCodeAt(at) !== openBrace || levels === 0) return notJson;
  let next = skipSpace(text, at + 1);
  if (text.charCodeAt(next) === closeBrace) return next + 1;
  for (;;) {
    const nameStart = next;
    const nameEnd = skipString(text, nameStart);
    if (nameEnd === notJson) return notJson;
    next = skipSpace(text, nameEnd);
    if (text.charCodeAt(next) !== colon) return notJson;
    next = over(nameStart, nameEnd, skipSpace(text, next + 1), levels - 1);
    if (next === notJson) return notJson;
    next = skipSpace(text, next);
    const unit = text.charCodeAt(next);
    if (unit === closeBrace) return next + 1;
    if (unit !== comma) return notJson;
    next = skipSpace(text, next + 1);
  }
}

/** Where the JSON value ends that begins at `at`; `notJson` where there is none. */
export function skipValue(text: string, at: number, levels: number): number {
  const unit = text.charCodeAt(at);
  if (unit === quote) return skipString(text, at);
  if (unit === openBrace) return skipObject(text, at, levels);
  if (unit === openBracket) return skipArray(text, at, levels);
  if (unit === minus || isDigit(unit)) return skipNumber(text, at);
  const literal = literals[unit];
  return literal !== undefined && text.startsWith(literal, at) ? at + literal.length : notJson;
}

function skipObject(text: string, at: number, levels: number): number {
  return scanMembers(text, at, levels, (_start, _end, valueStart, left) => skipValue(text, valueStart, left));
}

function skipArray(text: string, at: number, levels: number): number {
  if (levels === 0) return notJson;
  let next = skipSpace(text, at + 1);
  if (text.charCodeAt(next) === closeBracket) return next + 1;
  for (;;) {
    next = skipValue(text, next, levels - 1);
    if (next === notJson) return notJson;
    next = skipSpace(text, next);
    const unit = text.charCodeAt(next);
    if (unit === closeBracket) return next + 1;
    if (unit !== comma) return notJson;
    next = skipSpace(text, next + 1);
  }
}

function skipString(text: string, at: number): number {
  if (text.charCodeAt(at) !== quote) return notJson;
  for (let next = at + 1; ; next += 1) {
    const unit = text.charCodeAt(next);
    if (unit === quote) return next + 1;
    // Beyond the end of the text it is NaN, which is not above either.
    if (!(unit >= firstPrintable)) return notJson;
    if (unit >= del) {
      scan.isPlain = false;
      if (unit > del) scan.isAscii = false;
    }
    if (unit === backslash) {
      scan.isPlain = false;
      next += 1;
      const escaped = text.charCodeAt(next);
      if (escaped === letterU) {
        for (const end = next + 4; next < end; ) if (!isHexDigit(text.charCodeAt(++next))) return notJson;
      } else if (!isEscape(escaped)) return notJson;
    }
  }
}

/** `-? (0 | [1-9][0-9]*) (\.[0-9]+)? ([eE][+-]?[0-9]+)?` */
function skipNumber(text: string, at: number): number {
  let next = text.charCodeAt(at) === minus ? at + 1 : at;
  const first = text.charCodeAt(next);
  if (!isDigit(first)) return notJson;
  next = first === zero ? next + 1 : skipDigits(text, next);
  if (text.charCodeAt(next) === point) {
    if (!isDigit(text.charCodeAt(next + 1))) return notJson;
    next = skipDigits(text, next + 1);
  }
  if ((text.charCodeAt(next) | 0x20) === letterE) {
    const sign = text.charCodeAt(next + 1);
    const digits = sign === plus || sign === minus ? next + 2 : next + 1;
    if (!isDigit(text.charCodeAt(digits))) return notJson;
    next = skipDigits(text, digits);
  }
  return next;
}

function skipDigits(text: string, at: number): number {
  let next = at;
  while (isDigit(text.charCodeAt(next))) next += 1;
  return next;
}

/** JSON's white space: space, tab, line feed, carriage return. */
export function skipSpace(text: string, at: number): number {
  let next = at;
  for (;;) {
    const unit = text.charCodeAt(next);
    if (unit > 0x20 || (unit !== 0x20 && unit !== 0x0a && unit !== 0x0d && unit !== 0x09)) return next;
    next += 1;
  }
}

const isDigit = (unit: number): boolean => unit >= zero && unit <= 0x39;
const isHexDigit = (unit: number): boolean =>
  isDigit(unit) || ((unit | 0x20) >= 0x61 && (unit | 0x20) <= 0x66);
const isEscape = (unit: number): boolean => escapes.includes(unit);

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
const literals: Record<number, string | undefined> = { 116: 'true', 102: 'false', 110: 'null' };
