import { describe, expect, it } from 'vitest';
import { mergeResults } from '../../bench/record.ts';

const table = (title: string, value: number) => ({
  title,
  columns: ['a'],
  rows: [[value]],
  notes: ['noted'],
});

describe('mergeResults', () => {
  it('replaces what was measured again, keeps the rest in its place and adds what is new', () => {
    const before = mergeResults('# Results\n\nSome words.\n', [table('One', 1), table('Two', 2)]);
    const after = mergeResults(before, [table('Three', 3), table('One', 11)]);
    expect(after.match(/^### .*|^\| \d+.*/gm)).toEqual([
      '### One',
      '| 11 |',
      '### Two',
      '| 2 |',
      '### Three',
      '| 3 |',
    ]);
    expect(after).toMatch(/^# Results\n\nSome words\.\n\n### One\n/);
    expect(mergeResults(after, [])).toBe(after);
  });
});
