import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { clampRange, panRange, zoomRange } from '../../console/chart/range.ts';

const extent = { from: 1_000, to: 101_000 };
const number = fc.integer({ min: -200_000, max: 300_000 });

describe('a range', () => {
  it('stays inside of what there is, and is never too short', () => {
    fc.assert(
      fc.property(number, number, (one, other) => {
        const wanted = { from: Math.min(one, other), to: Math.max(one, other) };
        const range = clampRange(wanted, extent, 600);
        expect(range.from).toBeGreaterThanOrEqual(extent.from);
        expect(range.to).toBeLessThanOrEqual(extent.to + 1e-6);
        expect(range.to - range.from).toBeGreaterThanOrEqual(600 - 1e-6);
      }),
    );
  });

  it('keeps what one zooms at where it is', () => {
    expect(zoomRange({ from: 0, to: 100 }, 2, 25)).toEqual({ from: 12.5, to: 62.5 });
    expect(zoomRange({ from: 0, to: 100 }, 0.5)).toEqual({ from: -50, to: 150 });
    expect(panRange({ from: 0, to: 100 }, 0.25)).toEqual({ from: 25, to: 125 });
  });
});
