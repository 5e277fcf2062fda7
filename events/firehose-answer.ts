import type { LakePartition } from '../domain/lake/lake-partition.ts';
import { type LakeLine, readLakeLine } from './lake-line.ts';
import { LineBytes } from './line-bytes.ts';
import { writePlainRow } from './plain-lake-line.ts';
import { RowBytes } from './row-bytes.ts';

/** A record that Firehose hands to its transform: one line of the stream, in base64. */
export interface FirehoseRecord {
  recordId: string;
  data: string;
}

/** The names that the prefix of the delivery stream uses. */
export interface PartitionKeys {
  [name: string]: string;
  tenant: string;
  table: string;
  version: string;
  year: string;
  month: string;
  day: string;
}

/** What a transform answers of a record, by Firehose's contract. */
export type AnsweredRecord =
  | { recordId: string; result: 'Ok'; data: string; metadata: { partitionKeys: PartitionKeys } }
  | { recordId: string; result: 'Dropped' }
  /** Firehose puts it under the error prefix, with its data as they came. */
  | { recordId: string; result: 'ProcessingFailed' };

export interface FirehoseAnswer {
  records: AnsweredRecord[];
  rows: number;
  dropped: number;
  /** How many records failed, by what is wrong with them. */
  failed: Record<string, number>;
}

/** Lambda takes 6 MB of answer; whichever megabytes are meant, this is below. */
export const answerBytesMax = 6_000_000;
/** Why a record failed that was in order. */
export const noRoom = 'its row has no room in an answer of 6 MB';

/**
 * Answers every record once, in their order, within the bound whatever comes in. A row that no longer fits is answered
 * as failed, so that it lies under the error prefix and can be replayed; room for that answer is kept for each.
 */
export function answerRecords(
  records: readonly FirehoseRecord[],
  bytesMax: number = answerBytesMax,
): FirehoseAnswer {
  const answers = new BoundedAnswer(records, bytesMax);
  for (const record of records) answers.add(record);
  return answers.answer;
}

/** `{"records":[]}` */
const envelopeBytes = 14;
/** With the comma behind it. */
const bytesAround = (record: object): number => JSON.stringify(record).length + 1;
const failedAround = bytesAround({ recordId: 0, result: 'ProcessingFailed' }) - 1;
const okAround = bytesAround({ recordId: 0, result: 'Ok', data: '', metadata: { partitionKeys: 0 } }) - 2;
/** As JSON; a little more, for the commas and brackets of the list. */
const idsBytes = (records: readonly FirehoseRecord[]): number =>
  Buffer.byteLength(JSON.stringify(records.map(({ recordId }) => recordId)));

/** The same, at the most: a character becomes an escape of six bytes, and each has quotes and a comma around it. */
function idsBytesAtMost(records: readonly FirehoseRecord[]): number {
  let bytes = 2;
  for (const { recordId } of records) bytes += 6 * recordId.length + 3;
  return bytes;
}

class BoundedAnswer {
  readonly answer: FirehoseAnswer = { records: [], rows: 0, dropped: 0, failed: {} };
  readonly #records: readonly FirehoseRecord[];
  /** What rows may still take. */
  #spare: number;
  /** Until they are, ids are taken for as long as JSON may make them. */
  #areIdsCounted = false;
  /** Memory that all records share. */
  readonly #line = new LineBytes();
  readonly #row = new RowBytes();
  readonly #partitions = new PartitionMetadata();

  constructor(records: readonly FirehoseRecord[], bytesMax: number) {
    // What stands in an answer whatever becomes of its record is counted once, and the ids with it.
    this.#records = records;
    this.#spare = bytesMax - envelopeBytes - records.length * failedAround - idsBytesAtMost(records);
  }

  add({ recordId, data }: FirehoseRecord): void {
    this.#line.readBase64(data);
    const partition = writePlainRow(this.#line, this.#row);
    if (partition) this.#addRow(recordId, this.#row.toString('base64'), partition);
    else this.#addOther(recordId, readLakeLine(this.#line));
  }

  #addOther(recordId: string, line: LakeLine): void {
    if (line.kind === 'row') this.#addRow(recordId, Buffer.from(line.row).toString('base64'), line.partition);
    else if (line.kind === 'bad') this.#fail(recordId, line.detail);
    else {
      this.answer.dropped += 1;
      this.answer.records.push({ recordId, result: 'Dropped' });
    }
  }

  #addRow(recordId: string, data: string, partition: LakePartition): void {
    const { metadata, bytes } = this.#partitions.of(partition);
    const more = data.length + bytes + okAround - failedAround;
    if (more > this.#spare && !this.#areIdsCounted) this.#countIds();
    if (more > this.#spare) {
      this.#fail(recordId, noRoom);
      return;
    }
    this.#spare -= more;
    this.answer.rows += 1;
    this.answer.records.push({ recordId, result: 'Ok', data, metadata });
  }

  /** Only where room is short: to count them takes as long as to write some of the rows. */
  #countIds(): void {
    this.#areIdsCounted = true;
    this.#spare += idsBytesAtMost(this.#records) - idsBytes(this.#records);
  }

  #fail(recordId: string, detail: string): void {
    const { failed } = this.answer;
    failed[detail] = (failed[detail] ?? 0) + 1;
    this.answer.records.push({ recordId, result: 'ProcessingFailed' });
  }
}

/** What an answer says of a partition, and how many bytes its keys are. */
interface KnownMetadata {
  /** Since the epoch. */
  day: number;
  version: number;
  metadata: { partitionKeys: PartitionKeys };
  bytes: number;
}

/** Records are of few partitions: what is said of each is made once. */
class PartitionMetadata {
  readonly #byTenant = new Map<string, Map<string, KnownMetadata[]>>();

  of(partition: LakePartition): KnownMetadata {
    const { tenantId, table, version } = partition;
    const day = Math.floor(partition.day / dayMs);
    const ofTable = this.#ofTable(tenantId, table);
    for (let place = 0; place < ofTable.length; place += 1) {
      const known = ofTable[place] as KnownMetadata;
      if (known.day === day && known.version === version) return known;
    }
    const metadata = { day, version, ...metadataOf(partition) };
    ofTable.push(metadata);
    return metadata;
  }

  #ofTable(tenantId: string, table: string): KnownMetadata[] {
    const known = this.#byTenant.get(tenantId)?.get(table);
    if (known) return known;
    const tables = this.#byTenant.get(tenantId) ?? new Map<string, KnownMetadata[]>();
    this.#byTenant.set(tenantId, tables);
    const ofTable: KnownMetadata[] = [];
    tables.set(table, ofTable);
    return ofTable;
  }
}

function metadataOf({ tenantId, table, version, day: at }: LakePartition) {
  const [year = '', month = '', day = ''] = new Date(at).toISOString().slice(0, 10).split('-');
  const partitionKeys = { tenant: tenantId, table, version: String(version), year, month, day };
  return { metadata: { partitionKeys }, bytes: JSON.stringify(partitionKeys).length };
}

const dayMs = 86_400_000;
