import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A series as a csv has it. */
export interface CsvSeries {
  starts: number[];
  values: number[];
  labels: number[];
}

/** The files of this name's end below a folder, in the order of their paths. */
export const filesBelow = (folder: string, end: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(end))
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .toSorted();

/** Reads a csv of real data with the columns timestamp, value and (some) label, whatever their case. */
export function readSeries(file: string): CsvSeries {
  const [head, ...rows] = readFileSync(file, 'utf8').replaceAll('"', '').trim().split(/\r?\n/);
  const columns = head!.toLowerCase().split(',');
  const cells = rows.map((row) => row.split(','));
  const column = (name: string) => {
    const at = columns.indexOf(name);
    return cells.map((row) => row[at]);
  };
  return {
    starts: column('timestamp').map((text) => instantOf(text!)),
    values: column('value').map((text) => (text ? Number(text) : Number.NaN)),
    labels: column('label').map((text) => Number(text ?? 0)),
  };
}

/** What names no zone is UTC. */
export function instantOf(text: string): number {
  const spaced = text
    .trim()
    .replace(' ', 'T')
    .replace(/\.\d+$/, '');
  return Date.parse(/Z$|[+-]\d\d:?\d\d$/.test(spaced) ? spaced : `${spaced}Z`);
}
