/** The stretch of time that a chart shows, seconds since the epoch. */
export interface Range {
  from: number;
  to: number;
}

/** The range kept inside of the extent, and at least `spanMin` long where the extent is. */
export function clampRange(range: Range, extent: Range, spanMin: number): Range {
  const whole = extent.to - extent.from;
  const span = Math.min(whole, Math.max(range.to - range.from, spanMin));
  const middle = (range.from + range.to) / 2;
  const from = Math.min(Math.max(middle - span / 2, extent.from), extent.to - span);
  return { from, to: from + span };
}

/** Twice as near with a factor of 2, twice as far with 0.5; the instant `around` stays where it is. */
export function zoomRange(range: Range, factor: number, around = (range.from + range.to) / 2): Range {
  return { from: around - (around - range.from) / factor, to: around + (range.to - around) / factor };
}

/** Moved by a share of what is shown, later where it is positive. */
export function panRange(range: Range, share: number): Range {
  const shift = (range.to - range.from) * share;
  return { from: range.from + shift, to: range.to + shift };
}

export const isSameRange = (one: Range, other: Range): boolean =>
  Math.abs(one.from - other.from) < 1 && Math.abs(one.to - other.to) < 1;
