import type { Range } from '../chart/range.ts';
import type { Regions } from './draw-regions.ts';

/** What the chart's marks mean; of those that are not always there, only the ones that are seen. */
export function Legend({
  regions,
  range,
  threshold,
  areDays,
}: {
  regions: Regions;
  range: Range;
  threshold: number | undefined;
  areDays: boolean;
}) {
  const isSeen = ({ from, to }: Range) => to > range.from && from < range.to;
  const states = new Set(regions.runs.filter(isSeen).map(({ state }) => state));
  const entries = [
    { kind: 'line', text: areDays ? 'Observed, mean of the day' : 'Observed', isThere: true },
    { kind: 'day', text: 'Least to most of the day', isThere: areDays },
    { kind: 'band', text: 'Expected range', isThere: true },
    { kind: 'anomaly', text: 'Anomaly', isThere: regions.marks.some(isSeen) },
    { kind: 'special', text: 'Special day', isThere: regions.specials.some(isSeen) },
    { kind: 'missing', text: 'Missing: not known, not zero', isThere: states.has('missing') },
    { kind: 'partial', text: 'Partial: some records were lost', isThere: states.has('partial') },
    { kind: 'learning', text: 'Learning: not judged yet', isThere: states.has('learning') },
    { kind: 'threshold', text: `Threshold ${threshold}`, isThere: threshold !== undefined },
  ];
  return (
    <ul class="legend">
      {entries
        .filter(({ isThere }) => isThere)
        .map(({ kind, text }) => (
          <li key={kind}>
            <span class={`swatch swatch-${kind}`} aria-hidden="true" />
            {text}
          </li>
        ))}
    </ul>
  );
}
