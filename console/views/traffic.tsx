import { useEffect, useMemo, useState } from 'preact/hooks';
import type { Series, TenantConfig } from '../api/answers.ts';
import { clampRange, isSameRange, type Range } from '../chart/range.ts';
import { useLoad } from '../loading/use-load.ts';
import { Badge } from '../parts/badges.tsx';
import { Segments, Select } from '../parts/controls.tsx';
import { Card, Empty, Note, Page, Shown } from '../parts/surface.tsx';
import { go, restate } from '../routing/location.ts';
import { hashOf } from '../routing/place.ts';
import { askTenant } from '../session/session.ts';
import { readConfig } from '../session/tenant-config.ts';
import { intervalSeconds } from '../traffic/point-columns.ts';
import { PointsProgress } from '../traffic/points-progress.tsx';
import { TrafficChart } from '../traffic/traffic-chart.tsx';
import { usePoints } from '../traffic/use-points.ts';
import { AnomalyTable } from './anomaly-table.tsx';
import { readAnomalies } from './read-anomalies.ts';
import { SeriesSettings } from './series-settings.tsx';

const spans = [
  { value: '1', label: '1 day' },
  { value: '7', label: '1 week' },
  { value: '28', label: '4 weeks' },
  { value: '182', label: '26 weeks' },
  { value: '364', label: '52 weeks' },
] as const;
type Span = (typeof spans)[number]['value'];

/** How far one looks back at first, by the length of an interval. */
const firstSpans: Record<Series['interval'], Span> = { PT5M: '7', PT10M: '7', PT1H: '28', P1D: '364' };

interface TrafficProps {
  series: string | undefined;
  query: Record<string, string>;
}

/** A series of the tenant's traffic, with what was expected of it. */
export function TrafficView({ series: asked, query }: TrafficProps) {
  const loaded = useLoad('series', async (signal) => {
    const [config, list] = await Promise.all([
      readConfig(signal),
      askTenant<{ series: Series[] }>({ path: ['series'], signal }),
    ]);
    return { config, list: list.series };
  });
  const list = loaded.data?.list;
  const series = asked === undefined ? list?.[0] : list?.find(({ name }) => name === asked);
  return (
    <Page
      name={series ? `Traffic of ${series.name}` : 'Traffic'}
      title="Traffic"
      lead={series ? <SeriesLead series={series} /> : 'What was counted, and what was expected.'}
      actions={
        list &&
        list.length > 1 && (
          <Select
            label="Series"
            value={series?.name ?? ''}
            choices={list.map(({ name }) => ({ value: name, label: name }))}
            onChoose={(name) => go(hashOf('traffic', [name]))}
          />
        )
      }
    >
      <Shown loaded={loaded} lines={10}>
        {({ config }) => {
          if (list?.length === 0) return <NoSeries />;
          if (!series) return <UnknownSeries name={asked ?? ''} />;
          return (
            <>
              {series.state === 'learning' && <Learning />}
              <SeriesTraffic
                key={`${series.name} ${query.span} ${query.to}`}
                series={series}
                config={config}
                query={query}
              />
              <SeriesSettings key={series.name} series={series} onSaved={loaded.reload} />
            </>
          );
        }}
      </Shown>
    </Page>
  );
}

const intervalWords: Record<Series['interval'], string> = {
  PT5M: 'every 5 minutes',
  PT10M: 'every 10 minutes',
  PT1H: 'by the hour',
  P1D: 'by the day',
};

function SeriesLead({ series }: { series: Series }) {
  return (
    <>
      <span>
        <strong>{series.name}</strong>, {intervalWords[series.interval]}
      </span>
      {series.state === 'learning' && <Badge tone="accent">Learning</Badge>}
      {series.muted && <Badge tone="warn">Muted</Badge>}
    </>
  );
}

function NoSeries() {
  return (
    <Card>
      <Empty title="No series is configured.">
        A series counts one type of event by interval, and says when its count is not as expected. Add one to
        the tenant’s configuration.
      </Empty>
    </Card>
  );
}

