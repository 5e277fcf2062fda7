import { mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { encodeFrames, frameBytes, type StoredRecord } from './record-frame.ts';
import {
  inspect,
  openWriter,
  readSegment,
  removeSegment,
  type Segment,
  type SegmentWriter,
  segmentAt,
  segmentOf,
} from './segment.ts';
import { isBefore, nextPoint, type SequencePoint } from './sequence-number.ts';

export interface NewRecord {
  partitionKey: string;
  data: Buffer;
}

/** What a shard holds, on disk; only a sparse index is kept in memory. */
export interface ShardLog {
  /** The point of the newest record, or the one the shard began at. */
  last(): SequencePoint;
  /** Stores all of them or throws: once it returns they survive the end of the process. */
  append(records: NewRecord[], now: number): SequencePoint[];
  /** Records at or after a point, in order, within the bounds but at least one. */
  read(from: SequencePoint, recordsMax: number, bytesMax: number): StoredRecord[];
  /** Drops segments in which every record arrived before the horizon. */
  trim(horizon: number): void;
  close(): void;
}

/** Opens the log of a shard, made where it is not there; a torn tail is found and cut. */
export function openShardLog(directory: string, opened: SequencePoint, segmentBytesMax: number): ShardLog {
  mkdirSync(directory, { recursive: true });
  const segments = findSegments(directory);
  let last = recoverTail(segments) ?? opened;
  let writer: SegmentWriter | undefined;

  /** The segment to append to; a full one is left as it is and the next begins with this record. */
  const writerFor = (first: SequencePoint): SegmentWriter => {
    if (writer && writer.segment.bytes < segmentBytesMax) return writer;
    const final = segments.at(-1);
    const unfilled = final && final.bytes < segmentBytesMax ? final : undefined;
    const segment = unfilled ?? segmentAt(directory, first);
    const next = openWriter(segment);
    writer?.close();
    writer = next;
    return writer;
  };

  return {
    last: () => last,
    append(records, now) {
      let point = last;
      const stored = records.map((record): StoredRecord => {
        point = nextPoint(point, now);
        return { ...record, point };
      });
      const target = writerFor(stored[0]!.point);
      target.append(encodeFrames(stored), stored.map(placed));
      if (segments.at(-1) !== target.segment) segments.push(target.segment);
      last = point;
      return stored.map((record) => record.point);
    },
    read(from, recordsMax, bytesMax) {
      const found: StoredRecord[] = [];
      let bytes = 0;
      const take = (record: StoredRecord): boolean => {
        bytes += record.data.length + record.partitionKey.length;
        if (found.length > 0 && bytes > bytesMax) return false;
        return found.push(record) < recordsMax;
      };
      if (isBefore(last, from)) return found;
      for (const segment of segments.slice(firstWith(segments, from))) {
        if (readSegment(segment, from, take) === 'stopped') break;
      }
      return found;
    },
    trim(horizon) {
      while (segments.length > 1 && segments[1]!.base.time < horizon) removeSegment(segments.shift()!);
    },
    close() {
      writer?.close();
      writer = undefined;
    },
  };
}

const placed = ({ point, partitionKey, data }: StoredRecord) => ({
  point,
  bytes: frameBytes(Buffer.byteLength(partitionKey), data.length),
});

function findSegments(directory: string): Segment[] {
  return readdirSync(directory)
    .toSorted()
    .flatMap((name) => segmentOf(join(directory, name), statSync(join(directory, name)).size) ?? []);
}

/** Cuts what a killed process left unfinished, and answers the point of the newest good record. */
function recoverTail(segments: Segment[]): SequencePoint | undefined {
  for (let final = segments.at(-1); final; final = segments.at(-1)) {
    const { last, goodBytes, index } = inspect(final);
    if (last) {
      final.bytes = goodBytes;
      final.index = index;
      return last;
    }
    // A segment whose first record never became whole.
    rmSync(final.path, { force: true });
    segments.pop();
  }
  return undefined;
}

/** Index of the last segment that begins at or before the point. */
function firstWith(segments: Segment[], from: SequencePoint): number {
  const later = segments.findIndex((segment) => isBefore(from, segment.base));
  return Math.max(0, (later < 0 ? segments.length : later) - 1);
}
