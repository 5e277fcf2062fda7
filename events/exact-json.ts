import { readDecimal } from '../domain/metering/intake/parse-quantity.ts';
import { nestingMax } from './cloud-event.ts';

/** A run of this many digits and points may hold more digits than a double does (it holds any 15). */
const digitRun = 16;
const longNumber = /[0-9.]{16}/;
/** A stream line holds an event, which holds its data. A reviver recurses, so what is deeper is left to JSON.parse. */
const eventDepthMax = nestingMax + 2;
/** A number with an exponent may be too large or too small for a double. */
const exponentNumber = /[:,[]\s*-?[0-9][0-9.]*[eE]/;

/**
 * Parses JSON so that no number loses a digit: what a double does not hold becomes a raw number (`JSON.rawJSON`),
 * which JSON.stringify writes as it was sent. Throws SyntaxError as JSON.parse does. Plain JSON.parse serves all
 * text that holds no such number; only the members of an array that may hold one are parsed the slow way.
 */
export function parseExactJson(text: string): unknown {
  const value: unknown = JSON.parse(text);
  if (!mayLoseDigits(text)) return value;
  return Array.isArray(value)
    ? membersOf(text).map((member, index) => exactMember(member, value[index]))
    : exactMember({ text, depth: depthOf(text) }, value);
}

function exactMember({ text, depth }: Member, plain: unknown): unknown {
  // What is deeper is refused for it, so that its digits do not matter.
  if (depth > eventDepthMax || !isSuspect(`,${text}`)) return plain;
  return JSON.parse(text, keepDigits);
}

const isSuspect = (text: string): boolean => longNumber.test(text) || exponentNumber.test(text);

/** Looks at every 16th character only: no run of 16 can pass between two of them. */
function mayLoseDigits(text: string): boolean {
  for (let at = digitRun - 1; at < text.length; at += digitRun) {
    if (isDigitOrPoint(text, at) && isLongRun(text, at)) return true;
  }
  return exponentNumber.test(text);
}

function isLongRun(text: string, at: number): boolean {
  let start = at;
  let end = at + 1;
  while (end - start < digitRun && isDigitOrPoint(text, start - 1)) start -= 1;
  while (end - start < digitRun && isDigitOrPoint(text, end)) end += 1;
  return end - start === digitRun;
}

function isDigitOrPoint(text: string, at: number): boolean {
  const unit = text.charCodeAt(at);
  return unit === 46 || (unit >= 48 && unit <= 57);
}

function keepDigits(_key: string, value: unknown, { source }: { source?: string }): unknown {
  if (typeof value !== 'number' || source === undefined || isShort(source)) return value;
  return isSameDecimal(source, String(value)) ? value : JSON.rawJSON(source);
}

const isShort = (source: string): boolean => source.length < digitRun && !/[eE]/.test(source);

function isSameDecimal(a: string, b: string): boolean {
  const left = readDecimal(a);
  const right = readDecimal(b);
  if (!left || !right || left.digits !== right.digits) return false;
  return left.digits === '' || (left.exponent === right.exponent && left.negative === right.negative);
}

interface Member {
  text: string;
  /** Objects and arrays within one another. */
  depth: number;
}

const depthOf = (text: string): number => membersOf(`[${text}]`)[0]?.depth ?? 0;

/** Cuts the text of a valid JSON array into its members, in one pass and without recursion. */
function membersOf(text: string): Member[] {
  const members: Member[] = [];
  let start = text.indexOf('[') + 1;
  let level = 1;
  let depth = 0;
  for (let at = start; level > 0; at += 1) {
    const unit = text.charCodeAt(at);
    if (unit === quote) at = stringEnd(text, at);
    else if (unit === openBracket || unit === openBrace) depth = Math.max(depth, level++);
    else if (unit === closeBracket || unit === closeBrace) level -= 1;
    if (level === 0 || (level === 1 && unit === comma)) {
      members.push({ text: text.slice(start, at), depth });
      start = at + 1;
      depth = 0;
    }
  }
  return members;
}

const quote = 0x22;
const comma = 0x2c;
const backslash = 0x5c;
const openBracket = 0x5b;
const closeBracket = 0x5d;
const openBrace = 0x7b;
const closeBrace = 0x7d;

/** Where the string ends that begins at `at`: its closing quote. */
function stringEnd(text: string, at: number): number {
  let end = at + 1;
  while (text.charCodeAt(end) !== quote) end += text.charCodeAt(end) === backslash ? 2 : 1;
  return end;
}
