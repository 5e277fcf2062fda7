import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { piecesOf } from '../../console/traffic/pieces.ts';

describe('pieces of a time', () => {
  it('are the whole of it, the newest first, none of them too long', () => {
    const times = fc
      .tuple(fc.nat(10 ** 9), fc.nat(10 ** 9))
      .map((pair) => pair.toSorted((one, other) => one - other));
    fc.assert(
      fc.property(times, fc.integer({ min: 10 ** 4, max: 10 ** 6 }), ([from = 0, to = 0], intervalMs) => {
        const pieces = piecesOf(from, to, intervalMs, 100);
        expect(pieces[0]?.to ?? to).toBe(to);
        expect(pieces.at(-1)?.from ?? from).toBe(from);
        for (const [index, piece] of pieces.entries()) {
          expect(piece.to - piece.from).toBeGreaterThan(0);
          expect(piece.to - piece.from).toBeLessThanOrEqual(100 * intervalMs);
          if (index > 0) expect(piece.to).toBe(pieces[index - 1]?.from);
        }
      }),
    );
  });
});
