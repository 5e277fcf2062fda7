import { dayHours } from '../../domain/calendar/local-day.ts';
import type { BadRow, HistoryRow } from '../../domain/judging/import-history.ts';
import { readDecimal } from '../../domain/metering/intake/parse-quantity.ts';
import type { Quantity } from '../../domain/metering/quantity.ts';
import { hourMs } from '../../domain/metering/window.ts';
import type { Series, ZoneChange } from '../../domain/tenancy/tenant-config.ts';
import { seriesScale } from '../../domain/traffic/traffic-reader.ts';
import type { SeriesRow } from '../series-file.ts';

/** No interval counts more than so many digits of its smallest unit. */
const digitsMax = 30;

/** The intervals that the rows of a file name, and every row that names none. Rows without a value are gaps. */
export function historyRows(
  rows: readonly SeriesRow[],
  { series, zones }: { series: Series; zones: readonly ZoneChange[] },
): { rows: HistoryRow[]; bad: BadRow[] } {
  const read: HistoryRow[] = [];
  const bad: BadRow[] = [];
  const scale = series.aggregation === 'count' ? 0 : seriesScale;
  for (const row of rows) {
    const start = startOf(row, series, zones);
    const value = row.text === '' ? undefined : quantityOf(row.text, scale);
    if (Number.isNaN(start))
      bad.push({ line: row.line, detail: `${shown(row.timestamp)} is no time (RFC 3339)` });
    else if (typeof value === 'string') bad.push({ line: row.line, detail: `${shown(row.text)} ${value}` });
    else if (value !== undefined) read.push({ line: row.line, start, value });
  }
  return { rows: read, bad };
}

/** A date alone is a local day's where intervals are days. */
function startOf(
  { timestamp, start }: SeriesRow,
  { interval }: Series,
  zones: readonly ZoneChange[],
): number {
  const isDate = /^\d{4}-\d\d-\d\d( 00:00(:00)?)?$/.test(timestamp) && !Number.isNaN(start);
  return interval === 'P1D' && isDate ? dayHours(zones, timestamp.slice(0, 10)).from * hourMs : start;
}

/** The text's quantity, or what is wrong with it. */
function quantityOf(text: string, scale: number): Quantity | string {
  const decimal = readDecimal(text);
  if (!decimal) return 'is no number';
  const { negative, digits, exponent } = decimal;
  if (digits === '') return 0n;
  if (negative) return 'is negative';
  const zeros = exponent + scale;
  if (zeros < 0)
    return scale === 0 ? 'is no whole number, as counts are' : `has more than ${scale} decimal places`;
  if (digits.length + zeros > digitsMax) return 'is more than any interval counts';
  return BigInt(digits + '0'.repeat(zeros));
}

const shown = (text: string): string => JSON.stringify(text.slice(0, 40));
