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
  type: string;
  version: number;
  occurredAt: number;
}

const names = ['id', 'source', 'subject', 'type', 'time', 'specversion', 'dataversion', 'datacontenttype'];
const [id, source, subject, type, time, specversion, dataversion, contentType, data] = [
  0, 1, 2, 3, 4, 5, 6, 7, 8,
];
const event = new JsonSlices([...names, 'data']);

/**
 * Reads the event of a line the short way: of printable ASCII without an escape, with a head that is known, attributes
 * that have columns, and its data, if any, at its end. So nearly all lines are. Its row is then the event itself as it
 * was sent, but for the data. Undefined for any other line, good or bad: it is read the long way.
 */
export function readPlainEvent(text: string, head: LineHead): PlainEvent | undefined {
  const start = head.text.length;
  // A slice is compared at once, where `startsWith` goes through it character by character.
  if (text.slice(0, start) !== head.text) return undefined;
  scan.isPlain = true;
  const end = event.read(text, start, nestingMax + 1);
  if (end === notJson || !scan.isPlain || end !== text.length - 1 || text.charCodeAt(end) !== closeBrace)
    return undefined;
  const isPlain =
    event.others.length === 0 &&
    !event.hasRepeats &&
    isText(text, id) &&
    isText(text, source) &&
    isText(text, type) &&
    (event.start(subject) < 0 || isText(text, subject)) &&
    (event.start(contentType) < 0 || text.charCodeAt(event.start(contentType)) === quote) &&
    event.json(specversion) === '"1.0"';
  if (!isPlain) return undefined;
  const occurredAt = parseInstant(inner(text, time));
  const version = versionOf(text);
  if (Number.isNaN(occurredAt) || version === 0) return undefined;
  const row = rowOf(text, start, end);
  if (row === undefined) return undefined;
  const given = event.start(dataversion) < 0 ? ',"dataversion":1' : '';
  return {
    row: `${row},"occurredat":${millisecondsText(occurredAt)}${given},"receivedat":${millisecondsText(head.receivedAt)},"config":${head.config}}`,
    type: inner(text, type),
    version,
    occurredAt,
  };
}

/** The event without its last brace, and with its data, where it has any, as text. */
function rowOf(text: string, start: number, end: number): string | undefined {
  const from = event.start(data);
  if (from < 0) return text.slice(start, end - 1);
  const to = event.end(data);
  if (to !== end - 1 || text.charCodeAt(from) !== openBrace) return undefined;
  return text.slice(start, from) + JSON.stringify(text.slice(from, to));
}

/** A string of so many characters as a name may have. */
function isText(text: string, place: number): boolean {
  const start = event.start(place);
  const characters = event.end(place) - start - 2;
  return start >= 0 && characters > 0 && characters <= idCharactersMax && text.charCodeAt(start) === quote;
}

const inner = (text: string, place: number): string =>
  event.start(place) < 0 ? '' : text.slice(event.start(place) + 1, event.end(place) - 1);

/** 0 where it is none. */
function versionOf(text: string): number {
  const start = event.start(dataversion);
  if (start < 0) return 1;
  const digit = text.charCodeAt(start) - zero;
  return event.end(dataversion) === start + 1 && digit >= 1 && digit <= 9 ? digit : 0;
}

/** The digits of a time; the first of them, which hardly ever change, are not written again. */
function millisecondsText(at: number): string {
  if (at < 1_000_000) return String(at);
  const thousandSeconds = Math.floor(at / 1_000_000);
  if (thousandSeconds !== first.value) {
    first.value = thousandSeconds;
    first.text = String(thousandSeconds);
  }
  return first.text + String(1_000_000 + at - thousandSeconds * 1_000_000).slice(1);
}

const first = { value: 0, text: '' };

const quote = 0x22;
const zero = 0x30;
const openBrace = 0x7b;
const closeBrace = 0x7d;
