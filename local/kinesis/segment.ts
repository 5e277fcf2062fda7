import {
  closeSync,
  fstatSync,
  ftruncateSync,
  openSync,
  readFileSync,
  readSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { decodeFrame, frameAt, frameNeeds, goodFrames, type StoredRecord } from './record-frame.ts';
import { isBefore, type SequencePoint } from './sequence-number.ts';

const indexStepBytes = 64 * 1024;
const readChunkBytes = 1024 * 1024;

/** One entry every 64 KiB: the point of the frame that begins at the offset. */
interface IndexEntry {
  point: SequencePoint;
  offset: number;
}

/** A file of frames in order. All but the last of a shard are complete and never change again. */
export interface Segment {
  path: string;
  /** The point of its first record, which is also its name. */
  base: SequencePoint;
  bytes: number;
  /** Built when the segment is first read; kept up while it is written. */
  index?: IndexEntry[];
}

const fileName = ({ time, ordinal }: SequencePoint): string =>
  `${String(time).padStart(15, '0')}-${String(ordinal).padStart(10, '0')}.log`;

export const segmentAt = (directory: string, base: SequencePoint): Segment => ({
  path: join(directory, fileName(base)),
  base,
  bytes: 0,
  index: [],
});

/** The segment that a file of this name is; undefined for any other file. */
export function segmentOf(path: string, bytes: number): Segment | undefined {
  const match = /^(\d{15})-(\d{10})\.log$/.exec(basename(path));
  return match ? { path, base: { time: Number(match[1]), ordinal: Number(match[2]) }, bytes } : undefined;
}

function note(index: IndexEntry[], point: SequencePoint, offset: number): void {
  if (index.length === 0 || offset - index.at(-1)!.offset >= indexStepBytes) index.push({ point, offset });
}

/** Reads a segment whole: its index, its last point, and how many of its bytes are good. */
export function inspect(segment: Segment): { last?: SequencePoint; goodBytes: number; index: IndexEntry[] } {
  const frames = goodFrames(readFileSync(segment.path));
  const index: IndexEntry[] = [];
  for (const frame of frames) note(index, frame.point, frame.start);
  const final = frames.at(-1);
  return { ...(final && { last: final.point }), goodBytes: final?.end ?? 0, index };
}

/** Where to begin reading for the first record at or after a point. */
function offsetFor(segment: Segment, from: SequencePoint): number {
  segment.index ??= inspect(segment).index;
  const { index } = segment;
  let low = 0;
  let high = index.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (isBefore(from, index[middle]!.point)) high = middle;
    else low = middle + 1;
  }
  return index[low - 1]?.offset ?? 0;
}

/** Calls back with every record at or after a point, in order, until the callback answers false. */
export function readSegment(
  segment: Segment,
  from: SequencePoint,
  take: (record: StoredRecord) => boolean,
): 'end' | 'stopped' {
  const descriptor = openSync(segment.path, 'r');
  try {
    let offset = offsetFor(segment, from);
    let wanted = readChunkBytes;
    while (offset < segment.bytes) {
      const chunk = Buffer.allocUnsafe(Math.min(wanted, segment.bytes - offset));
      const buffer = chunk.subarray(0, readSync(descriptor, chunk, 0, chunk.length, offset));
      let at = 0;
      let frame = frameAt(buffer, at);
      while (typeof frame !== 'string') {
        if (!isBefore(frame.point, from) && !take(decodeFrame(buffer, frame))) return 'stopped';
        at = frame.end;
        frame = frameAt(buffer, at);
      }
      const more = buffer.length === chunk.length && offset + chunk.length < segment.bytes;
      if (frame === 'damaged' || (!more && at < segment.bytes - offset)) throw damage(segment, offset + at);
      wanted = Math.max(readChunkBytes, frameNeeds(buffer, at));
      offset += at;
    }
    return 'end';
  } finally {
    closeSync(descriptor);
  }
}

const damage = (segment: Segment, offset: number): Error =>
  new Error(`${segment.path} is damaged at byte ${offset}: the records behind it cannot be read`);

/** The open end of a shard's last segment. */
export interface SegmentWriter {
  readonly segment: Segment;
  /** All of the frames or nothing: what a full disk cut off is taken back. */
  append(frames: Buffer, points: { point: SequencePoint; bytes: number }[]): void;
  close(): void;
}

/** Opens a segment for writing, made where it is not there; bytes behind `segment.bytes` are cut off. */
export function openWriter(segment: Segment): SegmentWriter {
  const created = segment.bytes === 0;
  const descriptor = openSync(segment.path, created ? 'w' : 'r+');
  let dirty = !created && fstatSync(descriptor).size > segment.bytes;

  /** Frames of a batch that failed must not be found by a later start, so nothing is written behind them. */
  const cutTail = (): void => {
    if (!dirty) return;
    ftruncateSync(descriptor, segment.bytes);
    dirty = false;
  };

  const tryCutTail = (): void => {
    try {
      cutTail();
    } catch {
      // The next append tries again first; readers stop at `bytes` and never see the tail.
    }
  };

  return {
    segment,
    append(frames, points) {
      cutTail();
      dirty = true;
      try {
        for (let done = 0; done < frames.length; ) {
          done += writeSync(descriptor, frames, done, frames.length - done, segment.bytes + done);
        }
      } catch (error) {
        tryCutTail();
        throw error;
      }
      dirty = false;
      for (const { point, bytes } of points) {
        if (segment.index) note(segment.index, point, segment.bytes);
        segment.bytes += bytes;
      }
    },
    close: () => closeSync(descriptor),
  };
}

export const removeSegment = (segment: Segment): void => rmSync(segment.path, { force: true });
