import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { evenRanges, fromDecimal, hashKeyOf, splitAt, toDecimal } from '../../../local/kinesis/hash-range.ts';
import { isBefore } from '../../../local/kinesis/sequence-number.ts';
import {
  openShards,
  type Shard,
  type StreamState,
  withEvenShards,
  withMerge,
  withoutExpired,
  withShardCount,
  withSplit,
} from '../../../local/kinesis/stream-state.ts';

const now = 1_000;
const lastPoint = (shard: Shard) => ({ time: shard.opened.time + 7, ordinal: 3 });
const streamOf = (count: number): StreamState =>
  withEvenShards(
    {
      name: 's',
      createdAt: now,
      mode: 'PROVISIONED',
      retentionHours: 24,
      recordBytesMax: 1_048_576,
      tags: {},
      nextShard: 0,
      shards: [],
    },
    count,
    now,
  );

/** The open shards cover every hash key, once. */
function expectWhole(state: StreamState): void {
  const open = openShards(state).toSorted((a, b) => (a.range.first < b.range.first ? -1 : 1));
  expect(open[0]?.range.first).toBe('0'.repeat(32));
  for (const [index, { range }] of open.entries()) {
    const next = BigInt(toDecimal(range.last)) + 1n;
    expect(next).toBe(index + 1 < open.length ? BigInt(toDecimal(open[index + 1]!.range.first)) : 1n << 128n);
  }
}

describe('hash keys', () => {
  it('are the MD5 of the partition key', () => {
    expect(hashKeyOf('a')).toBe('0cc175b9c0f1b6a831c399e269772661');
  });

  it('are read and written as decimal numbers of 128 bits', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: (1n << 128n) - 1n }), (value) => {
        expect(toDecimal(fromDecimal(String(value))!)).toBe(String(value));
      }),
    );
    for (const wrong of [String(1n << 128n), '-1', '01', '1e3', ''])
      expect(fromDecimal(wrong)).toBeUndefined();
  });

  it('split a range in two that touch, or not at all', () => {
    const [range] = evenRanges(1);
    expect(splitAt(range!, range!.first)).toBeUndefined();
    fc.assert(
      fc.property(fc.bigInt({ min: 1n, max: (1n << 128n) - 1n }), (value) => {
        const [low, high] = splitAt(range!, fromDecimal(String(value))!)!;
        expect(BigInt(toDecimal(low.last)) + 1n).toBe(value);
        expect([low.first, toDecimal(high.first), high.last]).toEqual([
          range!.first,
          String(value),
          range!.last,
        ]);
      }),
    );
  });
});

describe('resharding', () => {
  it('keeps every key in one open shard, and children behind their parents', () => {
    const step = fc.record({
      kind: fc.constantFrom('split', 'merge', 'scale'),
      pick: fc.nat({ max: 1_000 }),
    });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 6 }), fc.array(step, { maxLength: 8 }), (count, steps) => {
        let state = streamOf(count);
        for (const { kind, pick } of steps) {
          const open = openShards(state).toSorted((a, b) => (a.range.first < b.range.first ? -1 : 1));
          const shard = open[pick % open.length]!;
          const neighbour = open[(pick % open.length) + 1];
          const middle =
            (BigInt(toDecimal(shard.range.first)) + BigInt(toDecimal(shard.range.last))) / 2n + 1n;
          if (kind === 'split') {
            state = withSplit(state, shard, fromDecimal(String(middle))!, lastPoint, now + pick) ?? state;
          } else if (kind === 'merge' && neighbour) {
            state = withMerge(state, neighbour, shard, lastPoint, now + pick)!;
          } else if (kind === 'scale') {
            state = withShardCount(state, 1 + (pick % 7), lastPoint, now + pick);
            expect(openShards(state)).toHaveLength(1 + (pick % 7));
          }
          expectWhole(state);
        }
        expect(new Set(state.shards.map(({ id }) => id)).size).toBe(state.nextShard);
        for (const child of state.shards) {
          expect(child.parents.length).toBeLessThanOrEqual(2);
          for (const parent of state.shards.filter(({ id }) => child.parents.includes(id))) {
            expect(isBefore(lastPoint(parent), parent.closed!)).toBe(true);
            expect(isBefore(parent.closed!, child.opened)).toBe(true);
          }
        }
      }),
    );
  });

  it('does not merge shards that lie apart', () => {
    const state = streamOf(3);
    expect(withMerge(state, state.shards[0]!, state.shards[2]!, lastPoint, now)).toBeUndefined();
  });

  it('forgets closed shards once all their records have expired', () => {
    const state = withShardCount(streamOf(1), 2, lastPoint, now);
    const closedAt = state.shards[0]!.closed!.time;
    expect(withoutExpired(state, closedAt).shards).toHaveLength(3);
    expect(withoutExpired(state, closedAt + 1).shards.map(({ index }) => index)).toEqual([1, 2]);
  });
});
