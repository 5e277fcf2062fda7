import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { beginningOf, type Deviation, deviationOf, ratioOf } from '../../../domain/judging/deviation.ts';
import { barOf, isLike } from '../../../domain/judging/lesson.ts';

const deviations = (distances: number[]): Deviation[] =>
  distances.map((distance, index) => ({ start: index, end: index + 1, observed: 0, expected: 0, distance }));
const values = (pairs: [observed: number, expected: number][]): Deviation[] =>
  pairs.map(([observed, expected], index) => ({
    start: index,
    end: index + 1,
    observed,
    expected,
    distance: 0,
  }));

describe('the beginning of a deviation', () => {
  it.each([
    { what: 'one that shows at once', distances: [0.1, -0.3, 0.2, -4], direction: 'below', is: 3 },
    { what: 'a small one that adds up', distances: [0.1, -0.2, -0.9, -0.8, -1], direction: 'below', is: 2 },
    { what: 'one that pauses', distances: [0.3, 1.2, 0.2, 1.4, 1.1], direction: 'above', is: 1 },
    { what: 'the first interval of all', distances: [-3], direction: 'below', is: 0 },
    { what: 'not what deviates to the other side', distances: [2, 2, -2, -2], direction: 'below', is: 2 },
  ] as const)('is that of $what', ({ distances, direction, is }) => {
    expect(beginningOf(deviations([...distances]), direction)).toBe(is);
  });

  it('is among what is remembered, whatever that is', () => {
    const distance = fc.double({ min: -50, max: 50, noNaN: true });
    fc.assert(
      fc.property(fc.array(distance, { minLength: 1, maxLength: 24 }), (distances) => {
        const index = beginningOf(deviations(distances), 'above');
        expect(index).toBeGreaterThanOrEqual(0);
        expect(index).toBeLessThan(distances.length);
      }),
    );
  });
});

describe('how far a deviation is', () => {
  it('is as far for half as much as for twice as much', () => {
    const [half, twice] = [ratioOf(values([[500, 1_000]])), ratioOf(values([[1_000, 500]]))];
    expect(half).toBeCloseTo(Math.log(2), 3);
    expect(twice).toBeCloseTo(half, 6);
    expect(ratioOf(values([[0, 0]]))).toBe(0);
    expect(ratioOf(values([[0, 1_000]]))).toBeLessThan(10);
  });

  it('is told by the last few intervals together', () => {
    expect(ratioOf(values([[0, 100], ...Array(6).fill([100, 100])] as [number, number][]))).toBe(0);
  });

  it('is finite for a band without width', () => {
    const verdict = { expected: 5, lower: 5, upper: 5, severity: 0, direction: 'above' as const };
    const point = { start: 0, end: 1, state: 'complete' as const, scale: 0, value: 7n, verdict };
    expect(deviationOf(point)?.distance).toBe(4);
  });
});

describe('what is like a dismissed deviation', () => {
  const fall = { direction: 'below' as const, ratio: -Math.log(0.7) };
  const outage = { direction: 'below' as const, ratio: Math.log(200) };

  it('is what is to the same side and about as far, or nearer', () => {
    expect(isLike(fall, 'below', fall.ratio)).toBe(true);
    expect(isLike(fall, 'below', 0.1)).toBe(true);
    expect(isLike(fall, 'below', -Math.log(0.4))).toBe(false);
    expect(isLike(fall, 'above', fall.ratio)).toBe(false);
    expect(Math.exp(-barOf(fall))).toBeCloseTo(0.58, 2);
  });

  it('is not every fall where an outage was dismissed', () => {
    expect(isLike(outage, 'below', Math.log(150))).toBe(true);
    expect(isLike(outage, 'below', fall.ratio)).toBe(false);
  });
});
