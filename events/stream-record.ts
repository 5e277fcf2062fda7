import { isAscii, isUtf8 } from 'node:buffer';
import { streamPartition } from '../domain/metering/intake/stream-partition.ts';
import { tenantIdPattern } from '../domain/tenancy/api-key.ts';
import { type CloudEvent, isObject } from './cloud-event.ts';
import { parseExactJson } from './exact-json.ts';
import { parseInstant } from './rfc3339.ts';

/** Names of the stream's consumers, as a replay may name them in `for`. */
export type Consumer = 'record-usage' | 'count-traffic' | 'lake';

/** One accepted event on the stream (contract/messages). `config` is the revision that ingest applied. */
export interface EventLine {
  tenantId: string;
  receivedAt: string;
  config: number;
  /** As accepted; who reads it from a stream decodes it again with `decodeCloudEvent`. */
  event: CloudEvent;
  /** Present on a replay: the consumers that it is for; the others pass it over. */
  for?: Consumer[];
}

/** Proves that its shard is read. */
export interface HeartbeatLine {
  heartbeat: string;
  /** The shard that it was put into; where that was just split, it is found in one of the children. */
  shardId: string;
  /** Sequence numbers of the heartbeats before it, by shard: one that was not read says that records were lost. */
  after?: Record<string, string>;
}

export type StreamLine = EventLine | HeartbeatLine;

/** A line that is none: its bytes, whole, and what is wrong with it. */
export interface BadLine {
  bytes: Uint8Array;
  detail: string;
}

export interface DecodedRecord {
  /** In their order; lines that are bad are left out. */
  lines: StreamLine[];
  bad: BadLine[];
  /** Every text in the lines is of printable ASCII, so that nothing need look at their characters again. */
  isPrintable: boolean;
}

/** What is put on the stream at once. */
export interface StreamRecord {
  partitionKey: string;
  data: Uint8Array;
  lines: number;
}

/** A stream record is newline-delimited JSON within these bounds, so that Firehose can de-aggregate it. */
export const recordLinesMax = 500;
export const recordBytesMax = 200 * 1024;

export const isHeartbeat = (line: StreamLine): line is HeartbeatLine => 'heartbeat' in line;

/** Whether a line is meant for this consumer: every line is, but one that a replay sends to others. */
export const isFor = (line: EventLine, consumer: Consumer): boolean =>
  line.for === undefined || line.for.includes(consumer);

/** A line as it stands in a record, without its newline. `eventText` spares writing the event once more. */
export function encodeLine(line: StreamLine, eventText?: string): string {
  if (isHeartbeat(line) || eventText === undefined) return JSON.stringify(line);
  const { tenantId, receivedAt, config, for: consumers } = line;
  const head = JSON.stringify({ tenantId, receivedAt, config });
  return `${head.slice(0, -1)},"event":${eventText}${consumers ? `,"for":${JSON.stringify(consumers)}` : ''}}`;
}

/** The stream's partition key of an event: its account's partition within its tenant. */
export function partitionKeyOf({ tenantId, event }: EventLine): string {
  return `${tenantId}/${streamPartition(event.subject ?? event.source)}`;
}

/**
 * Packs lines into as few records as their partition keys and the bounds allow; the lines of a key stay in order.
 * `eventTexts`, where given, are the events' JSON by index.
 */
export function encodeStreamRecords(
  lines: readonly EventLine[],
  eventTexts?: readonly string[],
): StreamRecord[] {
  const packs: Pack[] = [];
  const open = new Map<string, Pack>();
  for (const [index, line] of lines.entries()) {
    const text = encodeLine(line, eventTexts?.[index]);
    const bytes = Buffer.byteLength(text) + 1;
    const partitionKey = partitionKeyOf(line);
    let pack = open.get(partitionKey);
    if (!pack || pack.texts.length === recordLinesMax || pack.bytes + bytes > recordBytesMax) {
      pack = { partitionKey, texts: [], bytes: 0 };
      packs.push(pack);
      open.set(partitionKey, pack);
    }
    pack.texts.push(text);
    pack.bytes += bytes;
  }
  return packs.map(({ partitionKey, texts }) => ({
    partitionKey,
    data: Buffer.from(`${texts.join('\n')}\n`),
    lines: texts.length,
  }));
}

interface Pack {
  partitionKey: string;
  texts: string[];
  bytes: number;
}

/** Longer texts would each get memory of their own from the system, which costs as much as a third of the parse. */
const pieceBytesMax = 64 * 1024;

/**
 * Reads the lines of a record; one that cannot be read is bad and leaves the others alone. Lines are parsed one by
 * one: it is as fast as parsing them as one array, and no line can break out of its bounds. All are parsed before
 * the first is used: turn and turn about, parser and user would push each other out of the processor's caches.
 */
