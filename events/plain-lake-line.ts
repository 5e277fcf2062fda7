import { idCharactersMax, nestingMax } from './cloud-event.ts';
import { notJson, scan } from './json-members.ts';
import { JsonSlices } from './json-slices.ts';
import { parseInstant } from './rfc3339.ts';

/** What lines of one post have in common: all before their event, as ingest writes it, and what it says. */
export interface LineHead {
  /** `{"tenantId":"T001","receivedAt":"…","config":7,"event":` */
  text: string;
  tenantId: string;
  /** Epoch milliseconds. */
  receivedAt: number;
  /** As it stands in the line. */
  config: string;
}

/** What is read of a plain line. */
export interface PlainEvent {
  row: string;
  /** Where it is not, the line may turn out to be no UTF-8. */
  isAscii: boolean;
  type: string;
  version: number;
  occurredAt: number;
}

const names = [
  'id',
  'source',
  'subject',
  'type',
  'time',
  'specversion',
  'dataversion',
  'datacontenttype',
  'dataschema',
  'data',
];
const [id, source, subject, type, time, specversion, dataversion, contentType, schema, data] = [
  0, 1, 2, 3, 4, 5, 6, 7, 8, 9,
];
const event = new JsonSlices(names);

/**
 * Reads the event of a line the short way, where its head is known, its names are of printable ASCII without an escape,
 * and it has each attribute once: so nearly all lines are. Nothing is decoded; of a line in UTF-8 each character of
 * `bytes` is a byte, and so it is of the row. Undefined for any other line, good or bad: it is read the long way.
 */
export function readPlainEvent(bytes: string, head: LineHead): PlainEvent | undefined {
  const start = head.text.length;
  // A slice is compared at once, where `startsWith` goes through it character by character.
  if (bytes.slice(0, start) !== head.text) return undefined;
  scan.isPlain = true;
  scan.isAscii = true;
  const end = event.read(bytes, start, nestingMax + 1);
  if (end === notJson || end !== bytes.length - 1 || bytes.charCodeAt(end) !== closeBrace) return undefined;
  const isPlain =
    !event.hasRepeats &&
    isName(bytes, id) &&
    isName(bytes, source) &&
    isName(bytes, type) &&
    (event.start(subject) < 0 || isName(bytes, subject)) &&
    isAbsentOr(bytes, contentType, quote) &&
    isAbsentOr(bytes, schema, quote) &&
    isAbsentOr(bytes, data, openBrace) &&
    event.json(specversion) === '"1.0"';
  const version = versionOf(bytes);
  if (!isPlain || version === 0 || event.start(time) < 0) return undefined;
  const occurredAt = parseInstant(inner(bytes, time));
  if (Number.isNaN(occurredAt)) return undefined;
  const given = event.start(dataversion) < 0 ? ',"dataversion":1' : '';
  return {
    row:
      `${attributes(bytes, start, end)},"occurredat":${digitsOf(occurredAt)}${given},` +
      `"receivedat":${digitsOf(head.receivedAt)},"config":${head.config}}`,
    isAscii: scan.isAscii,
    type: inner(bytes, type),
    version,
    occurredAt,
  };
}

/** The row as far as it is of the event, without its last brace. */
function attributes(bytes: string, start: number, end: number): string {
  const from = event.start(data);
  const to = event.end(data);
  const hasOthers = event.others.length > 0;
  if (!hasOthers && from < 0) return bytes.slice(start, end - 1);
  const body = from < 0 ? undefined : JSON.stringify(bytes.slice(from, to));
  // With its data at its end, the event is its row but for them.
  if (!hasOthers && to === end - 1) return bytes.slice(start, from) + body;
  const known = names.slice(0, data).flatMap((name, place) => {
    const json = event.json(place);
    return json === undefined ? [] : `"${name}":${json}`;
  });
  if (hasOthers) known.push(`"attributes":${JSON.stringify(`{${event.others.join(',')}}`)}`);
  if (body !== undefined) known.push(`"data":${body}`);
  return `{${known.join(',')}`;
}

/** A string of so many characters as a name may have, which stand for themselves. */
function isName(bytes: string, place: number): boolean {
  const start = event.start(place);
  const end = event.end(place) - 1;
  const characters = end - start - 1;
  if (start < 0 || characters < 1 || characters > idCharactersMax || bytes.charCodeAt(start) !== quote)
    return false;
  return scan.isPlain || isPrintable(bytes, start + 1, end);
}

function isPrintable(bytes: string, start: number, end: number): boolean {
  for (let at = start; at < end; at += 1) {
    const unit = bytes.charCodeAt(at);
    if (unit === backslash || unit >= del) return false;
  }
  return true;
}

const isAbsentOr = (bytes: string, place: number, first: number): boolean =>
  event.start(place) < 0 || bytes.charCodeAt(event.start(place)) === first;

const inner = (bytes: string, place: number): string =>
  bytes.slice(event.start(place) + 1, event.end(place) - 1);

/** 0 where it is none. */
function versionOf(bytes: string): number {
  const start = event.start(dataversion);
  if (start < 0) return 1;
  const digit = bytes.charCodeAt(start) - zero;
  return event.end(dataversion) === start + 1 && digit >= 1 && digit <= 9 ? digit : 0;
}

/** A number of milliseconds in digits. The first of them hardly ever change; the others are looked up by threes. */
function digitsOf(at: number): string {
  const millions = Math.floor(at / 1_000_000);
  if (millions < 1) return String(at);
  if (millions !== first.millions) {
    first.millions = millions;
    first.digits = String(millions);
  }
  const rest = at - millions * 1_000_000;
  const thousands = Math.floor(rest / 1_000);
  return first.digits + (threes[thousands] as string) + (threes[rest - thousands * 1_000] as string);
}

const first = { millions: 0, digits: '' };
const threes = Array.from({ length: 1_000 }, (_, number) => String(number).padStart(3, '0'));

const quote = 0x22;
const zero = 0x30;
const backslash = 0x5c;
const openBrace = 0x7b;
const closeBrace = 0x7d;
const del = 0x7f;
