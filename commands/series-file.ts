import { parse } from 'csv-parse/sync';
import { parseInstant } from '../events/rfc3339.ts';

/** One row of a series' file, in the file's order. */
export interface SeriesRow {
  /** Line of the file, the head being 1. */
  line: number;
  /** As they stand in the file. */
  timestamp: string;
  text: string;
  /** Epoch milliseconds; NaN where the timestamp cannot be read. */
  start: number;
  /** null where the cell is empty or no number. */
  value: number | null;
  /** The calendar's name of the day, where it has one. */
  special: string | undefined;
}

/** A series as a csv file has it, with what is wrong with the file. */
export interface SeriesFile {
  rows: SeriesRow[];
  faults: string[];
}

/** A file that is no series at all, in a sentence. */
export class SeriesFileFault extends Error {
  override name = 'SeriesFileFault';
}

/** Cells of the column `calendar` that name no day. */
const ordinaryDays = new Set(['', '0', 'false', 'no']);

/**
 * Reads the columns `timestamp`, `value` and, where there is one, `calendar`, whatever their case and order; other
 * columns are left aside. An empty value is a missing interval. Rows that cannot be read stay, so that whoever writes
 * rows beside them has as many.
 */
export function readSeriesFile(text: string | Buffer): SeriesFile {
  const [head, ...records] = recordsOf(text);
  if (!head) throw new SeriesFileFault('it is empty');
  const names = head.map((name) => name.trim().toLowerCase());
  const [timeAt, valueAt, calendarAt] = ['timestamp', 'value', 'calendar'].map((name) => names.indexOf(name));
  if (timeAt! < 0 || valueAt! < 0) {
    throw new SeriesFileFault(`its columns are ${head.join(', ')}; it needs timestamp and value`);
  }
  const unreadable = { times: new Lines(), values: new Lines() };
  const rows = records.map((record, index): SeriesRow => {
    const timestamp = (record[timeAt!] ?? '').trim();
    const cell = (record[valueAt!] ?? '').trim();
    const start = instantOf(timestamp);
    const value = cell === '' ? null : numberOf(cell);
    const line = index + 2;
    if (Number.isNaN(start)) unreadable.times.add(line, timestamp);
    if (value === undefined) unreadable.values.add(line, cell);
    const day = (record[calendarAt!] ?? '').trim();
    const special = ordinaryDays.has(day.toLowerCase()) ? undefined : day;
    return { line, timestamp, text: cell, start, value: value ?? null, special };
  });
  const faults = [
    ...unreadable.times.told('without a time (RFC 3339, or YYYY-MM-DD HH:MM:SS, which is UTC)'),
    ...unreadable.values.told('whose value is no number'),
  ];
  return { rows, faults };
}

function recordsOf(text: string | Buffer): string[][] {
  try {
    return parse(text, { bom: true, relax_column_count: true, relax_quotes: true, skip_empty_lines: true });
  } catch (error) {
    throw new SeriesFileFault(`it is no csv: ${(error as Error).message}`);
  }
}

/** Lines of a file that something is wrong with: how many, and the first as an example. */
export class Lines {
  #count = 0;
  #first = '';

  add(line: number, cell: string): void {
    if (this.#count === 0) this.#first = `line ${line}: ${JSON.stringify(cell.slice(0, 40))}`;
    this.#count += 1;
  }

  /** Nothing where there are none. */
  told(what: string): string[] {
    if (this.#count === 0) return [];
    return [`${this.#count} ${this.#count === 1 ? 'row' : 'rows'} ${what} (${this.#first})`];
  }
}

/** A finite number in decimal notation; undefined where it is none. */
function numberOf(text: string): number | undefined {
  const value = /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(text) ? Number(text) : Number.NaN;
  return Number.isFinite(value) ? value : undefined;
}

const plainTime = /^\d{4}-\d\d-\d\d([ T]\d\d:\d\d(:\d\d(\.\d+)?)?)?$/;
const spacedZone = /^\d{4}-\d\d-\d\d \S+$/;

/** Epoch milliseconds of a time with its zone, or without one as UTC; whole seconds or milliseconds since 1970 too. */
export function instantOf(text: string): number {
  const instant = parseInstant(text);
  if (!Number.isNaN(instant)) return instant;
  if (/^\d{9,10}$/.test(text)) return Number(text) * 1_000;
  if (/^\d{12,13}$/.test(text)) return Number(text);
  if (plainTime.test(text)) {
    const time =
      text.length === 10 ? '00:00:00' : text.length === 16 ? `${text.slice(11)}:00` : text.slice(11);
    return parseInstant(`${text.slice(0, 10)}T${time}Z`);
  }
  return spacedZone.test(text) ? parseInstant(text.replace(' ', 'T')) : Number.NaN;
}
