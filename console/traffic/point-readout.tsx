import { indexAt } from '../chart/chart-frame.tsx';
import { readNumber } from '../format/quantity.ts';
import { readSpan } from '../format/time.ts';
import { zone } from '../session/session.ts';
import type { Stretch } from './draw-regions.ts';
import { type PointColumns, pointStates } from './point-columns.ts';

/** The interval at a time, in words. */
export function PointReadout({
  columns,
  step,
  at,
  specials,
}: {
  columns: PointColumns;
  step: number;
  at: number;
  specials: Stretch[];
}) {
  if (columns.length === 0) return null;
  const index = indexAt(columns.start, at);
  const start = columns.start[index] as number;
  const end = columns.start[index + 1] ?? start + step;
  const special = specials.find(({ from, to }) => from <= start && start < to);
  return (
    <>
      <span class="readout-time">
        {readSpan(start * 1000, Math.min(end, start + 2 * step) * 1000, zone.value)}
      </span>
      <strong>{valueWords(columns, index)}</strong>
      <span class="readout-more">
        {[expectedWords(columns, index), severityWords(columns, index), special?.name]
          .filter(Boolean)
          .join(' · ')}
      </span>
    </>
  );
}

/** A value that is not whole is said to be that. */
export function valueWords({ value, state }: PointColumns, index: number): string {
  const word = pointStates[state[index] as number];
  const number = value[index] as number;
  if (Number.isNaN(number)) return word === 'learning' ? 'learning' : 'missing';
  return word === 'complete' ? readNumber(number) : `${readNumber(number)} (${word})`;
}

export function expectedWords({ lower, upper }: PointColumns, index: number): string {
  const [least, most] = [lower[index] as number, upper[index] as number];
  return Number.isNaN(least) || Number.isNaN(most)
    ? ''
    : `expected ${readNumber(least)} – ${readNumber(most)}`;
}

export function severityWords({ severity, quieted }: PointColumns, index: number): string {
  const number = severity[index] as number;
  if (Number.isNaN(number)) return '';
  return `severity ${Math.floor(number)}${quieted[index] ? ', like one that was dismissed' : ''}`;
}
