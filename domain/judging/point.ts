import type { Quantity } from '../metering/quantity.ts';
import type { Series } from '../tenancy/tenant-config.ts';

export type Direction = 'above' | 'below';

/**
 * What became of one interval of a series. `learning`: judged by a detector that does not know the series' rhythm
 * yet. `partial`: something of it may be missing, so it was not judged. `missing`: nothing is known of it.
 */
export type PointState = 'complete' | 'learning' | 'partial' | 'missing';

/** What the detector said of a value, and what feedback has made of it. Rounded, so that it is kept as it is used. */
export interface PointVerdict {
  expected: number;
  lower: number;
  upper: number;
  /** 0 to 100; a quarter of what the detector said where it is quieted. */
  severity: number;
  direction: Direction;
  /** A deviation like one that was dismissed. */
  isQuieted?: true;
}

/** One interval of a series, judged as far as it can be. */
export interface JudgedPoint {
  start: number;
  end: number;
  state: PointState;
  /** Smallest units; absent where nothing is known. */
  value?: Quantity;
  /** Decimal places of `value`. */
  scale: number;
  verdict?: PointVerdict;
  /** Loaded from a file of history, not counted here. */
  isImported?: true;
  /** The calendar's name of its day. */
  special?: string;
  /** Repeats among the tenant's events of its hours; kept where they are worth saying. */
  duplicatesShare?: number;
}

/** Points that are stored together. */
export interface PointPage {
  start: number;
  points: JudgedPoint[];
}

/** Of a page; months begin where UTC's do. */
const pageMs = { PT5M: 3_600_000, PT10M: 3_600_000, PT1H: 86_400_000 } as const;

/** Where the page begins that holds the point of this start: an hour, a day or a month of points. */
export function pageStart({ interval }: Pick<Series, 'interval'>, start: number): number {
  if (interval === 'P1D') {
    const date = new Date(start);
    return Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), 1);
  }
  return Math.floor(start / pageMs[interval]) * pageMs[interval];
}

/** A quantity as the number that is judged: near enough, where exact would not fit. */
export const asNumber = (value: Quantity, scale: number): number => Number(value) / 10 ** scale;

/** Seven significant digits: finer than any count needs, and the same whenever it is read back. */
export const rounded = (value: number): number => Number(value.toPrecision(7));