function UnknownSeries({ name }: { name: string }) {
  return (
    <Card>
      <Empty title="There is no such series.">
        <bdi>{name}</bdi> stands in no configuration of yours.{' '}
        <a href={hashOf('traffic')}>See those that do</a>
      </Empty>
    </Card>
  );
}

function Learning() {
  return (
    <Note title="This series is still learning.">
      What is usual has to be known first: its first weeks are not judged.
    </Note>
  );
}

const restateMs = 400;

function SeriesTraffic({
  series,
  config,
  query,
}: {
  series: Series;
  config: TenantConfig;
  query: Record<string, string>;
}) {
  const span = spans.find(({ value }) => value === query.span)?.value ?? firstSpans[series.interval];
  const extent = useMemo(() => extentOf(span, query), [span]);
  const [range, setRange] = useState<Range>(() => rangeOf(query, extent, series));
  const points = usePoints(series.name, series.interval, extent.from * 1000, extent.to * 1000);
  const anomalies = useLoad(`anomalies ${series.name} ${extent.from}`, (signal) =>
    readAnomalies({ series: series.name, from: extent.from * 1000, to: extent.to * 1000 }, signal),
  );
  useRestated(series.name, span, range, extent);
  const found = anomalies.data ?? [];
  const seen = found.filter(
    ({ start, end }) => Date.parse(start) / 1000 < range.to && (!end || Date.parse(end) / 1000 > range.from),
  );
  return (
    <>
      <Card
        title="Observed and expected"
        aside={
          <Segments
            label="How far back"
            name="span"
            choices={[...spans]}
            value={span}
            onChoose={(value) => go(hashOf('traffic', [series.name], { span: value }))}
          />
        }
      >
        <PointsProgress of={points} />
        <TrafficChart
          series={series.name}
          interval={series.interval}
          columns={points.columns}
          anomalies={found}
          calendar={config.calendar ?? []}
          threshold={series.severityThreshold}
          range={range}
          extent={extent}
          onRange={(wanted) => setRange(clampRange(wanted, extent, 0))}
        />
        {points.progress === 1 && points.columns.length === 0 && (
          <p class="muted">Nothing was counted in this time: no interval of it is complete yet.</p>
        )}
      </Card>
      <Card
        title="Anomalies in this time"
        aside={<a href={hashOf('anomalies', [], { series: series.name })}>All of this series</a>}
      >
        <Shown loaded={anomalies} lines={3}>
          {() =>
            seen.length === 0 ? (
              <Empty title="None in the time shown." />
            ) : (
              <AnomalyTable anomalies={seen.slice(0, 8)} />
            )
          }
        </Shown>
      </Card>
    </>
  );
}

/** The newest the API has, or up to the time that the address says; seconds. */
function extentOf(span: Span, query: Record<string, string>): Range {
  const latest = Math.ceil(Date.now() / 300_000) * 300;
  const asked = Number(query.to);
  const to =
    Number.isFinite(asked) && query.to !== undefined ? Math.min(latest, Math.max(asked, 86_400)) : latest;
  return { from: to - Number(span) * 86_400, to };
}

function rangeOf(query: Record<string, string>, extent: Range, series: Series): Range {
  const [from, to] = [Number(query.zoomFrom), Number(query.zoomTo)];
  if (!(from < to)) return extent;
  return clampRange({ from, to }, extent, 12 * intervalSeconds[series.interval]);
}

/** The address follows the zoom, a little later: it can be passed on. */
function useRestated(series: string, span: Span, range: Range, extent: Range): void {
  useEffect(() => {
    if (isSameRange(range, extent)) return;
    const timer = setTimeout(() => {
      const zoom = { zoomFrom: Math.round(range.from), zoomTo: Math.round(range.to) };
      restate(hashOf('traffic', [series], { span, ...zoom }));
    }, restateMs);
    return () => clearTimeout(timer);
  }, [series, span, range.from, range.to]);
}
