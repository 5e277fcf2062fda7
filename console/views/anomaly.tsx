import { useMemo, useState } from 'preact/hooks';
import type { Anomaly, Judged, Series } from '../api/answers.ts';
import { clampRange, type Range } from '../chart/range.ts';
import { readDifference, readNumber, sizeOf } from '../format/quantity.ts';
import { useLoad } from '../loading/use-load.ts';
import { Badge, SeverityBadge } from '../parts/badges.tsx';
import { Card, Figure, Note, Page, Shown } from '../parts/surface.tsx';
import { When } from '../parts/text.tsx';
import { hashOf } from '../routing/place.ts';
import { askTenant } from '../session/session.ts';
import { readConfig } from '../session/tenant-config.ts';
import { intervalSeconds } from '../traffic/point-columns.ts';
import { PointsProgress } from '../traffic/points-progress.tsx';
import { TrafficChart } from '../traffic/traffic-chart.tsx';
import { usePoints } from '../traffic/use-points.ts';
import { Lasting, verdictTones, verdictWords } from './anomaly-table.tsx';
import { Feedback } from './feedback.tsx';

/** One anomaly with its stretch of the series, and what a person says of it. */
export function AnomalyView({ anomalyId }: { anomalyId: string }) {
  const [judged, setJudged] = useState<Judged>();
  const loaded = useLoad('anomaly', async (signal) => {
    const [config, list, anomaly] = await Promise.all([
      readConfig(signal),
      askTenant<{ series: Series[] }>({ path: ['series'], signal }),
      askTenant<Anomaly>({ path: ['anomalies', anomalyId], signal }),
    ]);
    return {
      calendar: config.calendar ?? [],
      series: list.series.find(({ name }) => name === anomaly.series),
      anomaly,
    };
  });
  const anomaly = judged ?? loaded.data?.anomaly;
  return (
    <Page
      name={anomaly ? `Anomaly of ${anomaly.series}` : 'Anomaly'}
      title={
        anomaly
          ? `${anomaly.series}: ${anomaly.direction === 'above' ? 'more' : 'less'} than expected`
          : 'Anomaly'
      }
      trail={<a href={hashOf('anomalies')}>Anomalies</a>}
      lead={
        anomaly && (
          <>
            <Badge tone={verdictTones[anomaly.status]}>{verdictWords[anomaly.status]}</Badge>
            <When at={anomaly.start} />
            <span>
              <Lasting anomaly={anomaly} />
            </span>
          </>
        )
      }
    >
      <Shown loaded={loaded} lines={10}>
        {(data) => {
          const shown = judged ?? data.anomaly;
          return (
            <>
              {shown.withdrawn && (
                <Note title="This was no anomaly.">Late events have shown that traffic was as expected.</Note>
              )}
              <Facts anomaly={shown} />
              {data.series ? (
                <Stretch anomaly={shown} series={data.series} calendar={data.calendar} />
              ) : (
                <Note title="Its series is no longer configured.">Its traffic is not drawn here.</Note>
              )}
              <Feedback anomaly={shown} effect={judged?.effect?.text} onJudged={setJudged} />
            </>
          );
        }}
      </Shown>
    </Page>
  );
}

function Facts({ anomaly }: { anomaly: Anomaly }) {
  const { severity, observed, expected, lower, upper, notified } = anomaly;
  return (
    <Card class="card-strip" title="At its worst">
      <div class="figure-row">
        <Figure label="Severity" note={notified ? 'Notification sent' : 'No notification'}>
          <SeverityBadge severity={severity} />
        </Figure>
        <Figure label="Observed">{readNumber(sizeOf(observed))}</Figure>
        <Figure
          label="Expected"
          note={
            lower !== undefined && upper !== undefined ? `${readNumber(lower)} to ${readNumber(upper)}` : ''
          }
        >
          {readNumber(expected)}
        </Figure>
        <Figure label="Difference" note={expected > 0 ? 'from the expected' : ''}>
          {expected > 0 ? readDifference(sizeOf(observed) / expected - 1) : '—'}
        </Figure>
      </div>
    </Card>
  );
}

/** Intervals that are shown around it, and that can be looked at. */
const around = { before: 60, after: 30, most: 2_000 };

function Stretch({
  anomaly,
  series,
  calendar,
}: {
  anomaly: Anomaly;
  series: Series;
  calendar: { date: string; name: string }[];
}) {
  const step = intervalSeconds[series.interval];
  const { first, extent } = useMemo(() => stretchOf(anomaly, step), [anomaly.start, anomaly.end, step]);
  const [range, setRange] = useState<Range>(first);
  const points = usePoints(series.name, series.interval, extent.from * 1000, extent.to * 1000);
  return (
    <Card
      title="Its stretch of the series"
      aside={
        <a
          href={hashOf('traffic', [series.name], {
            to: Math.round(extent.to),
            zoomFrom: Math.round(range.from),
            zoomTo: Math.round(range.to),
          })}
        >
          Open in traffic
        </a>
      }
    >
      <PointsProgress of={points} />
      <TrafficChart
        series={series.name}
        interval={series.interval}
        columns={points.columns}
        anomalies={[anomaly]}
        calendar={calendar}
        threshold={series.severityThreshold}
        range={range}
        extent={extent}
        rest={Date.parse(anomaly.worstAt ?? anomaly.start) / 1000}
        onRange={(wanted) => setRange(clampRange(wanted, extent, 0))}
      />
    </Card>
  );
}

/** On whole minutes, so that an anomaly that goes on is not asked for again and again. */
function stretchOf({ start, end }: Anomaly, step: number): { first: Range; extent: Range } {
  const now = Math.ceil(Date.now() / 60_000) * 60;
  const from = Date.parse(start) / 1000;
  const to = end === undefined ? now : Date.parse(end) / 1000;
  const extent = { from: from - around.most * step, to: Math.min(now, to + around.most * step) };
  const length = Math.max(to - from, step);
  const wanted = {
    from: from - around.before * step - length / 2,
    to: to + around.after * step + length / 2,
  };
  return {
    first: clampRange({ from: wanted.from, to: Math.min(wanted.to, extent.to) }, extent, 12 * step),
    extent,
  };
}
