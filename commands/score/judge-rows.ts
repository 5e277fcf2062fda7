import { createDetector, type Judgement } from '../../domain/anomaly/detector.ts';
import { Lines, type SeriesRow } from '../series-file.ts';

export interface JudgeSettings {
  /** Undefined where it is looked up. */
  intervalMs: number | undefined;
  timeZone: string;
  /** The rows of the series that this one is relative to. */
  given?: readonly SeriesRow[] | undefined;
}

export interface JudgedRows {
  /** By row; undefined where there was nothing to judge. */
  judgements: (Judgement | undefined)[];
  faults: string[];
}

const hourMs = 3_600_000;
/** A gap of more intervals than this has long made the series a new one; a wrong year must not take hours. */
const gapIntervalsMax = 200_000;

/** The most frequent step of rising times, of several the least; an hour where there is none. */
export function frequentStep(starts: readonly number[]): number {
  const counts = new Map<number, number>();
  for (let index = 1; index < starts.length; index++) {
    const step = starts[index]! - starts[index - 1]!;
    counts.set(step, (counts.get(step) ?? 0) + 1);
  }
  let [frequent, most] = [hourMs, 0];
  for (const [step, count] of counts)
    if (count > most || (count === most && step < frequent)) [frequent, most] = [step, count];
  return frequent;
}

/** Judges the rows in the order of their times, as if each were just complete. */
export function judgeRows(rows: readonly SeriesRow[], settings: JudgeSettings): JudgedRows {
  const { order, faults } = inOrder(rows);
  const starts = order.map((index) => rows[index]!.start);
  const step = frequentStep(starts);
  const intervalMs = settings.intervalMs ?? step;
  if (order.length > 1 && Math.abs(step / intervalMs - 1) > 0.1)
    faults.push(`its rows are mostly ${step / 60_000} minutes apart, not ${intervalMs / 60_000}`);
  const { timeZone, given } = settings;
  const givenAt = given && new Map(given.map((row): [number, number | null] => [row.start, row.value]));
  const detector = createDetector({ intervalMs, timeZone, isRelative: givenAt !== undefined });
  const judgements: (Judgement | undefined)[] = new Array(rows.length).fill(undefined);
  let last: number | undefined;
  for (const index of order) {
    const { start, value, special } = rows[index]!;
    const gap = last === undefined ? 0 : Math.round((start - last) / intervalMs) - 1;
    for (let missing = 1; missing <= Math.min(gap, gapIntervalsMax); missing++)
      detector.judge({ start: last! + missing * intervalMs, value: null });
    judgements[index] = detector.judge({
      start,
      value,
      special,
      ...(givenAt && { given: givenAt.get(start) ?? null }),
    });
    last = start;
  }
  return { judgements, faults };
}

/** The rows that can be judged, by their times; of several with one time the first. */
function inOrder(rows: readonly SeriesRow[]): { order: number[]; faults: string[] } {
  const late = new Lines();
  const repeated = new Lines();
  const readable = rows.map((_, index) => index).filter((index) => !Number.isNaN(rows[index]!.start));
  let latest = Number.NEGATIVE_INFINITY;
  for (const index of readable) {
    const { start, line, timestamp } = rows[index]!;
    if (start < latest) late.add(line, timestamp);
    latest = Math.max(latest, start);
  }
  const sorted = readable.toSorted((one, other) => rows[one]!.start - rows[other]!.start);
  const order = sorted.filter((index, at) => at === 0 || rows[index]!.start !== rows[sorted[at - 1]!]!.start);
  const kept = new Set(order);
  for (const index of readable) if (!kept.has(index)) repeated.add(rows[index]!.line, rows[index]!.timestamp);
  return {
    order,
    faults: [
      ...late.told('that come after later ones, judged where they belong'),
      ...repeated.told('whose time came before, not judged'),
    ],
  };
}
