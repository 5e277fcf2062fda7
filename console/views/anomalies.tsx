import { useEffect, useRef, useState } from 'preact/hooks';
import type { AnomalyPage, Series } from '../api/answers.ts';
import { useLoad } from '../loading/use-load.ts';
import { Segments, Select } from '../parts/controls.tsx';
import { Card, Empty, Page, Shown } from '../parts/surface.tsx';
import { go, restate } from '../routing/location.ts';
import { hashOf } from '../routing/place.ts';
import { askTenant } from '../session/session.ts';
import { AnomalyTable } from './anomaly-table.tsx';

const statuses = [
  { value: '', label: 'All' },
  { value: 'open', label: 'Open' },
  { value: 'confirmed', label: 'Confirmed' },
  { value: 'dismissed', label: 'Dismissed' },
] as const;
const times = [
  { value: '', label: 'Any time' },
  { value: '1', label: 'Last 24 hours' },
  { value: '7', label: 'Last 7 days' },
  { value: '30', label: 'Last 30 days' },
  { value: '90', label: 'Last 90 days' },
] as const;

const dayMs = 86_400_000;
const pageSize = 50;
const before = new Map<string, string>();

/** Since when, on whole minutes, so that the pages of a list are of one and the same list. */
function sinceOf(days: string | undefined): string | undefined {
  if (!days || !times.some(({ value }) => value === days)) return undefined;
  const minute = Math.floor(Date.now() / 60_000) * 60_000;
  return new Date(minute - Number(days) * dayMs).toISOString();
}

export function AnomaliesView({ query }: { query: Record<string, string> }) {
  const status = statuses.find(({ value }) => value === query.status)?.value ?? '';
  const minSeverity = Math.min(100, Math.max(0, Math.round(Number(query.severity ?? 0)) || 0));
  const { series = '', cursor = '', days = '' } = query;
  const since = query.since ?? sinceOf(days);
  const names = useLoad('names of series', (signal) =>
    askTenant<{ series: Series[] }>({ path: ['series'], signal }),
  );
  const loaded = useLoad(`anomalies ${status} ${minSeverity} ${series} ${days} ${cursor}`, (signal) =>
    askTenant<AnomalyPage>({
      path: ['anomalies'],
      query: { status, minSeverity, series, from: since, cursor, limit: pageSize },
      signal,
    }),
  );
  const chosen = { status, severity: minSeverity || undefined, series, days };
  const choose = (more: Record<string, string>) => go(hashOf('anomalies', [], { ...chosen, ...more }));
  const listed = names.data?.series.map(({ name }) => name) ?? [];
  const all = series !== '' && !listed.includes(series) ? [...listed, series] : listed;
  return (
    <Page name="Anomalies" title="Anomalies" lead="Traffic that was not as expected, newest first.">
      <Card class="card-list">
        <div class="filters">
          <SeveritySlider
            value={minSeverity}
            onChoose={(value) =>
              restate(hashOf('anomalies', [], { ...chosen, severity: value || undefined }))
            }
          />
          <div class="choices">
            <Segments
              label="Status"
              name="status"
              choices={[...statuses]}
              value={status}
              onChoose={(value) => choose({ status: value })}
            />
            <Select
              label="Series"
              isLabelSeen={false}
              value={series}
              choices={[
                { value: '', label: 'All series' },
                ...all.map((name) => ({ value: name, label: name })),
              ]}
              onChoose={(value) => choose({ series: value })}
            />
            <Select
              label="Time"
              isLabelSeen={false}
              value={days}
              choices={[...times]}
              onChoose={(value) => choose({ days: value })}
            />
          </div>
        </div>
        <Shown loaded={loaded} lines={10}>
          {(page) => (
            <>
              {page.anomalies.length === 0 ? (
                <NoneFound
                  isFiltered={Boolean(status || minSeverity || series || days)}
                  hasMore={page.cursor !== undefined}
                />
              ) : (
                <AnomalyTable anomalies={page.anomalies} />
              )}
              <Pages
                cursor={cursor}
                page={page}
                at={(to) => hashOf('anomalies', [], { ...chosen, cursor: to, since: to ? since : undefined })}
              />
            </>
          )}
        </Shown>
      </Card>
    </Page>
  );
}

const slidingMs = 200;

function SeveritySlider({ value, onChoose }: { value: number; onChoose: (value: number) => void }) {
  const [shown, setShown] = useState(value);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  useEffect(() => setShown(value), [value]);
  useEffect(() => () => clearTimeout(timer.current), []);
  const slide = (next: number) => {
    setShown(next);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => onChoose(next), slidingMs);
  };
  return (
    <label class="field field-slider">
      <span class="field-label">
        Severity from <strong>{shown}</strong>
      </span>
      <input
        type="range"
        min="0"
        max="100"
        value={shown}
        onInput={(event) => slide(Number(event.currentTarget.value))}
      />
    </label>
  );
}

function NoneFound({ isFiltered, hasMore }: { isFiltered: boolean; hasMore: boolean }) {
  if (hasMore) return <Empty title="None so far.">The list goes on: look at the next page.</Empty>;
  if (isFiltered) {
    return (
      <Empty title="No anomaly is like that.">
        <a href={hashOf('anomalies')}>Show all anomalies</a>
      </Empty>
    );
  }
  return <Empty title="There were no anomalies.">Traffic has been as expected, as far as it is known.</Empty>;
}

function Pages({ cursor, page, at }: { cursor: string; page: AnomalyPage; at: (cursor: string) => string }) {
  if (page.cursor !== undefined) before.set(page.cursor, cursor);
  if (cursor === '' && page.cursor === undefined) return null;
  const previous = before.get(cursor);
  return (
    <nav class="pages" aria-label="Pages of the list">
      {cursor !== '' && (
        <a class="button" href={at('')}>
          First
        </a>
      )}
      {previous && (
        <a class="button" href={at(previous)}>
          Previous
        </a>
      )}
      {page.cursor !== undefined && (
        <a class="button" href={at(page.cursor)}>
          Next
        </a>
      )}
    </nav>
  );
}
