import type { ReceivedEvent } from '../domain/metering/intake/received-event.ts';
import { parseInstant } from './rfc3339.ts';

/**
 * A CloudEvents 1.0 event in JSON: `source` is the device, `subject` the account, `id` the producer's
 * idempotency key. Other attributes are data and travel with it, `__proto__` among them.
 */
export interface CloudEvent {
  specversion: '1.0';
  id: string;
  source: string;
  subject?: string;
  type: string;
  /** RFC 3339 with a zone. */
  time: string;
  /** An integer from 1 to 9. */
  dataversion?: number;
  data?: Record<string, unknown>;
  [attribute: string]: unknown;
}

/** Bounds of ids, accounts, devices and types. */
export const idCharactersMax = 128;
export const idBytesMax = 256;
/** Objects and arrays within one another, `data` itself included. */
export const nestingMax = 32;

export type DecodedEvent = { ok: true; event: ReceivedEvent } | { ok: false; detail: string };

/**
 * Decodes one parsed JSON value as an event. `detail` names every fault, and what would be right. Where the caller
 * knows that every text in it is of printable ASCII, the characters of its ids are not looked at.
 */
export function decodeCloudEvent(value: unknown, isPrintable = false): DecodedEvent {
  if (!isObject(value)) return { ok: false, detail: 'an event must be a JSON object' };
  const { id, source, subject, type, time, dataversion, data } = value;
  const occurredAt = typeof time === 'string' ? parseInstant(time) : Number.NaN;
  const isName = isPrintable ? isPrintableId : isId;
  const isValid =
    value.specversion === '1.0' &&
    isName(id) &&
    isName(source) &&
    (subject === undefined || isName(subject)) &&
    isName(type) &&
    !Number.isNaN(occurredAt) &&
    (dataversion === undefined || isVersion(dataversion)) &&
    (data === undefined || isObject(data)) &&
    membersFit(value);
  if (!isValid) return { ok: false, detail: faultsOf(value) };
  const event: ReceivedEvent = {
    id,
    deviceId: source,
    type,
    occurredAt,
    version: dataversion ?? 1,
    data: data ?? {},
  };
  if (subject !== undefined) event.accountId = subject;
  return { ok: true, event };
}

/** A JSON object: neither an array nor a number that was kept as its text. */
export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !JSON.isRawJSON(value);

/** Ids of events, accounts and devices, and types: bounded, and nothing in them that a log or a key would trip over. */
export function isId(value: unknown): value is string {
  if (typeof value !== 'string' || value.length === 0 || value.length > idBytesMax) return false;
  for (let at = 0; at < value.length; at += 1) {
    const unit = value.charCodeAt(at);
    if (unit < 0x20 || unit > 0x7e) return isWideId(value);
  }
  return value.length <= idCharactersMax;
}

/** What is left to see of a text that is known to be of printable ASCII. */
const isPrintableId = (value: unknown): value is string =>
  typeof value === 'string' && value.length > 0 && value.length <= idCharactersMax;

function isWideId(value: string): boolean {
  let characters = 0;
  let bytes = 0;
  for (const character of value) {
    const point = character.codePointAt(0) as number;
    const isControl = point < 0x20 || (point >= 0x7f && point < 0xa0);
    const isLoneSurrogate = point >= 0xd800 && point < 0xe000;
    if (isControl || isLoneSurrogate) return false;
    characters += 1;
    bytes += point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
  }
  return characters <= idCharactersMax && bytes <= idBytesMax;
}

const isVersion = (value: unknown): value is number =>
  Number.isInteger(value) && (value as number) >= 1 && (value as number) <= 9;

function membersFit(event: Record<string, unknown>): boolean {
  for (const name in event) {
    if (!fits(event[name], nestingMax)) return false;
  }
  return true;
}

/** Whether a value is nested at most `levels` deep; it looks no deeper, so what is deeper cannot overflow it. */
function fits(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null || JSON.isRawJSON(value)) return true;
  if (levels === 0) return false;
  if (Array.isArray(value)) return value.every((member) => fits(member, levels - 1));
  for (const name in value) {
    if (!fits((value as Record<string, unknown>)[name], levels - 1)) return false;
  }
  return true;
}

const idRule = `1 to ${idCharactersMax} characters, at most ${idBytesMax} bytes of UTF-8, no control characters or lone surrogates`;

/** One row an attribute: whether it is right, and what is right. */
const rules: { name: string; isRight: (value: unknown) => boolean; rule: string }[] = [
  { name: 'specversion', isRight: (value) => value === '1.0', rule: '"1.0"' },
  { name: 'id', isRight: isId, rule: `a string of ${idRule}` },
  { name: 'source', isRight: isId, rule: `the device: a string of ${idRule}` },
  { name: 'subject', isRight: optional(isId), rule: `the account: a string of ${idRule}` },
  { name: 'type', isRight: isId, rule: `a string of ${idRule}` },
  {
    name: 'time',
    isRight: (value) => typeof value === 'string' && !Number.isNaN(parseInstant(value)),
    rule: 'an RFC 3339 time with a zone, such as 2026-11-21T10:05:00Z, of a real date and without leap seconds',
  },
  { name: 'dataversion', isRight: optional(isVersion), rule: 'an integer from 1 to 9' },
  { name: 'data', isRight: optional(isObject), rule: 'an object' },
];

function optional(isRight: (value: unknown) => boolean): (value: unknown) => boolean {
  return (value) => value === undefined || isRight(value);
}

function faultsOf(event: Record<string, unknown>): string {
  const faults = rules
    .filter(({ name, isRight }) => !isRight(event[name]))
    .map(({ name, rule }) => `${name} ${event[name] === undefined ? 'is missing: it ' : ''}must be ${rule}`);
  if (!membersFit(event)) faults.push(`data and other attributes must be nested at most ${nestingMax} deep`);
  return faults.join('; ');
}
