import type { _Record } from '@aws-sdk/client-kinesis';

/** A record of the stream, and the shard that it came from. */
export interface ReadRecord {
  shardId: string;
  record: _Record;
}

/** A line of a stream record: what the transform gets, after de-aggregation. */
export interface SubRecord {
  recordId: string;
  /** Base64. */
  data: string;
  bytes: number;
  /** Epoch milliseconds. */
  arrivedAt: number;
  shardId: string;
  partitionKey: string;
  sequenceNumber: string;
  subsequenceNumber: number;
}

const newline = 0x0a;

/** Takes a record apart by its lines; blank ones are none. */
export function subRecords({ shardId, record }: ReadRecord): SubRecord[] {
  const data = Buffer.from(record.Data!.buffer, record.Data!.byteOffset, record.Data!.byteLength);
  const parts: SubRecord[] = [];
  for (let start = 0; start < data.length; ) {
    const found = data.indexOf(newline, start);
    const end = found === -1 ? data.length : found;
    if (!isBlank(data, start, end)) {
      parts.push({
        recordId: `${record.SequenceNumber}${String(parts.length).padStart(6, '0')}`,
        data: data.toString('base64', start, end),
        bytes: end - start,
        arrivedAt: record.ApproximateArrivalTimestamp!.getTime(),
        shardId,
        partitionKey: record.PartitionKey!,
        sequenceNumber: record.SequenceNumber!,
        subsequenceNumber: parts.length,
      });
    }
    start = end + 1;
  }
  return parts;
}

/** Nothing but JSON's white space. */
function isBlank(data: Buffer, start: number, end: number): boolean {
  for (let at = start; at < end; at += 1)
    if (data[at] !== 0x20 && data[at] !== 0x09 && data[at] !== 0x0d) return false;
  return true;
}
