import type { PointColumns } from './point-columns.ts';

type Values = (number | null)[];

/** What is drawn of a stretch of points: as many as there are pixels to show them. */
export interface Drawn {
  time: number[];
  /** The mean of the day where days are drawn. */
  value: Values;
  /** The least and the most of the day where days are drawn, else null. */
  least: Values;
  most: Values;
  expected: Values;
  lower: Values;
  upper: Values;
  severity: Values;
}

const noDrawn = (): Drawn => ({
  time: [],
  value: [],
  least: [],
  most: [],
  expected: [],
  lower: [],
  upper: [],
  severity: [],
});

/**
 * Points from `from` to `to` (seconds), one more on either side. Where there are more than two for each of `buckets`, a
 * bucket shows its least and its greatest value in their order, the widest band and the highest severity: nothing that
 * sticks out is lost, however far one looks from.
 */
export function decimate(columns: PointColumns, from: number, to: number, buckets: number): Drawn {
  const first = Math.max(0, lowerBound(columns.start, from) - 1);
  const end = Math.min(columns.length, lowerBound(columns.start, to) + 1);
  if (end - first <= 2 * buckets) return plain(columns, first, end);
  const drawn = noDrawn();
  const width = (to - from) / buckets;
  let index = first;
  while (index < end) {
    const bucket = Math.floor(((columns.start[index] as number) - from) / width);
    const until = from + (bucket + 1) * width;
    let next = index + 1;
    while (next < end && (columns.start[next] as number) < until) next += 1;
    pushBucket(drawn, columns, index, next);
    index = next;
  }
  return drawn;
}

function plain(columns: PointColumns, first: number, end: number): Drawn {
  const drawn = noDrawn();
  for (let index = first; index < end; index++) {
    drawn.time.push(columns.start[index] as number);
    drawn.value.push(known(columns.value[index] as number));
    drawn.least.push(null);
    drawn.most.push(null);
    drawn.expected.push(known(columns.expected[index] as number));
    drawn.lower.push(known(columns.lower[index] as number));
    drawn.upper.push(known(columns.upper[index] as number));
    drawn.severity.push(known(columns.severity[index] as number));
  }
  return drawn;
}

/**
 * The same by days, each with its mean between its least and its most: from far off, a daily rhythm drawn point by
 * point is a solid block. `from` is where a day begins, seconds.
 */
export function decimateDays(columns: PointColumns, from: number, to: number): Drawn {
  const drawn = noDrawn();
  const end = lowerBound(columns.start, to);
  let index = lowerBound(columns.start, from);
  while (index < end) {
    const day = Math.floor(((columns.start[index] as number) - from) / daySeconds);
    let next = index + 1;
    while (next < end && (columns.start[next] as number) < from + (day + 1) * daySeconds) next += 1;
    const seen = lookAt(columns, index, next);
    push(drawn, from + (day + 0.5) * daySeconds, seen, seen.mean);
    drawn.least.push(seen.least < 0 ? null : (columns.value[seen.least] as number));
    drawn.most.push(seen.greatest < 0 ? null : (columns.value[seen.greatest] as number));
    index = next;
  }
  return drawn;
}

const daySeconds = 86_400;

function pushBucket(drawn: Drawn, columns: PointColumns, index: number, next: number): void {
  const seen = lookAt(columns, index, next);
  const { least, greatest } = seen;
  const shown = least < 0 ? [index] : [...new Set([Math.min(least, greatest), Math.max(least, greatest)])];
  for (const at of shown) {
    push(drawn, columns.start[at] as number, seen, known(columns.value[at] as number));
    drawn.least.push(null);
    drawn.most.push(null);
  }
}

/** What there is from one point to before another. */
interface Seen {
  /** Indices; -1 where no value is known. */
  least: number;
  greatest: number;
  mean: number | null;
  lower: number;
  upper: number;
  severity: number;
  expected: number | null;
}

function lookAt(columns: PointColumns, index: number, next: number): Seen {
  let [least, greatest] = [-1, -1];
  let [lower, upper, severity] = [Number.NaN, Number.NaN, Number.NaN];
  let [sum, count, expected, expectedCount] = [0, 0, 0, 0];
  for (let at = index; at < next; at++) {
    const value = columns.value[at] as number;
    if (!Number.isNaN(value)) {
      if (least < 0 || value < (columns.value[least] as number)) least = at;
      if (greatest < 0 || value > (columns.value[greatest] as number)) greatest = at;
      sum += value;
      count += 1;
    }
    lower = lesser(lower, columns.lower[at] as number);
    upper = greater(upper, columns.upper[at] as number);
    severity = greater(severity, columns.severity[at] as number);
    if (!Number.isNaN(columns.expected[at])) {
      expected += columns.expected[at] as number;
      expectedCount += 1;
    }
  }
  const meanOf = (total: number, of: number) => (of === 0 ? null : total / of);
  const means = { mean: meanOf(sum, count), expected: meanOf(expected, expectedCount) };
  return { least, greatest, lower, upper, severity, ...means };
}

function push(
  drawn: Drawn,
  time: number,
  { expected, lower, upper, severity }: Seen,
  value: number | null,
): void {
  drawn.time.push(time);
  drawn.value.push(value);
  drawn.expected.push(expected);
  drawn.lower.push(known(lower));
  drawn.upper.push(known(upper));
  drawn.severity.push(known(severity));
}

const known = (value: number): number | null => (Number.isNaN(value) ? null : value);
const lesser = (one: number, other: number): number =>
  Number.isNaN(one) ? other : Number.isNaN(other) ? one : Math.min(one, other);
const greater = (one: number, other: number): number =>
  Number.isNaN(one) ? other : Number.isNaN(other) ? one : Math.max(one, other);

/** Index of the first that is not below `limit`. */
export function lowerBound(ascending: ArrayLike<number>, limit: number): number {
  let low = 0;
  let high = ascending.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((ascending[middle] as number) < limit) low = middle + 1;
    else high = middle;
  }
  return low;
}
