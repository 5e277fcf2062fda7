import type { Anomaly } from '../api/answers.ts';
import { groupDigits, readQuantity } from '../format/quantity.ts';
import { readDuration } from '../format/time.ts';
import { Badge, SeverityBadge } from '../parts/badges.tsx';
import { Name, When } from '../parts/text.tsx';
import { hashOf } from '../routing/place.ts';

export const verdictTones = { open: 'accent', confirmed: 'bad', dismissed: 'plain' } as const;
export const verdictWords = { open: 'Open', confirmed: 'Confirmed', dismissed: 'Dismissed' } as const;

/** Anomalies, newest first. */
export function AnomalyTable({ anomalies, isShort = false }: { anomalies: Anomaly[]; isShort?: boolean }) {
  return (
    <table class="table table-anomalies">
      <thead>
        <tr>
          <th scope="col">Severity</th>
          <th scope="col">Series and time</th>
          <th scope="col" class="number">
            Observed, expected
          </th>
          {!isShort && <th scope="col">Status</th>}
        </tr>
      </thead>
      <tbody>
        {anomalies.map((anomaly) => (
          <tr key={anomaly.anomalyId}>
            <td class="cell-severity">
              <SeverityBadge severity={anomaly.severity} />
            </td>
            <td>
              <a href={hashOf('anomaly', [anomaly.anomalyId])}>
                <Name text={anomaly.series} />
                <span class="unseen"> anomaly of </span> <span class="muted">·</span>{' '}
                <When at={anomaly.start} style="minute" />
              </a>
              <span class="cell-note">
                <Lasting anomaly={anomaly} />
              </span>
            </td>
            <td class="number">
              <strong>{numberText(anomaly.observed)}</strong>
              <span class="cell-note">
                {anomaly.direction === 'above' ? 'above' : 'below'} {numberText(anomaly.expected)}
              </span>
            </td>
            {!isShort && (
              <td>
                <Badge tone={verdictTones[anomaly.status]}>{verdictWords[anomaly.status]}</Badge>
              </td>
            )}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** How long it lasted, or that it goes on. */
export function Lasting({ anomaly: { start, end, ongoing } }: { anomaly: Anomaly }) {
  if (ongoing || end === undefined) return <>goes on</>;
  return <>lasted {readDuration(Date.parse(end) - Date.parse(start))}</>;
}

/** Counts are whole, expectations are not. */
export const numberText = (value: number): string =>
  Math.abs(value) < 10_000
    ? groupDigits(String(Math.round(value * 10) / 10))
    : readQuantity(Math.round(value)).text;
