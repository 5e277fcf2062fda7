import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import type { Judgement } from '../../domain/anomaly/detector.ts';
import { CommandFault } from '../command-fault.ts';
import { readSeriesFile, type SeriesFile, SeriesFileFault } from '../series-file.ts';
import { anomaliesOf, anomalyText } from './anomalies.ts';
import { judgeRows } from './judge-rows.ts';
import type { ScoreOptions } from './options.ts';

/** Where a run says what it has to say. */
export interface Told {
  /** One line of the report. */
  print(line: string): void;
  /** What is wrong, of which file. */
  fault(file: string, what: string): void;
}

export interface Scored {
  files: number;
  rows: number;
  anomalies: number;
}

/** Scores every csv file below a folder; what cannot be scored is told, and the rest is. */
export function scoreTree(options: ScoreOptions, told: Told): Scored {
  const files = csvFiles(options, told);
  const read = remembering(options.from);
  const scored = { files: 0, rows: 0, anomalies: 0 };
  for (const file of files) {
    const series = orFault(file, told, () => read(file));
    if (!series) continue;
    for (const fault of series.faults) told.fault(file, fault);
    if (series.rows.length === 0) told.fault(file, 'it has no rows');
    const given = givenOf(file, options, told, read);
    const { judgements, faults } = judgeRows(series.rows, { ...options, given: given?.rows });
    for (const fault of faults) told.fault(file, fault);
    if (options.to === undefined) {
      const anomalies = anomaliesOf(series.rows, judgements, options.threshold);
      for (const anomaly of anomalies) told.print(anomalyText(file, anomaly));
      scored.anomalies += anomalies.length;
    } else {
      write(join(options.to, file), scoresText(series, judgements));
    }
    scored.files += 1;
    scored.rows += series.rows.length;
  }
  return scored;
}

/** Paths of the csv files below the folder, in order; other files are told. */
function csvFiles({ from, to }: ScoreOptions, told: Told): string[] {
  if (to !== undefined && !relative(resolve(from), resolve(to)).startsWith('..'))
    throw new CommandFault(`--out ${to} lies within --in ${from}: a second run would score its own scores.`);
  let found: string[];
  try {
    found = readdirSync(from, { recursive: true, withFileTypes: true })
      .filter((entry) => !entry.isDirectory())
      .map((entry) => relative(from, join(entry.parentPath, entry.name)))
      .toSorted();
  } catch (error) {
    throw new CommandFault(`--in ${from} cannot be read: ${(error as Error).message}.`);
  }
  const isCsv = (file: string) => file.toLowerCase().endsWith('.csv');
  for (const file of found) if (!isCsv(file)) told.fault(file, 'it is no csv file, left aside');
  return found.filter(isCsv);
}

/** Files that the next one may be relative to, or be itself: what lies beside each other is read once. */
const remembered = 8;

function remembering(from: string): (file: string) => SeriesFile {
  const known = new Map<string, SeriesFile>();
  return (file) => {
    const series = known.get(file) ?? readSeriesFile(readFileSync(join(from, file)));
    known.set(file, series);
    for (const oldest of known.keys()) {
      if (known.size <= remembered) break;
      known.delete(oldest);
    }
    return series;
  };
}

function orFault<T>(file: string, told: Told, read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof SeriesFileFault) && !('code' in (error as Error))) throw error;
    told.fault(file, `${(error as Error).message}; left aside`);
    return undefined;
  }
}

function givenOf(
  file: string,
  { relative: relatives }: ScoreOptions,
  told: Told,
  read: (file: string) => SeriesFile,
): SeriesFile | undefined {
  const other = relatives.get(basename(file).replace(/\.csv$/i, ''));
  if (other === undefined) return undefined;
  try {
    return read(join(dirname(file), `${other}.csv`));
  } catch (error) {
    if (!(error instanceof SeriesFileFault) && !('code' in (error as Error))) throw error;
    told.fault(file, `${other}.csv beside it cannot be read (${(error as Error).message}); judged by itself`);
    return undefined;
  }
}

function write(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

function scoresText({ rows }: SeriesFile, judgements: readonly (Judgement | undefined)[]): string {
  const lines = rows.map(({ timestamp, text }, index) => {
    const severity = judgements[index]?.severity ?? 0;
    return `${cellOf(timestamp)},${cellOf(text)},${severity / 100}\n`;
  });
  return `timestamp,value,anomaly_score\n${lines.join('')}`;
}

/** A cell as csv writes it. */
const cellOf = (text: string): string => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
