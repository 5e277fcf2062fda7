import { isUtf8 } from 'node:buffer';
import { type LakePartition, partitionOf } from '../domain/lake/lake-partition.ts';
import { tenantIdPattern } from '../domain/tenancy/api-key.ts';
import { decodeCloudEvent, nestingMax } from './cloud-event.ts';
import { notJson, skipSpace } from './json-members.ts';
import { JsonSlices, type ReadValue } from './json-slices.ts';
import { type LineHead, readPlainEvent } from './plain-lake-line.ts';
import { parseInstant } from './rfc3339.ts';
import type { Consumer } from './stream-record.ts';

/** What the lake makes of a line of the stream. */
export type LakeLine =
  /** `row`: JSON with the columns of the lake's table (infra/resources/lake.yml); of `bytes` each character is one. */
  | { kind: 'row'; row: string; form: 'text' | 'bytes'; partition: LakePartition }
  /** A heartbeat, or meant for other consumers. */
  | { kind: 'passed-over' }
  | { kind: 'bad'; detail: string };

const consumer: Consumer = 'lake';

/** The line, its event, and what that holds. */
const levelsMax = nestingMax + 2;

const lineNames = ['tenantId', 'receivedAt', 'config', 'event', 'for', 'heartbeat', 'shardId'] as const;
const eventNames = [
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
] as const;
const [tenantId, receivedAt, config, eventAt, forWhom, heartbeat, shardId] = placesOf(lineNames);
const [id, source, subject, type, time, specversion, dataversion, contentType, schema, data] =
  placesOf(eventNames);

/** A line is read to its end before the next one: these hold the one that is being read. */
const line = new JsonSlices(lineNames);
const event = new JsonSlices(eventNames);

/**
 * Reads a line of the stream to its row. It is not parsed: attributes and data are cut out as they were sent, so that
 * no number loses a digit and nothing is written twice. What is JSON, and what an event, is judged as strictly as
 * `decodeStreamRecord` and `decodeCloudEvent` judge it.
 */
export function readLakeLine(text: string): LakeLine {
  const end = line.read(text, skipSpace(text, 0), levelsMax, eventReader(text));
  if (end === notJson || skipSpace(text, end) !== text.length) return bad('the line is not a JSON object');
  if (line.json(heartbeat) !== undefined) {
    const isBeat = isInstant(line.value(heartbeat)) && typeof line.value(shardId) === 'string';
    return isBeat ? passedOver : bad('the heartbeat lacks its time or its shardId');
  }
  const tenant = line.value(tenantId);
  const received = line.value(receivedAt);
  const revision = line.json(config) ?? '';
  const consumers = consumersOf(line.json(forWhom));
  const isEvent = line.json(eventAt)?.startsWith('{');
  if (!isTenantId(tenant) || !isInstant(received) || !isRevision(revision) || !isEvent || !consumers)
    return bad('the line is no event: tenantId, receivedAt, config, event and, if at all, for');
  if (consumers !== everybody && !consumers.includes(consumer)) return passedOver;
  const head = { tenantId: tenant, receivedAt: parseInstant(received), config: revision };
  const headText = ingestHead.exec(text)?.[0];
  if (headText !== undefined) lastHead = { ...head, text: headText };
  return rowOf(head);
}

const passedOver: LakeLine = { kind: 'passed-over' };
const bad = (detail: string): LakeLine => ({ kind: 'bad', detail });

/** Reads the event where it stands in its line, so that it is gone through once. */
const eventReader = (text: string) => {
  const readers: ReadValue[] = [];
  readers[eventAt] = (_place: number, start: number, levels: number) =>
    text.charCodeAt(start) === openBrace ? event.read(text, start, levels) : notJson;
  return readers;
};

/** Lines of one record mostly come from one post: what the line before has proved of its head is not proved again. */
let lastHead: LineHead = { text: ' ', tenantId: '', receivedAt: 0, config: '' };

/**
 * The same for nearly all lines, a good deal faster; undefined for those that must be read the long way. A character of
 * `bytes` is a byte of the line.
 */
export function readPlainLine(bytes: string): LakeLine | undefined {
  const plain = readPlainEvent(bytes, lastHead);
  if (!plain) return undefined;
  const { tenantId, receivedAt } = lastHead;
  const { row, isAscii, type, version, occurredAt } = plain;
  if (!isAscii && !isUtf8(Buffer.from(bytes, 'latin1'))) return undefined;
  const partition = partitionOf({ tenantId, type, version, occurredAt, receivedAt });
  return { kind: 'row', row, form: 'bytes', partition };
}

/** All before the event, as `encodeLine` writes it. */
const ingestHead = /^\{"tenantId":"[\w-]+","receivedAt":"[^"\\]+","config":\d+,"event":(?=\{)/;

type Head = Omit<LineHead, 'text'>;

function rowOf(head: Head): LakeLine {
  const decoded = decodeCloudEvent({
    specversion: event.value(specversion),
    id: event.value(id),
    source: event.value(source),
    subject: event.value(subject),
    type: event.value(type),
    time: event.value(time),
    dataversion: event.value(dataversion),
    // What it holds has been gone through, to its depth; the lake keeps it as it stands.
    data: event.value(data),
  });
  if (!decoded.ok) return bad(decoded.detail);
  const { event: received } = decoded;
  const partition = partitionOf({ ...head, ...received });
  const row = rowText(head, received.occurredAt, received.version);
  return { kind: 'row', row, form: 'text', partition };
}

function rowText({ receivedAt: at, config: revision }: Head, occurredAt: number, version: number): string {
  let row = `{"id":${event.json(id)},"source":${event.json(source)}`;
  const account = event.json(subject);
  if (account !== undefined) row += `,"subject":${account}`;
  row += `,"type":${event.json(type)},"time":${event.json(time)},"occurredat":${occurredAt}`;
  row += `,"specversion":"1.0","dataversion":${version}`;
  const others = event.others;
  row += textColumn('datacontenttype', contentType, others) + textColumn('dataschema', schema, others);
  if (others.length > 0) row += `,"attributes":${JSON.stringify(`{${others.join(',')}}`)}`;
  const body = event.json(data);
  if (body !== undefined) row += `,"data":${JSON.stringify(body)}`;
  return `${row},"receivedat":${at},"config":${revision}}`;
}

/** What is no text has no place in its column: it stays with the other attributes. */
function textColumn(name: string, place: number, others: string[]): string {
  const json = event.json(place);
  if (json === undefined) return '';
  if (json.startsWith('"')) return `,"${name}":${json}`;
  others.push(`"${name}":${json}`);
  return '';
}

function placesOf<const Names extends readonly string[]>(names: Names): { [Name in keyof Names]: number } {
  return names.map((_name, place) => place) as { [Name in keyof Names]: number };
}

const isTenantId = (value: unknown): value is string =>
  typeof value === 'string' && tenantIdPattern.test(value);
const isInstant = (value: unknown): value is string =>
  typeof value === 'string' && !Number.isNaN(parseInstant(value));

/** A whole number that a column of integers holds. */
const isRevision = (json: string): boolean => /^(0|[1-9][0-9]{0,8})$/.test(json);

const everybody: string[] = [];

/** The consumers that a replay names; undefined where `for` is no list of names. */
function consumersOf(json: string | undefined): string[] | undefined {
  if (json === undefined) return everybody;
  const named: unknown = JSON.parse(json);
  return Array.isArray(named) && named.every((name) => typeof name === 'string') ? named : undefined;
}

const openBrace = 0x7b;
