import { type LakePartition, partitionOf } from '../domain/lake/lake-partition.ts';
import { ByteTexts } from './byte-texts.ts';
import { idCharactersMax, nestingMax } from './cloud-event.ts';
import { eventNames, eventPlaces } from './event-names.ts';
import { notJson, standsAt } from './json-scan.ts';
import { JsonSlices, otherPlace } from './json-slices.ts';
import type { LineBytes } from './line-bytes.ts';
import { LineHead } from './line-head.ts';
import { instantAt } from './line-instant.ts';
import { hasThirteenDigits, type RowBytes } from './row-bytes.ts';

const [id, source, subject, type, time, specversion, dataversion, contentType, schema, data] = eventPlaces;
/** A line is read to its end before the next one: these hold the one that is being read. */
const head = new LineHead();
const event = new JsonSlices(eventNames);
const types = new ByteTexts();

/**
 * Writes the row of a line the short way, where its head is as ingest writes it, the names of its event are of printable
 * ASCII without an escape, and it has each attribute once: so nearly all lines are. Nothing is decoded but times; what
 * was sent is copied byte by byte. Undefined for any other line, good or bad: it is read the long way.
 */
export function writePlainRow(line: LineBytes, row: RowBytes): LakePartition | undefined {
  if (!head.read(line)) return undefined;
  const { bytes, length } = line;
  const end = event.read(bytes, head.length, nestingMax + 1);
  if (end === notJson || end !== length - 1 || bytes[end] !== closeBrace || !isPlain(bytes)) return undefined;
  const version = versionOf(bytes);
  const occurredAt = instantOf(bytes);
  const { tenantId, receivedAt } = head;
  if (version === 0 || !hasThirteenDigits(occurredAt)) return undefined;
  row.begin(length);
  writeRow(bytes, row, occurredAt);
  const text = types.textAt(bytes, event.start(type) + 1, event.end(type) - 1);
  return partitionOf({ tenantId, type: text, version, occurredAt, receivedAt });
}

function isPlain(bytes: Buffer): boolean {
  return (
    !event.hasRepeats &&
    isName(bytes, id) &&
    isName(bytes, source) &&
    isName(bytes, type) &&
    (event.start(subject) < 0 || isName(bytes, subject)) &&
    isAbsentOr(bytes, contentType, quote) &&
    isAbsentOr(bytes, schema, quote) &&
    isAbsentOr(bytes, data, openBrace) &&
    event.end(specversion) - event.start(specversion) === version10.length &&
    standsAt(bytes, version10, event.start(specversion))
  );
}

/** A string of so many characters as a name may have, which stand for themselves. */
function isName(bytes: Buffer, place: number): boolean {
  const start = event.start(place);
  const characters = event.end(place) - start - 2;
  return (
    start >= 0 &&
    bytes[start] === quote &&
    event.isPlain(place) &&
    characters >= 1 &&
    characters <= idCharactersMax
  );
}

/** The event without its data and its other attributes, and these as texts behind it. */
function writeRow(bytes: Buffer, row: RowBytes, occurredAt: number): void {
  const hasOthers = copyColumns(bytes, row);
  if (hasOthers) copyOthers(bytes, row);
  if (event.start(data) >= 0) {
    row.put(parts.data);
    row.copyQuoted(bytes, event.start(data), event.end(data));
    row.put(parts.occurredAtBehindText);
  } else row.put(parts.occurredAt);
  row.putInstant(occurredAt);
  if (event.start(dataversion) < 0) row.put(parts.firstVersion);
  row.putRow(head.columns);
}

/** Copies the members that are columns, run by run, as they stand. Answers whether there are others but the data. */
function copyColumns(bytes: Buffer, row: RowBytes): boolean {
  let hasOthers = false;
  let between = openBrace;
  for (let turn = 0; turn < event.members; turn += 1) {
    const place = event.placeOf(turn);
    if (place === otherPlace) hasOthers = true;
    if (place === otherPlace || place === data) continue;
    const from = event.nameStart(turn);
    while (turn + 1 < event.members && isColumn(event.placeOf(turn + 1))) turn += 1;
    row.putByte(between);
    row.copy(bytes, from, event.valueEnd(turn));
    between = comma;
  }
  return hasOthers;
}

const isColumn = (place: number): boolean => place !== otherPlace && place !== data;

function copyOthers(bytes: Buffer, row: RowBytes): void {
  row.put(parts.attributes);
  let between = openBrace;
  for (let turn = 0; turn < event.members; turn += 1) {
    if (event.placeOf(turn) !== otherPlace) continue;
    row.putByte(between);
    between = comma;
    row.copyQuoted(bytes, event.nameStart(turn), event.valueEnd(turn));
  }
  row.putByte(closeBrace);
  row.putByte(quote);
}

const isAbsentOr = (bytes: Buffer, place: number, first: number): boolean =>
  event.start(place) < 0 || bytes[event.start(place)] === first;

/** NaN where it is none. */
const instantOf = (bytes: Buffer): number =>
  event.start(time) < 0 ? Number.NaN : instantAt(bytes, event.start(time) + 1, event.end(time) - 1);

/** 0 where it is none. */
function versionOf(bytes: Buffer): number {
  const start = event.start(dataversion);
  if (start < 0) return 1;
  const digit = (bytes[start] as number) - zero;
  return event.end(dataversion) === start + 1 && digit >= 1 && digit <= 9 ? digit : 0;
}

const quote = 0x22;
const comma = 0x2c;
const zero = 0x30;
const openBrace = 0x7b;
const closeBrace = 0x7d;

const version10 = Buffer.from('"1.0"');
/** What stands in a row between what was sent: something does before it, an id at least. */
const parts = {
  attributes: Buffer.from(',"attributes":"'),
  data: Buffer.from(',"data":"'),
  occurredAt: Buffer.from(',"occurredat":'),
  occurredAtBehindText: Buffer.from('","occurredat":'),
  firstVersion: Buffer.from(',"dataversion":1'),
};
