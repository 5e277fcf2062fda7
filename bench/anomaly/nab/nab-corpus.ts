import { readFileSync } from 'node:fs';
import { filesBelow, instantOf, readSeries } from '../csv-series.ts';
import type { NabFile } from './nab-score.ts';

const ownFolder = new URL('../data/nab/', import.meta.url).pathname;

/** The files below `data/` of a copy of the benchmark; without `folder`, of the part of it that is kept here. */
export function nabCorpus(folder: string = ownFolder): NabFile[] {
  const windowsOf: Record<string, [string, string][]> = JSON.parse(
    readFileSync(`${folder}/labels/combined_windows.json`, 'utf8'),
  );
  return filesBelow(`${folder.replace(/\/$/, '')}/data`, '.csv')
    .filter((name) => name in windowsOf)
    .map((name) => {
      const { starts, values } = readSeries(`${folder}/data/${name}`);
      const windows = windowsOf[name]!.map(([first, last]): [number, number] => [
        starts.indexOf(instantOf(first)),
        starts.indexOf(instantOf(last)),
      ]);
      if (windows.flat().includes(-1)) throw new Error(`A window of ${name} does not lie on its points.`);
      return { name, starts, values, windows };
    });
}
