import { isUtf8 } from 'node:buffer';
import { type LakePartition, partitionOf } from '../domain/lake/lake-partition.ts';
import { tenantIdPattern } from '../domain/tenancy/api-key.ts';
import { decodeCloudEvent, nestingMax } from './cloud-event.ts';
import { eventNames, eventPlaces } from './event-names.ts';
import { notJson, skipSpace } from './json-scan.ts';
import { JsonSlices } from './json-slices.ts';
import type { LineBytes } from './line-bytes.ts';
import { parseInstant } from './rfc3339.ts';
import type { Consumer } from './stream-record.ts';

/** What the lake makes of a line of the stream. */
export type LakeLine =
  /** `row`: JSON with the columns of the lake's table (infra/resources/lake.yml). */
  | { kind: 'row'; row: string; partition: LakePartition }
  /** A heartbeat, or meant for other consumers. */
  | { kind: 'passed-over' }
  | { kind: 'bad'; detail: string };

const consumer: Consumer = 'lake';

/** The line, its event, and what that holds. */
const levelsMax = nestingMax + 2;

const lineNames = ['tenantId', 'receivedAt', 'config', 'event', 'for', 'heartbeat', 'shardId'];
const [tenantId, receivedAt, config, eventAt, forWhom, heartbeat, shardId] = [0, 1, 2, 3, 4, 5, 6] as const;
const [id, source, subject, type, time, specversion, dataversion, contentType, schema, data] = eventPlaces;

/** A line is read to its end before the next one: these hold the one that is being read. */
const event = new JsonSlices(eventNames);
const line = new JsonSlices(lineNames, { place: eventAt, slices: event });

/**
 * Reads a line of the stream to its row. It is not parsed: attributes and data are cut out as they were sent, so that
 * no number loses a digit and nothing is written twice. What is JSON, and what an event, is judged as strictly as
 * `decodeStreamRecord` and `decodeCloudEvent` judge it.
 */
export function readLakeLine({ bytes, length }: LineBytes): LakeLine {
  const end = line.read(bytes, skipSpace(bytes, 0), levelsMax);
  if (end === notJson || skipSpace(bytes, end) !== length)
    return bad(isUtf8(bytes.subarray(0, length)) ? 'the line is not a JSON object' : 'the line is not UTF-8');
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
  return rowOf({ tenantId: tenant, receivedAt: parseInstant(received), config: revision });
}

const passedOver: LakeLine = { kind: 'passed-over' };
const bad = (detail: string): LakeLine => ({ kind: 'bad', detail });

interface Head {
  tenantId: string;
  /** Epoch milliseconds. */
  receivedAt: number;
  /** As it stands in the line. */
  config: string;
}

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
  return { kind: 'row', row: rowText(head, received.occurredAt, received.version), partition };
}

function rowText({ receivedAt: at, config: revision }: Head, occurredAt: number, version: number): string {
  let row = `{"id":${event.json(id)},"source":${event.json(source)}`;
  const account = event.json(subject);
  if (account !== undefined) row += `,"subject":${account}`;
  row += `,"type":${event.json(type)},"time":${event.json(time)},"occurredat":${occurredAt}`;
  row += `,"specversion":"1.0","dataversion":${version}`;
  const others = event.others();
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
