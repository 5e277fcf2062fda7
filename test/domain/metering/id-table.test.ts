import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { IdTable } from '../../../domain/metering/windows/id-table.ts';

/** Few distinct halves, so that ids meet in their low halves, crowd the same places, and repeat. */
const half = fc.oneof(fc.constantFrom(0, 1, 2, 64, 65, -1, -64, 2 ** 31 - 1, -(2 ** 31)), fc.integer());
const id = fc.tuple(half, half).filter(([low, high]) => low !== 0 || high !== 0);

describe('IdTable', () => {
  it('holds what a Set holds', () => {
    fc.assert(
      fc.property(fc.array(id, { maxLength: 400 }), fc.array(id), (added, asked) => {
        const table = new IdTable();
        const set = new Set<string>();
        for (const [low, high] of added) {
          expect(table.add(low, high)).toBe(!set.has(`${low},${high}`));
          set.add(`${low},${high}`);
        }
        expect(table.size).toBe(set.size);
        for (const [low, high] of [...added, ...asked]) {
          expect(table.has(low, high)).toBe(set.has(`${low},${high}`));
        }
      }),
    );
  });

  it('is empty again after a reset, whatever room it is given', () => {
    fc.assert(
      fc.property(fc.array(id), fc.nat(2_000), fc.array(id), (before, expected, after) => {
        const table = new IdTable();
        for (const [low, high] of before) table.add(low, high);
        table.reset(expected);
        for (const [low, high] of before) expect(table.has(low, high)).toBe(false);
        const distinct = new Set(after.map(String));
        expect(after.filter(([low, high]) => table.add(low, high))).toHaveLength(distinct.size);
      }),
    );
  });

  it('shares nothing with other empty tables', () => {
    const one = new IdTable();
    one.add(1, 1);
    expect(new IdTable().has(1, 1)).toBe(false);
  });
});
