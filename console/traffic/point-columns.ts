import type { Interval, Point, PointState } from '../api/answers.ts';

/** The states of points by their number in a column. */
export const pointStates: PointState[] = ['complete', 'partial', 'missing', 'learning'];

/**
 * Points of a series by column, ascending: a hundred thousand of them take a few megabytes and no objects. What is
 * not there is NaN.
 */
export interface PointColumns {
  length: number;
  /** Seconds since the epoch. */
  start: Float64Array;
  value: Float64Array;
  expected: Float64Array;
  lower: Float64Array;
  upper: Float64Array;
  severity: Float32Array;
  /** Index into `pointStates`. */
  state: Uint8Array;
  /** 1 where a deviation was like a dismissed one. */
  quieted: Uint8Array;
}

/** Length of an interval, seconds; of a day nominally. */
export const intervalSeconds: Record<Interval, number> = { PT5M: 300, PT10M: 600, PT1H: 3_600, P1D: 86_400 };

export function emptyColumns(length = 0): PointColumns {
  const numbers = () => new Float64Array(length);
  return {
    length,
    start: numbers(),
    value: numbers(),
    expected: numbers(),
    lower: numbers(),
    upper: numbers(),
    severity: new Float32Array(length),
    state: new Uint8Array(length),
    quieted: new Uint8Array(length),
  };
}

export function columnsOf(points: readonly Point[]): PointColumns {
  const columns = emptyColumns(points.length);
  for (const [index, point] of points.entries()) {
    columns.start[index] = Date.parse(point.start) / 1000;
    columns.value[index] = point.value === null ? Number.NaN : Number(point.value);
    columns.expected[index] = point.expected ?? Number.NaN;
    columns.lower[index] = point.lower ?? Number.NaN;
    columns.upper[index] = point.upper ?? Number.NaN;
    columns.severity[index] = point.severity ?? Number.NaN;
    columns.state[index] = Math.max(0, pointStates.indexOf(point.state));
    columns.quieted[index] = point.quieted ? 1 : 0;
  }
  return columns;
}

/** Pieces one after the other, as they follow in time. */
export function joinColumns(pieces: readonly PointColumns[]): PointColumns {
  const joined = emptyColumns(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    joined.start.set(piece.start, at);
    joined.value.set(piece.value, at);
    joined.expected.set(piece.expected, at);
    joined.lower.set(piece.lower, at);
    joined.upper.set(piece.upper, at);
    joined.severity.set(piece.severity, at);
    joined.state.set(piece.state, at);
    joined.quieted.set(piece.quieted, at);
    at += piece.length;
  }
  return joined;
}

/** A stretch of points that are all partial, or missing, or learning; seconds. */
export interface StateRun {
  state: PointState;
  from: number;
  to: number;
}

/** What is not as it should be, in stretches. Complete points are in none. */
export function stateRuns({ length, start, state }: PointColumns, stepSeconds: number): StateRun[] {
  const runs: StateRun[] = [];
  for (let index = 0; index < length; index++) {
    const code = state[index] as number;
    if (code === 0) continue;
    const from = start[index] as number;
    const last = runs.at(-1);
    const to = start[index + 1] ?? from + stepSeconds;
    if (last && last.state === pointStates[code] && last.to === from) last.to = to;
    else runs.push({ state: pointStates[code] as PointState, from, to });
  }
  return runs;
}
