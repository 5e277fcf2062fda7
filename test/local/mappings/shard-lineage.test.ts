import fc from 'fast-check';
import { expect, it } from 'vitest';
import { laneOf, readableShards } from '../../../local/mappings/shard-lineage.ts';

const family = [
  { id: 'a', parents: [] },
  { id: 'b', parents: [] },
  { id: 'a1', parents: ['a'] },
  { id: 'ab', parents: ['a1', 'b'] },
  { id: 'old', parents: ['expired'] },
];

it('reads parents before their children', () => {
  expect(readableShards(family, new Set())).toEqual(['a', 'b', 'old']);
  expect(readableShards(family, new Set(['a', 'old']))).toEqual(['b', 'a1']);
  expect(readableShards(family, new Set(['a', 'a1']))).toEqual(['b', 'old']);
  expect(readableShards(family, new Set(['a', 'a1', 'b']))).toEqual(['ab', 'old']);
});

it('gives a partition key the same lane for ever, and spreads keys over all', () => {
  fc.assert(
    fc.property(fc.string(), fc.integer({ min: 1, max: 10 }), (key, lanes) => {
      const lane = laneOf(key, lanes);
      expect(lane).toBe(laneOf(key, lanes));
      expect(Number.isInteger(lane) && lane >= 0 && lane < lanes).toBe(true);
    }),
  );
  const used = Array.from({ length: 64 }, (_, i) => laneOf(`T001/${i}`, 10));
  expect(new Set(used).size).toBe(10);
});
