import { isAscii, isUtf8 } from 'node:buffer';
import type { LakePartition } from '../domain/lake/lake-partition.ts';
import { type LakeLine, readLakeLine } from './lake-line.ts';

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
  let spare = records.reduce((left, { recordId }) => left - failedBytes(recordId), bytesMax - envelopeBytes);
  for (const { recordId, data } of records) {
    const line = codec.read(data);
    let detail = noRoom;
    if (line.kind === 'passed-over') {
      answer.dropped += 1;
      answer.records.push({ recordId, result: 'Dropped' });
      continue;
    }
    if (line.kind === 'row') {
      const row = codec.encode(line.row);
      const { keys, bytes } = codec.keysOf(line.partition);
      const more = okBytes(recordId) + row.length + bytes - failedBytes(recordId);
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
const idBytes = (recordId: string): number => Buffer.byteLength(JSON.stringify(recordId));
const failedBytes = (recordId: string): number => failedAround + idBytes(recordId);
const okBytes = (recordId: string): number => okAround + idBytes(recordId);

/** Base64 to lines and rows to base64, with memory that all records of an answer share. */
class RecordCodec {
  #scratch = Buffer.allocUnsafe(64 * 1024);
  #partition: LakePartition | undefined;
  #day = Number.NaN;
  #keys: { keys: PartitionKeys; bytes: number } | undefined;

  read(base64: string): LakeLine {
    this.#reserve(base64.length);
    const bytes = this.#scratch.subarray(0, this.#scratch.write(base64, 'base64'));
    if (isAscii(bytes)) {
      const isPrintable = !bytes.includes(backslash) && !bytes.includes(del);
      return readLakeLine(bytes.toString('latin1'), isPrintable);
    }
    if (!isUtf8(bytes)) return { kind: 'bad', detail: 'the line is not UTF-8' };
    return readLakeLine(bytes.toString(), false);
  }

  encode(row: string): string {
    this.#reserve(row.length * 3);
    return this.#scratch.toString('base64', 0, this.#scratch.write(row));
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

  #reserve(bytes: number): void {
    if (this.#scratch.length < bytes) this.#scratch = Buffer.allocUnsafe(2 * bytes);
  }
}

const dayMs = 86_400_000;
const backslash = 0x5c;
const del = 0x7f;
