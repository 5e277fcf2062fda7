import type { Judgement } from '../../domain/anomaly/detector.ts';
import type { SeriesRow } from '../series-file.ts';

/** Intervals in a row that deviate to one side. */
export interface ReportedAnomaly {
  /** Of its first row, and of its last one. */
  begin: string;
  end: string;
  direction: 'above' | 'below';
  /** The greatest, and what was observed and expected then. */
  severity: number;
  observed: number;
  expected: number;
}

/** So many calm intervals in a row end an anomaly; a missing one says nothing either way. */
const calmMax = 3;

/** The anomalies among judged rows; rows that were not judged in the order of the file count where they stand. */
export function anomaliesOf(
  rows: readonly SeriesRow[],
  judgements: readonly (Judgement | undefined)[],
  threshold: number,
): ReportedAnomaly[] {
  const anomalies: ReportedAnomaly[] = [];
  let ongoing: ReportedAnomaly | undefined;
  let calm = 0;
  for (const [index, { timestamp, value }] of rows.entries()) {
    const judgement = judgements[index];
    if (!judgement || value === null) continue;
    const { severity, expected, direction } = judgement;
    if (severity < threshold) {
      calm += 1;
      if (calm >= calmMax) ongoing = undefined;
      continue;
    }
    calm = 0;
    if (ongoing?.direction !== direction) {
      ongoing = { begin: timestamp, end: timestamp, direction, severity, observed: value, expected };
      anomalies.push(ongoing);
    }
    ongoing.end = timestamp;
    if (severity > ongoing.severity) Object.assign(ongoing, { severity, observed: value, expected });
  }
  return anomalies;
}

/** One line an anomaly. */
export const anomalyText = (file: string, anomaly: ReportedAnomaly): string =>
  [
    file,
    anomaly.begin === anomaly.end ? anomaly.begin : `${anomaly.begin} to ${anomaly.end}`,
    `severity ${anomaly.severity.toFixed(1)}`,
    `${anomaly.direction}: observed ${rounded(anomaly.observed)}, expected ${rounded(anomaly.expected)}`,
  ].join('  ');

const rounded = (value: number): string => Number(value.toPrecision(4)).toString();
