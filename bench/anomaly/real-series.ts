import { filesBelow, readSeries } from './csv-series.ts';
import { judgePoints, stepOf } from './judge-points.ts';
import { nabCorpus } from './nab/nab-corpus.ts';
import { type NabScore, scoreNab } from './nab/nab-score.ts';
import type { Scored } from './score-at-rate.ts';
import { dayMs, hourMs, type LabelledEvent } from './worlds/world.ts';

/** The kept part of the Numenta benchmark: at its best threshold, and at the one that is configured by default. */
export function measureNab(usualThreshold: number): { best: NabScore; usual: NabScore } {
  const files = nabCorpus();
  const severities = files.map(({ starts, values }) => judgePoints(starts, values));
  return { best: scoreNab(files, severities), usual: scoreNab(files, severities, usualThreshold) };
}

const purchases = new URL('data/purchases', import.meta.url).pathname;

/** Labels that lie closer than this are one event. */
const sameEventMs = 6 * hourMs;

/** The real purchase rates; the first fortnight is not scored. */
export function judgePurchases(): Scored[] {
  return filesBelow(purchases, '.csv').map((file) => {
    const { starts, values, labels } = readSeries(`${purchases}/${file}`);
    const stepMs = stepOf(starts);
    return {
      series: {
        tenant: file,
        metric: 'purchases',
        stepMs,
        timeZone: 'UTC',
        starts: Float64Array.from(starts),
        values: Float64Array.from(values),
        special: new Array(starts.length).fill(undefined),
        given: undefined,
        truth: Float64Array.from(values),
        events: eventsOf(starts, labels, stepMs),
        ambiguous: [],
        warmEnd: starts[0]! + 14 * dayMs,
      },
      severities: judgePoints(starts, values),
    };
  });
}

function eventsOf(starts: number[], labels: number[], stepMs: number): LabelledEvent[] {
  const events: LabelledEvent[] = [];
  for (const [index, start] of starts.entries()) {
    if (labels[index] !== 1) continue;
    const last = events.at(-1);
    if (last && start - last.end < sameEventMs) last.end = start + stepMs;
    else events.push({ kind: 'labelled', size: 0, start, end: start + stepMs, metrics: ['purchases'] });
  }
  return events;
}
