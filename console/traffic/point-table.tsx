import { useState } from 'preact/hooks';
import type { Range } from '../chart/range.ts';
import { groupDigits } from '../format/quantity.ts';
import { readSpan } from '../format/time.ts';
import { zone } from '../session/session.ts';
import { lowerBound } from './decimate.ts';
import type { PointColumns } from './point-columns.ts';
import { expectedWords, severityWords, valueWords } from './point-readout.tsx';

const rowsMax = 200;

/** The points that are seen, in words: the newest of them where there are many. */
export function PointTable({
  columns,
  range,
  step,
  label,
}: {
  columns: PointColumns;
  range: Range;
  step: number;
  label: string;
}) {
  const [isOpen, setOpen] = useState(false);
  const first = lowerBound(columns.start, range.from);
  const end = lowerBound(columns.start, range.to);
  const rows = Array.from({ length: Math.min(rowsMax, end - first) }, (_, index) => end - 1 - index);
  return (
    <details class="as-table" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>As a table</summary>
      {isOpen && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by the keyboard.
        <section class="table-scroll" tabIndex={0} aria-label={`${label} As a table.`}>
          {end - first > rowsMax && (
            <p class="muted">
              The newest {rowsMax} of {groupDigits(String(end - first))} intervals that are shown. Zoom in for
              others.
            </p>
          )}
          <table class="table">
            <thead>
              <tr>
                <th scope="col">Time</th>
                <th scope="col">Observed</th>
                <th scope="col">Expected</th>
                <th scope="col">Severity</th>
              </tr>
            </thead>
            <tbody>
              {rows.map((index) => {
                const start = columns.start[index] as number;
                return (
                  <tr key={start}>
                    <td>{readSpan(start * 1000, (start + step) * 1000, zone.value)}</td>
                    <td>{valueWords(columns, index)}</td>
                    <td>{expectedWords(columns, index).replace('expected ', '') || '—'}</td>
                    <td>{severityWords(columns, index).replace('severity ', '') || '—'}</td>
                  </tr>
                );
              })}
            </tbody>
          </table>
        </section>
      )}
    </details>
  );
}
