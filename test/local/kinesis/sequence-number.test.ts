import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  after,
  isBefore,
  nextPoint,
  pointOf,
  type SequencePoint,
  sequenceNumberOf,
} from '../../../local/kinesis/sequence-number.ts';

const points = fc.record({ time: fc.nat({ max: 2 ** 47 }), ordinal: fc.nat() });
const shardIndex = fc.nat({ max: 10_000 });

describe('sequence numbers', () => {
  it('have 56 digits, are read back, and belong to their shard alone', () => {
    fc.assert(
      fc.property(shardIndex, points, (shard, point) => {
        const number = sequenceNumberOf(shard, point);
        expect(number).toMatch(/^[1-9]\d{55}$/);
        expect(pointOf(shard, number)).toEqual(point);
        expect(pointOf(shard + 1, number)).toBeUndefined();
      }),
    );
  });

  it('order as text, as numbers and as points alike', () => {
    fc.assert(
      fc.property(shardIndex, points, points, (shard, one, other) => {
        const [a, b] = [sequenceNumberOf(shard, one), sequenceNumberOf(shard, other)];
        expect(a < b).toBe(isBefore(one, other));
        expect(BigInt(a) < BigInt(b)).toBe(isBefore(one, other));
      }),
    );
  });

  it('rise whatever the clock says, and follow it when it goes on', () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 50 }), { minLength: 2 }), (clock) => {
        let last: SequencePoint = { time: 10, ordinal: 0 };
        for (const now of clock) {
          const next = nextPoint(last, now);
          expect(isBefore(last, next)).toBe(true);
          expect(next.time).toBe(Math.max(now, last.time));
          last = next;
        }
      }),
    );
  });

  it('leave no point between one and the one after it', () => {
    expect(after({ time: 5, ordinal: 7 })).toEqual({ time: 5, ordinal: 8 });
  });

  it.each(['', '123', `${'4'.repeat(56)}`, 'shardId', '-5'])('do not take %j for one of theirs', (text) => {
    expect(pointOf(0, text)).toBeUndefined();
  });
});