export function decodeStreamRecord(bytes: Uint8Array): DecodedRecord {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const isPlain = isAscii(buffer);
  const decoded: DecodedRecord = { lines: [], bad: [], isPrintable: isPlain && isPrintable(buffer) };
  const isText = isPlain || isUtf8(buffer);
  for (let start = 0; start < buffer.length; ) {
    // Bytes that are not UTF-8 spoil only the line that they stand in, so there each line is a piece.
    const end = endOfLines(buffer, start, isText ? pieceBytesMax : 0);
    if (isPlain) decodeLines(buffer.toString('latin1', start, end), decoded);
    else if (isText || isUtf8(buffer.subarray(start, end)))
      decodeLines(buffer.toString('utf8', start, end), decoded);
    else decoded.bad.push({ bytes: lineAt(buffer, start, end), detail: 'the line is not UTF-8' });
    start = end;
  }
  return decoded;
}

function decodeLines(text: string, { lines, bad }: DecodedRecord): void {
  const isKnown = lineCheck();
  for (let start = 0; start < text.length; ) {
    const newline = text.indexOf('\n', start);
    const end = newline === -1 ? text.length : newline;
    const lineText = text.slice(start, end);
    start = end + 1;
    const line = parseLine(lineText);
    if (isKnown(line)) lines.push(holdsLargeDecimal(line) ? (parseExactJson(lineText) as StreamLine) : line);
    else if (line !== blank) bad.push({ bytes: Buffer.from(lineText), detail: lineFault(line) });
  }
}

const newlineByte = 0x0a;

/** The end of the lines that fit into `bytesMax`, of the first one at least. A newline is never part of a character. */
function endOfLines(bytes: Buffer, start: number, bytesMax: number): number {
  if (bytes.length - start <= bytesMax) return bytes.length;
  const last = bytes.lastIndexOf(newlineByte, start + bytesMax);
  const newline = last >= start ? last : bytes.indexOf(newlineByte, start);
  return newline === -1 ? bytes.length : newline + 1;
}

/** A copy of the line without its newline: the caller may use its bytes again. */
const lineAt = (bytes: Buffer, start: number, end: number): Buffer =>
  Buffer.from(bytes.subarray(start, bytes[end - 1] === newlineByte ? end - 1 : end));

/** In ASCII without an escape, JSON has no text with a control character but DEL. */
const isPrintable = (ascii: Buffer): boolean => !ascii.includes(backslash) && !ascii.includes(del);

const backslash = 0x5c;
const del = 0x7f;

const blank = Symbol('blank');
const notJson = Symbol('not JSON');

function parseLine(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text.trim() === '' ? blank : notJson;
  }
}

/** Lines of one record mostly come from one post, so what the line before has proved is not proved again. */
function lineCheck(): (line: unknown) => line is StreamLine {
  let tenantId: unknown;
  let receivedAt: unknown;
  return (line): line is StreamLine => {
    if (!isObject(line)) return false;
    if (line.heartbeat !== undefined) return isHeartbeatLine(line);
    if (line.tenantId !== tenantId && !isTenantId(line.tenantId)) return false;
    if (line.receivedAt !== receivedAt && !isInstant(line.receivedAt)) return false;
    tenantId = line.tenantId;
    receivedAt = line.receivedAt;
    return isRevision(line.config) && isObject(line.event) && isConsumers(line.for);
  };
}

const isHeartbeatLine = ({ heartbeat, shardId, after }: Record<string, unknown>): boolean =>
  isInstant(heartbeat) &&
  typeof shardId === 'string' &&
  (after === undefined ||
    (isObject(after) && Object.values(after).every((position) => typeof position === 'string')));
const isTenantId = (value: unknown): boolean => typeof value === 'string' && tenantIdPattern.test(value);
const isInstant = (value: unknown): boolean =>
  typeof value === 'string' && !Number.isNaN(parseInstant(value));
const isRevision = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 0;
const isConsumers = (value: unknown): boolean =>
  value === undefined || (Array.isArray(value) && value.every((name) => typeof name === 'string'));

function lineFault(line: unknown): string {
  if (line === notJson) return 'the line is not JSON';
  return 'the line is neither an event (tenantId, receivedAt, config, event) nor a heartbeat (heartbeat, shardId)';
}

/** From here on two decimals of the finest scale may share one double: 2^52 / 10^6. */
const largeDecimal = 2 ** 52 / 1e6;

/** A fraction that large is rare, and only its text says which quantity it is. */
function holdsLargeDecimal(line: StreamLine): boolean {
  if (isHeartbeat(line)) return false;
  const { data } = line.event;
  for (const name in data) {
    const value = data[name];
    if (typeof value === 'number' && value > largeDecimal && !Number.isInteger(value)) return true;
  }
  return false;
}
