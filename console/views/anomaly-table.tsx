import type { Anomaly } from '../api/answers.ts';
import { readNumber, sizeOf } from '../format/quantity.ts';
import { readDuration } from '../format/time.ts';
import { Badge, SeverityBadge } from '../parts/badges.tsx';
import { Name, When } from '../parts/text.tsx';
import { hashOf } from '../routing/place.ts';

export const verdictTones = { open: 'accent', confirmed: 'bad', dismissed: 'plain' } as const;
export const verdictWords = { open: 'Open', confirmed: 'Confirmed', dismissed: 'Dismissed' } as const;

/** Anomalies, newest first. */
export function AnomalyTable({ anomalies, isShort = false }: { anomalies: Anomaly[]; isShort?: boolean }) {
  return (
    <table class={isShort ? 'table table-anomalies table-few' : 'table table-anomalies'}>
      <thead>
        <tr>
          <th scope="col">Severity</th>
          <th scope="col">Series and time</th>
          <th scope="col" class="number">
            Observed, expected
          </th>
          {!isShort && (
            <th scope="col" class="wide-only">
              Status
            </th>
          )}
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
                <span class="unseen"> anomaly of </span> <span class="muted wide-only">·</span>{' '}
                <When at={anomaly.start} style="minute" />
              </a>
              <span class="cell-note">
                <Lasting anomaly={anomaly} />
                {!isShort && <span class="narrow-only"> · {verdictWords[anomaly.status]}</span>}
              </span>
            </td>
            <td class="number">
              <strong>{readNumber(sizeOf(anomaly.observed))}</strong>
              <span class="cell-note">
                {anomaly.direction === 'above' ? 'above' : 'below'} {readNumber(anomaly.expected)}
              </span>
            </td>
            {!isShort && (
              <td class="wide-only">
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
