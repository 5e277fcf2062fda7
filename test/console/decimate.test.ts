import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Point, PointState } from '../../console/api/answers.ts';
import { decimate, decimateDays } from '../../console/traffic/decimate.ts';
import { columnsOf, joinColumns, stateRuns } from '../../console/traffic/point-columns.ts';

const step = 300;
const startOf = (index: number) => new Date(index * step * 1000).toISOString();

const point = fc.record({
  value: fc.option(fc.integer({ min: 0, max: 10_000 })),
  severity: fc.integer({ min: 0, max: 100 }),
  state: fc.constantFrom<PointState>('complete', 'partial', 'missing', 'learning'),
});
const points = fc.array(point, { minLength: 1, maxLength: 400 }).map((given): Point[] =>
  given.map((each, index) => ({
    ...each,
    start: startOf(index),
    lower: index % 7,
    upper: 100 + (index % 5),
  })),
);

const known = (values: (number | null)[]): number[] => values.filter((value) => value !== null);

describe('decimated points', () => {
  it('lose nothing that sticks out, and are no more than can be seen', () => {
    fc.assert(
      fc.property(points, fc.integer({ min: 1, max: 60 }), (given, buckets) => {
        const to = given.length * step;
        const drawn = decimate(columnsOf(given), 0, to, buckets);
        const values = known(given.map(({ value }) => (value === null ? null : Number(value))));
        expect(drawn.time.length).toBeLessThanOrEqual(Math.max(2 * buckets, 2 * (buckets + 1)));
        if (values.length > 0) {
          expect(Math.max(...known(drawn.value))).toBe(Math.max(...values));
          expect(Math.min(...known(drawn.value))).toBe(Math.min(...values));
        } else expect(known(drawn.value)).toEqual([]);
        expect(Math.max(...known(drawn.severity))).toBe(
          Math.max(...given.map(({ severity = 0 }) => severity)),
        );
        expect(drawn.time).toEqual(drawn.time.toSorted((one, other) => one - other));
      }),
    );
  });

  it('are all of them where there is room', () => {
    const given = Array.from(
      { length: 10 },
      (_, index): Point => ({
        start: startOf(index),
        value: index === 4 ? null : index,
        state: index === 4 ? 'missing' : 'complete',
      }),
    );
    const drawn = decimate(columnsOf(given), 0, 10 * step, 100);
    expect(drawn.value).toEqual([0, 1, 2, 3, null, 5, 6, 7, 8, 9]);
  });

  it('begin and end with one more than is seen, so that lines reach the edges', () => {
    const given = Array.from(
      { length: 10 },
      (_, index): Point => ({ start: startOf(index), value: index, state: 'complete' }),
    );
    const drawn = decimate(columnsOf(given), 3 * step, 6 * step, 100);
    expect(drawn.value).toEqual([2, 3, 4, 5, 6]);
  });

  it('never make a zero of what is not known', () => {
    const given = Array.from({ length: 288 * 3 }, (_, index): Point => {
      const isGap = index >= 288 && index < 576;
      return { start: startOf(index), value: isGap ? null : 50, state: isGap ? 'missing' : 'complete' };
    });
    for (const drawn of [
      decimate(columnsOf(given), 0, 3 * 86_400, 20),
      decimateDays(columnsOf(given), 0, 3 * 86_400),
    ]) {
      expect(known(drawn.value).every((value) => value === 50)).toBe(true);
      expect(drawn.value).toContain(null);
    }
  });
});

describe('days', () => {
  it('have their mean, their least and their most', () => {
    const given = Array.from(
      { length: 288 * 2 },
      (_, index): Point => ({
        start: startOf(index),
        value: index % 288,
        severity: index === 300 ? 90 : 3,
        state: 'complete',
      }),
    );
    expect(decimateDays(columnsOf(given), 0, 2 * 86_400)).toMatchObject({
      time: [43_200, 129_600],
      value: [143.5, 143.5],
      least: [0, 0],
      most: [287, 287],
      severity: [3, 90],
    });
  });
});

describe('columns', () => {
  it('joined are those of all points', () => {
    fc.assert(
      fc.property(points, fc.nat(400), (given, cut) => {
        const pieces = [given.slice(0, cut), given.slice(cut)].map(columnsOf);
        expect(joinColumns(pieces)).toEqual(columnsOf(given));
      }),
    );
  });

  it('say in stretches what is not as it should be', () => {
    const states: PointState[] = ['complete', 'missing', 'missing', 'partial', 'complete', 'learning'];
    const given = states.map((state, index): Point => ({ start: startOf(index), value: null, state }));
    expect(stateRuns(columnsOf(given), step)).toEqual([
      { state: 'missing', from: step, to: 3 * step },
      { state: 'partial', from: 3 * step, to: 4 * step },
      { state: 'learning', from: 5 * step, to: 6 * step },
    ]);
  });
});
