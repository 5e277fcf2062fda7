import type { Quantity } from '../metering/quantity.ts';
import type { Direction } from './point.ts';

/**
 * A deviation that begins, goes on and ends. What was observed and expected is that of its worst interval so far:
 * the one with the highest severity, the first of several.
 */
export interface Anomaly {
  /** `<series>~<start>`; it stays where late events move the beginning. */
  id: string;
  series: string;
  /** Start of the interval in which the deviation began. */
  start: number;
  /** End of the last interval that deviated; absent while it goes on. */
  end?: number;
  direction: Direction;
  severity: number;
  /** Start of the worst interval. */
  worstAt: number;
  observed: Quantity;
  /** Decimal places of `observed`. */
  scale: number;
  expected: number;
  lower: number;
  upper: number;
  /** How far from what was expected it has been, as |ln(observed / expected)| over a few intervals. */
  ratio: number;
  /** End of the interval at which it was found. */
  detectedAt: number;
  /** It reached the series' threshold, in an interval that is worth telling. */
  isDue: boolean;
  /** Late events have shown that there was none. */
  isWithdrawn?: true;
}

export type AnomalyStatus = 'open' | 'confirmed' | 'dismissed';

/** What people and telling have added to an anomaly. */
export interface AnomalyRecord extends Anomaly {
  status: AnomalyStatus;
  note?: string;
  /** When its beginning and its end were told. */
  detectedToldAt?: number;
  endedToldAt?: number;
}

/** 20261121T100000Z */
const compact = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19).replace(/[-:]/g, '')}Z`;

export const anomalyId = (series: string, start: number): string => `${series}~${compact(start)}`;

const idPattern = /^([a-z][a-z0-9_.-]{0,63})~(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/;

/** The series and the start that an id names; undefined for what is no id. */
export function parseAnomalyId(id: string): { series: string; start: number } | undefined {
  const parts = idPattern.exec(id);
  if (!parts) return undefined;
  const [, series, year, month, day, hour, minute, second] = parts;
  const start = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  return Number.isNaN(start) || anomalyId(series as string, start) !== id
    ? undefined
    : { series: series as string, start };
}
