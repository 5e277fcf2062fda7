import { useMemo, useRef, useState } from 'preact/hooks';
import type uPlot from 'uplot';
import type { Anomaly, Interval } from '../api/answers.ts';
import { quantityAxis, timeAxis } from '../chart/axes.ts';
import { ChartFrame } from '../chart/chart-frame.tsx';
import { Plot, type PlotParts } from '../chart/plot.tsx';
import type { Range } from '../chart/range.ts';
import type { ChartTheme } from '../chart/theme.ts';
import { dateIn, startOfDate } from '../format/time.ts';
import { zone } from '../session/session.ts';
import { decimate, decimateDays, lowerBound } from './decimate.ts';
import { drawRegions, type Regions } from './draw-regions.ts';
import { Legend } from './legend.tsx';
import { intervalSeconds, type PointColumns, stateRuns } from './point-columns.ts';
import { PointReadout } from './point-readout.tsx';
import { PointTable } from './point-table.tsx';

interface TrafficChartProps {
  series: string;
  interval: Interval;
  columns: PointColumns;
  anomalies: Anomaly[];
  calendar: { date: string; name: string }[];
  threshold: number | undefined;
  range: Range;
  extent: Range;
  onRange: (range: Range) => void;
  /** The time that is read out while none is pointed at, seconds; the last that is seen where it is absent. */
  rest?: number | undefined;
}

const daySeconds = 86_400;
const intervalsMin = 12;
/** Where a pixel stands for more than this, days are drawn. */
const daysFromSeconds = 3 * 3_600;

const dayBefore = (at: number): number => startOfDate(dateIn(at * 1000, zone.value), zone.value) / 1000;

/** What was counted with what was expected, and the severity below; what is not known is shown as that. */
export function TrafficChart(props: TrafficChartProps) {
  const { series, interval, columns, range, extent, onRange, threshold } = props;
  const [point, setPoint] = useState<number>();
  const [pixels, setPixels] = useState(900);
  const step = intervalSeconds[interval];
  const regions = useRegions(props);
  const behind = useRef(regions);
  behind.current = regions;

  const areDays = (range.to - range.from) / pixels > daysFromSeconds;
  const drawn = useMemo(() => {
    if (!areDays) return decimate(columns, range.from, range.to, Math.max(100, pixels));
    return decimateDays(columns, dayBefore(range.from), range.to);
  }, [columns, range.from, range.to, pixels, areDays]);
  // New regions draw the chart anew as new points do.
  const counts = useMemo(
    () =>
      [
        drawn.time,
        drawn.lower,
        drawn.upper,
        drawn.least,
        drawn.most,
        drawn.expected,
        drawn.value,
      ] as uPlot.AlignedData,
    [drawn, regions],
  );
  const severities = useMemo(() => [drawn.time, drawn.severity] as uPlot.AlignedData, [drawn]);
  const shared = {
    range,
    point,
    onPoint: setPoint,
    onZoom: (wanted: Range) => onRange(longEnough(wanted, step)),
    onReset: () => onRange(extent),
  };
  return (
    <>
      <ChartFrame
        label={`Traffic of ${series} with its expected range and the severity below.`}
        readout={
          <PointReadout
            columns={columns}
            step={step}
            at={point ?? props.rest ?? lastKnown(columns, range)}
            specials={regions.specials}
          />
        }
        range={range}
        extent={extent}
        spanMin={intervalsMin * step}
        onRange={onRange}
        points={columns.start}
        point={point}
        onPoint={setPoint}
      >
        <Plot
          {...shared}
          height={320}
          data={counts}
          partsKey="traffic"
          parts={(theme) => countParts(theme, () => behind.current)}
          onWidth={setPixels}
        />
        <p class="chart-name">Severity</p>
        <Plot
          {...shared}
          height={110}
          data={severities}
          partsKey={`severity ${threshold}`}
          parts={(theme) => severityParts(theme, threshold)}
        />
      </ChartFrame>
      <Legend regions={regions} range={range} threshold={threshold} areDays={areDays} />
      <PointTable columns={columns} range={range} step={step} label={`Traffic of ${series}.`} />
    </>
  );
}

/** The newest of what is seen that has a value; where none has, the newest. */
function lastKnown({ start, value }: PointColumns, range: Range): number {
  const newest = lowerBound(start, range.to) - 1;
  for (let index = newest; index >= 0 && (start[index] as number) >= range.from; index--) {
    if (!Number.isNaN(value[index])) return start[index] as number;
  }
  return range.to - 1;
}

/** Never so near that less than a few intervals are seen. */
function longEnough(range: Range, step: number): Range {
  const missing = intervalsMin * step - (range.to - range.from);
  return missing <= 0 ? range : { from: range.from - missing / 2, to: range.to + missing / 2 };
}

function useRegions({ columns, anomalies, calendar, interval }: TrafficChartProps): Regions {
  const step = intervalSeconds[interval];
  const zoneName = zone.value;
  return useMemo(
    () => ({
      runs: stateRuns(columns, step),
      specials: calendar.map(({ date, name }) => {
        const from = startOfDate(date, zoneName) / 1000;
        return { from, to: from + daySeconds, name };
      }),
      marks: anomalies.toReversed().map(({ start, end, status }) => ({
        from: Date.parse(start) / 1000,
        to: (end === undefined ? Date.now() : Date.parse(end)) / 1000,
        isDismissed: status === 'dismissed',
      })),
    }),
    [columns, anomalies, calendar, step, zoneName],
  );
}

function countParts(theme: ChartTheme, regions: () => Regions): PlotParts {
  return {
    series: [
      {},
      { stroke: 'transparent', points: { show: false } },
      { stroke: 'transparent', points: { show: false } },
      { stroke: 'transparent', points: { show: false } },
      { stroke: 'transparent', points: { show: false } },
      { stroke: theme.expected, width: 1, dash: [4, 4], points: { show: false } },
      { stroke: theme.line, width: 1.75, points: { size: 4, fill: theme.line } },
    ],
    bands: [
      { series: [2, 1], fill: theme.band },
      { series: [4, 3], fill: theme.day },
    ],
    axes: [timeAxis(theme, zone.value, true), quantityAxis(theme, undefined)],
    scales: { y: { range: (_, min, max) => [Math.min(0, min ?? 0), (max ?? 0) > 0 ? max * 1.08 : 1] } },
    hooks: { drawClear: [(plot) => drawRegions(plot, theme, regions())] },
  };
}

function severityParts(theme: ChartTheme, threshold: number | undefined): PlotParts {
  const drawThreshold = (plot: uPlot) => {
    if (threshold === undefined) return;
    const { ctx, bbox } = plot;
    const y = Math.round(plot.valToPos(threshold, 'y', true)) + 0.5;
    ctx.save();
    ctx.strokeStyle = theme.anomaly;
    ctx.setLineDash([5, 4]);
    ctx.beginPath();
    ctx.moveTo(bbox.left, y);
    ctx.lineTo(bbox.left + bbox.width, y);
    ctx.stroke();
    ctx.restore();
  };
  return {
    series: [{}, { stroke: theme.text, width: 1.25, fill: theme.band, points: { show: false } }],
    axes: [
      timeAxis(theme, zone.value),
      { ...quantityAxis(theme, undefined, 24), splits: () => [0, 50, 100] },
    ],
    scales: { y: { range: () => [0, 104] } },
    hooks: { draw: [drawThreshold] },
  };
}
