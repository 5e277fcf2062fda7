import { tenantIdPattern } from '../domain/tenancy/api-key.ts';
import { ByteTexts } from './byte-texts.ts';
import { standsAt } from './json-scan.ts';
import type { LineBytes } from './line-bytes.ts';
import { instantAt } from './line-instant.ts';
import { hasThirteenDigits, RowBytes } from './row-bytes.ts';

/**
 * All that ingest writes before the event of a line: `{"tenantId":"T001","receivedAt":"…","config":7,"event":`. It reads
 * one line after another; lines of one post share a head, which is then not read again.
 */
export class LineHead {
  readonly #bytes: Buffer = Buffer.alloc(headBytesMax);
  readonly #tenants = new ByteTexts();
  /** Where its time of receipt begins. */
  #timeStart = 0;
  /** Of the head in bytes; 0 before the first one. */
  length = 0;
  tenantId = '';
  /** Epoch milliseconds. */
  receivedAt = 0;
  /** What of it a row has, at its end: `,"receivedat":…,"config":7}`. */
  readonly columns = new RowBytes();

  /** Whether the line has a head as ingest writes it. */
  read({ bytes }: LineBytes): boolean {
    const alike = this.#alike(bytes);
    if (alike === this.length && alike > 0) return true;
    const timeStart = alike > 0 && alike >= this.#timeStart ? this.#timeStart : this.#readTenant(bytes);
    this.length = timeStart > 0 ? this.#readRest(bytes, timeStart) : 0;
    if (this.length > 0) bytes.copy(this.#bytes, 0, 0, this.length);
    return this.length > 0;
  }

  /** How many bytes it has in common with the head before. */
  #alike(bytes: Buffer): number {
    const former = this.#bytes;
    const { length } = this;
    let at = 0;
    while (at < length && bytes[at] === former[at]) at += 1;
    return at;
  }

  /** Where the time of receipt begins behind it; 0 where there is no tenant. */
  #readTenant(bytes: Buffer): number {
    const start = names.tenantId.length;
    const end = quoteAfter(bytes, start);
    if (!standsAt(bytes, names.tenantId, 0) || !standsAt(bytes, names.receivedAt, end)) return 0;
    this.tenantId = this.#tenants.textAt(bytes, start, end);
    this.#timeStart = end + names.receivedAt.length;
    return tenantIdPattern.test(this.tenantId) ? this.#timeStart : 0;
  }

  /** Where the event begins behind it; 0 where it is none. */
  #readRest(bytes: Buffer, timeStart: number): number {
    const timeEnd = quoteAfter(bytes, timeStart);
    const configStart = timeEnd + names.config.length;
    const configEnd = endOfDigits(bytes, configStart);
    const isHead =
      standsAt(bytes, names.config, timeEnd) &&
      standsAt(bytes, names.event, configEnd) &&
      isRevision(bytes, configStart, configEnd);
    if (!isHead) return 0;
    this.receivedAt = instantAt(bytes, timeStart, timeEnd);
    if (!hasThirteenDigits(this.receivedAt)) return 0;
    this.#writeColumns(bytes, configStart, configEnd);
    return configEnd + names.event.length;
  }

  #writeColumns(bytes: Buffer, configStart: number, configEnd: number): void {
    const { columns } = this;
    columns.begin(0);
    columns.put(receivedAtColumn);
    columns.putInstant(this.receivedAt);
    columns.put(configColumn);
    columns.copy(bytes, configStart, configEnd);
    columns.putByte(closeBrace);
  }
}

/** Where the next quote stands; no text of a head is longer than this looks. */
function quoteAfter(bytes: Buffer, start: number): number {
  const end = start + textBytesMax;
  let at = start;
  while (at < end && bytes[at] !== quote) at += 1;
  return at;
}

function endOfDigits(bytes: Buffer, start: number): number {
  let at = start;
  while (at < start + revisionDigitsMax && isDigit(bytes[at] as number)) at += 1;
  return at;
}

/** Without a zero before others. */
const isRevision = (bytes: Buffer, start: number, end: number): boolean =>
  end === start + 1 || (end > start && bytes[start] !== zero);

const isDigit = (byte: number): boolean => byte >= zero && byte <= 0x39;

const quote = 0x22;
const zero = 0x30;
const closeBrace = 0x7d;

const textBytesMax = 64;
const revisionDigitsMax = 9;
const headBytesMax = 256;

const names = {
  tenantId: Buffer.from('{"tenantId":"'),
  receivedAt: Buffer.from('","receivedAt":"'),
  config: Buffer.from('","config":'),
  event: Buffer.from(',"event":'),
};
const receivedAtColumn = Buffer.from(',"receivedat":');
const configColumn = Buffer.from(',"config":');
