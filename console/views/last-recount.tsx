import { useState } from 'preact/hooks';
import type { Conservation, ConservationTotal } from '../api/answers.ts';
import { groupDigits } from '../format/quantity.ts';
import { readInstant, readSpan } from '../format/time.ts';
import { Badge } from '../parts/badges.tsx';
import { When } from '../parts/text.tsx';
import { zone } from '../session/session.ts';

interface Column {
  of: keyof ConservationTotal;
  name: string;
  /** Shown even where it is nothing. */
  isUsual: boolean;
}

const columns: Column[] = [
  { of: 'stored', name: 'Stored', isUsual: true },
  { of: 'counted', name: 'Counted', isUsual: true },
  { of: 'duplicate', name: 'Repeats', isUsual: true },
  { of: 'quarantined', name: 'Set aside', isUsual: true },
  { of: 'unmetered', name: 'Not metered', isUsual: false },
  { of: 'unaccounted', name: 'Unexplained', isUsual: false },
  { of: 'notInLake', name: 'Not stored', isUsual: false },
];

/** What became of everything that is stored, when it was last counted anew. */
export function LastRecount({ of }: { of: Conservation | undefined }) {
  if (!of) {
    return (
      <p class="recount muted">
        Not recounted yet. Whoever runs this service counts all that is stored anew with{' '}
        <code>npm run reconcile</code>; what that comes to is shown here.
      </p>
    );
  }
  const shown = columns.filter(({ of: count, isUsual }) => isUsual || of[count] > 0);
  return (
    <section class="recount" aria-label="Last recount">
      <div class="health">
        <div class="health-words">
          <p class="health-state">
            <Badge tone={of.equal ? 'good' : 'bad'}>{of.equal ? 'Equal' : 'Differing'}</Badge>
            <span class="muted">
              recounted <When at={of.at} style="minute" />
            </span>
          </p>
          <p class="muted">
            {of.equal
              ? 'Usage is what all stored events come to.'
              : 'Usage is not what all stored events come to. Whoever runs this service was told where.'}
          </p>
          <p class="muted">Events of {readSpan(Date.parse(of.from), Date.parse(of.to), zone.value)}</p>
        </div>
        <dl class="facts">
          {shown.map(({ of: count, name }) => (
            <div key={count}>
              <dt>{name}</dt>
              <dd>{groupDigits(String(of[count]))}</dd>
            </div>
          ))}
        </dl>
      </div>
      {of.hours.length > 0 && <ByHour of={of} shown={shown} />}
    </section>
  );
}

function ByHour({ of: { hours, hoursOmitted }, shown }: { of: Conservation; shown: Column[] }) {
  const [isOpen, setOpen] = useState(false);
  return (
    <details class="as-table" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>By hour</summary>
      {isOpen && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by the keyboard.
        <section class="table-scroll" tabIndex={0} aria-label="The last recount by hour">
          {hoursOmitted > 0 && (
            <p class="muted">
              The latest {hours.length} of {groupDigits(String(hours.length + hoursOmitted))} hours.
            </p>
          )}
          <table class="table table-hours">
            <thead>
              <tr>
                <th scope="col">Hour</th>
                {shown.map(({ of, name }) => (
                  <th key={of} scope="col" class="number">
                    {name}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {hours.toReversed().map((hour) => (
                <tr key={hour.start}>
                  <td>{readInstant(Date.parse(hour.start), zone.value, 'minute')}</td>
                  {shown.map(({ of }) => (
                    <td key={of} class="number">
                      {groupDigits(String(hour[of]))}
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      )}
    </details>
  );
}
