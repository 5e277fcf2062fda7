import { type CsvSeries, filesBelow, readSeries } from '../csv-series.ts';
import { dayMs, hourMs } from './world.ts';

const folders = ['../data/purchases', '../data/nab/data/realTweets'].map(
  (path) => new URL(path, import.meta.url).pathname,
);

/** Series of smaller counts have no shape that could be told from chance. */
const countMin = 5;

let weeks: number[][] | undefined;

/** The weeks of the real series at hand: the logarithm of each of 168 hours' typical height, from Monday, mean 0. */
export function realWeeks(): number[][] {
  weeks ??= folders
    .flatMap((folder) => filesBelow(folder, '.csv').map((file) => readSeries(`${folder}/${file}`)))
    .filter(({ values }) => values.reduce((sum, value) => sum + value, 0) / values.length > countMin)
    .map(weekOf);
  return weeks;
}

function weekOf({ starts, values }: CsvSeries): number[] {
  const hours: number[][] = Array.from({ length: 168 }, () => []);
  for (const [index, start] of starts.entries()) {
    const weekday = (Math.floor(start / dayMs) + 3) % 7;
    hours[weekday * 24 + Math.floor((start % dayMs) / hourMs)]!.push(values[index]!);
  }
  // A mean without the greatest eighth: medians of small counts would make steps of it.
  const heights = hours.map((found) => {
    const kept = found.toSorted((one, other) => one - other).slice(0, Math.ceil(found.length * 0.875));
    return kept.reduce((sum, value) => sum + value, 0) / kept.length;
  });
  const typical = heights.reduce((sum, height) => sum + height, 0) / 168;
  const smooth = heights.map(
    (height, hour) => 0.5 * height + 0.25 * (heights[(hour + 1) % 168]! + heights[(hour + 167) % 168]!),
  );
  const logs = smooth.map((height) => Math.log(Math.max(0.05, height / typical)));
  const mean = logs.reduce((sum, log) => sum + log, 0) / 168;
  return logs.map((log) => log - mean);
}
