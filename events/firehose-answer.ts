import { isUtf8 } from 'node:buffer';
import type { LakePartition } from '../domain/lake/lake-partition.ts';
import { type LakeLine, readLakeLine, readPlainLine } from './lake-line.ts';

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
  const answer: FirehoseAnswer = { records: [], rows: 0, dropped: 0, failed: {} };
  const codec = new RecordCodec();
  // What stands in an answer whatever becomes of its record is counted once, and the ids with it.
  let spare = bytesMax - envelopeBytes - records.length * failedAround - idsBytes(records);
  for (const { recordId, data } of records) {
    const line = codec.read(data);
    let detail = noRoom;
    if (line.kind === 'passed-over') {
      answer.dropped += 1;
      answer.records.push({ recordId, result: 'Dropped' });
      continue;
    }
    if (line.kind === 'row') {
      const row = toBase64(line);
      const { keys, bytes } = codec.keysOf(line.partition);
      const more = row.length + bytes + okAround - failedAround;
      if (more <= spare) {
        spare -= more;
        answer.rows += 1;
        answer.records.push({ recordId, result: 'Ok', data: row, metadata: { partitionKeys: keys } });
        continue;
      }
    } else detail = line.detail;
    answer.failed[detail] = (answer.failed[detail] ?? 0) + 1;
    answer.records.push({ recordId, result: 'ProcessingFailed' });
  }
  return answer;
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

/** Base64 to lines and rows to base64, with memory that all records of an answer share. */
class RecordCodec {
  #partition: LakePartition | undefined;
  #day = Number.NaN;
  #keys: { keys: PartitionKeys; bytes: number } | undefined;

  read(base64: string): LakeLine {
    const plain = readPlainLine(bytesOf(base64));
    if (plain) return plain;
    const bytes = Buffer.from(base64, 'base64');
    return isUtf8(bytes) ? readLakeLine(bytes.toString()) : { kind: 'bad', detail: 'the line is not UTF-8' };
  }

  /** Records come in runs of one partition. */
  keysOf(partition: LakePartition): { keys: PartitionKeys; bytes: number } {
    const day = Math.floor(partition.day / dayMs);
    const { tenantId, table, version } = partition;
    const last = this.#partition;
    const isSame =
      day === this.#day && table === last?.table && tenantId === last.tenantId && version === last.version;
    if (!isSame || !this.#keys) {
      const [year = '', month = '', dayOfMonth = ''] = new Date(day * dayMs)
        .toISOString()
        .slice(0, 10)
        .split('-');
      const keys = { tenant: tenantId, table, version: String(version), year, month, day: dayOfMonth };
      this.#keys = { keys, bytes: JSON.stringify(keys).length };
      this.#partition = partition;
      this.#day = day;
    }
    return this.#keys;
  }
}

/** A character a byte; empty where it is no base64, which is then looked at the long way. */
function bytesOf(base64: string): string {
  try {
    return atob(base64);
  } catch {
    return '';
  }
}

/** `btoa` takes each character for a byte. */
const toBase64 = ({ row, form }: { row: string; form: 'text' | 'bytes' }): string =>
  form === 'bytes' ? btoa(row) : Buffer.from(row).toString('base64');

const dayMs = 86_400_000;
