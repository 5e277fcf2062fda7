import { crc32 } from 'node:zlib';
import { isBefore, type SequencePoint } from './sequence-number.ts';

/**
 * How a record lies on disk:
 *
 *     length u32 | crc32 u32 | time u48 | ordinal u32 | key length u16 | key | data
 *
 * `length` counts what follows the checksum. A frame that is cut off or damaged fails one of the two, so a
 * torn tail is found by reading on from the last good frame.
 */
export interface StoredRecord {
  point: SequencePoint;
  partitionKey: string;
  data: Buffer;
}

const headBytes = 8;
const fixedBytes = 12;

export const frameBytes = (keyBytes: number, dataBytes: number): number =>
  headBytes + fixedBytes + keyBytes + dataBytes;

/** All records in one buffer, so that a batch is one write. */
export function encodeFrames(records: StoredRecord[]): Buffer {
  const keys = records.map((record) => Buffer.from(record.partitionKey));
  const total = records.reduce(
    (sum, record, index) => sum + frameBytes(keys[index]!.length, record.data.length),
    0,
  );
  const frames = Buffer.allocUnsafe(total);
  let at = 0;
  for (const [index, { point, data }] of records.entries()) {
    const key = keys[index]!;
    const end = at + frameBytes(key.length, data.length);
    frames.writeUInt32LE(end - at - headBytes, at);
    frames.writeUIntLE(point.time, at + 8, 6);
    frames.writeUInt32LE(point.ordinal, at + 14);
    frames.writeUInt16LE(key.length, at + 18);
    key.copy(frames, at + 20);
    data.copy(frames, at + 20 + key.length);
    frames.writeUInt32LE(crc32(frames.subarray(at + headBytes, end)), at + 4);
    at = end;
  }
  return frames;
}

/** A whole and undamaged frame in a buffer: where it lies and its point. */
export interface FrameView {
  start: number;
  end: number;
  point: SequencePoint;
}

/** The frame at `start`, `short` where the buffer ends inside it, `damaged` where its bytes are not a frame. */
export function frameAt(buffer: Buffer, start: number): FrameView | 'short' | 'damaged' {
  if (start + headBytes + fixedBytes > buffer.length) return 'short';
  const length = buffer.readUInt32LE(start);
  if (length < fixedBytes) return 'damaged';
  const end = start + headBytes + length;
  if (end > buffer.length) return 'short';
  if (crc32(buffer.subarray(start + headBytes, end)) !== buffer.readUInt32LE(start + 4)) return 'damaged';
  const point = { time: buffer.readUIntLE(start + 8, 6), ordinal: buffer.readUInt32LE(start + 14) };
  return { start, end, point };
}

/** The bytes that the frame at `start` needs, as its head says; a head's worth where that is not read yet. */
export const frameNeeds = (buffer: Buffer, start: number): number =>
  start + 4 <= buffer.length ? headBytes + buffer.readUInt32LE(start) : headBytes + fixedBytes;

export function decodeFrame(buffer: Buffer, { start, end, point }: FrameView): StoredRecord {
  const keyEnd = start + 20 + buffer.readUInt16LE(start + 18);
  return {
    point,
    partitionKey: buffer.toString('utf8', start + 20, keyEnd),
    data: buffer.subarray(keyEnd, end),
  };
}

/** The good frames from the beginning of a buffer, up to the first that is torn, damaged or out of order. */
export function goodFrames(buffer: Buffer): FrameView[] {
  const frames: FrameView[] = [];
  for (let at = 0; ; ) {
    const frame = frameAt(buffer, at);
    const last = frames.at(-1);
    if (typeof frame === 'string' || (last && !isBefore(last.point, frame.point))) return frames;
    frames.push(frame);
    at = frame.end;
  }
}
