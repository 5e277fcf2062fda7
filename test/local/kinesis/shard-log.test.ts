import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type NewRecord, openShardLog, type ShardLog } from '../../../local/kinesis/shard-log.ts';

/** What the disk does with the next writes: how many bytes of each it takes before it is full. */
const disk = vi.hoisted(() => ({ takes: [] as number[] }));

vi.mock('node:fs', async (importOriginal) => {
  const fs = await importOriginal<typeof import('node:fs')>();
  const writeSync = (
    descriptor: number,
    buffer: Buffer,
    offset: number,
    length: number,
    position: number,
  ) => {
    const takes = disk.takes.shift();
    if (takes === undefined) return fs.writeSync(descriptor, buffer, offset, length, position);
    if (takes > 0) return fs.writeSync(descriptor, buffer, offset, Math.min(takes, length), position);
    throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
  };
  return { ...fs, writeSync };
});

const opened = { time: 0, ordinal: 0 };
const from = { time: 0, ordinal: 0 };
let directory: string;
const open = (segmentBytesMax = 1_000): ShardLog => openShardLog(directory, opened, segmentBytesMax);
const record = (text: string): NewRecord => ({ partitionKey: 'key', data: Buffer.from(text) });
const texts = (log: ShardLog, at = from): string[] =>
  log.read(at, 10_000, 1e9).map(({ data }) => data.toString());
const files = (): string[] => readdirSync(directory).toSorted();

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'shard-'));
});
afterEach(() => {
  disk.takes = [];
  rmSync(directory, { recursive: true, force: true });
});

describe('a shard on disk', () => {
  it('gives back what it was given, over segments and restarts', () => {
    const batches = fc.array(fc.array(fc.uint8Array({ maxLength: 400 }), { minLength: 1, maxLength: 5 }), {
      maxLength: 12,
    });
    fc.assert(
      fc.property(batches, fc.array(fc.boolean(), { maxLength: 12 }), (given, restarts) => {
        rmSync(directory, { recursive: true, force: true });
        let log = open();
        const points = given.flatMap((batch, index) => {
          if (restarts[index]) {
            log.close();
            log = open();
          }
          return log.append(
            batch.map((data) => ({ partitionKey: `ü${index}`, data: Buffer.from(data) })),
            index * 10,
          );
        });
        const flat = given.flat().map((data) => Buffer.from(data).toString('hex'));
        const all = log.read(from, 10_000, 1e9);
        expect(all.map(({ data }) => data.toString('hex'))).toEqual(flat);
        expect(all.map(({ point }) => point)).toEqual(points);
        // From every point on, and in small steps, the same records come.
        for (const [index, point] of points.entries()) {
          expect(log.read(point, 1, 1)[0]?.point).toEqual(point);
          expect(log.read(point, 10_000, 1e9)).toHaveLength(points.length - index);
        }
        log.close();
      }),
      { numRuns: 60 },
    );
  });

  it('answers at least one record, then no more than the bounds', () => {
    const log = open(1e6);
    log.append([record('a'.repeat(100)), record('b'.repeat(100)), record('c'.repeat(100))], 1);
    expect(log.read(from, 10, 1)).toHaveLength(1);
    expect(log.read(from, 10, 210)).toHaveLength(2);
    expect(log.read(from, 2, 1e9)).toHaveLength(2);
  });

  it('drops segments in which everything is older than the horizon, and goes on counting', () => {
    const log = open(100);
    for (let time = 1; time <= 6; time += 1) log.append([record('x'.repeat(100))], time * 100);
    expect(files()).toHaveLength(6);
    log.trim(350);
    expect(log.read(from, 10, 1e9).map(({ point }) => point.time)).toEqual([300, 400, 500, 600]);
    log.trim(10_000);
    expect(files()).toHaveLength(1);
    log.close();
    expect(open().append([record('y')], 0)[0]).toEqual({ time: 600, ordinal: 1 });
  });
});

describe('after a kill', () => {
  it('cuts a torn tail, at whatever byte, and keeps every whole record before it', () => {
    const log = open(1e6);
    const ends = ['one', 'two', 'three'].map((text) => {
      log.append([record(text)], 5);
      return statSync(join(directory, files()[0]!)).size;
    });
    log.close();
    const path = join(directory, files()[0]!);
    const whole = readFileSync(path);
    for (let bytes = 0; bytes <= whole.length; bytes += 1) {
      writeFileSync(
        join(directory, files()[0] ?? '000000000000005-0000000000.log'),
        whole.subarray(0, bytes),
      );
      const after = open(1e6);
      const kept = ends.filter((end) => end <= bytes).length;
      expect(texts(after)).toEqual(['one', 'two', 'three'].slice(0, kept));
      after.append([record('new')], 5);
      expect(texts(after)).toEqual([...['one', 'two', 'three'].slice(0, kept), 'new']);
      after.close();
      expect(texts(open(1e6)).at(-1)).toBe('new');
    }
  });

  it('takes no damaged record for a good one', () => {
    const log = open(1e6);
    log.append([record('one')], 1);
    const { size } = statSync(join(directory, files()[0]!));
    log.append([record('two'), record('three')], 2);
    log.close();
    const path = join(directory, files()[0]!);
    const bytes = readFileSync(path);
    bytes[size + 25]! ^= 1;
    writeFileSync(path, bytes);
    expect(texts(open(1e6))).toEqual(['one']);
  });

  it('says which file is damaged where an old one is, instead of passing over its records', () => {
    const log = open(100);
    for (let time = 1; time <= 3; time += 1) log.append([record('x'.repeat(100))], time);
    log.close();
    const [first] = files();
    const cut = open(100);
    truncateSync(join(directory, first!), 60);
    expect(() => texts(cut)).toThrow(`${first} is damaged`);
  });
});

describe('on a full disk', () => {
  it.each([
    { what: 'takes nothing', takes: [0] },
    { what: 'takes a part of a record', takes: [10, 0] },
    { what: 'takes whole records of a batch', takes: [70, 0] },
  ])('that $what: fails, shows nothing of it, and works again when there is space', ({ takes }) => {
    const log = open(1e6);
    log.append([record('kept')], 1);
    disk.takes = [...takes];
    const batch = ['a', 'b', 'c', 'd'].map((text) => record(text));
    expect(() => log.append(batch, 2)).toThrow('ENOSPC');
    expect(texts(log)).toEqual(['kept']);
    log.append([record('after')], 3);
    expect(texts(log)).toEqual(['kept', 'after']);
    log.close();
    expect(texts(open(1e6))).toEqual(['kept', 'after']);
  });

  it('starts a new segment only once its first record is in', () => {
    const log = open(50);
    log.append([record('x'.repeat(60))], 1);
    disk.takes = [5, 0];
    expect(() => log.append([record('lost')], 2)).toThrow('ENOSPC');
    log.append([record('after')], 3);
    log.close();
    expect(texts(open()).map((text) => text.slice(0, 5))).toEqual(['xxxxx', 'after']);
  });
});
