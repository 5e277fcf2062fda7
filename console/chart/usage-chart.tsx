import { useMemo, useState } from 'preact/hooks';
import uPlot from 'uplot';
import type { Quantity as WireQuantity } from '../api/answers.ts';
import { groupDigits, sizeOf } from '../format/quantity.ts';
import { readSpan } from '../format/time.ts';
import { Quantity } from '../parts/text.tsx';
import { zone } from '../session/session.ts';
import { quantityAxis, timeAxis } from './axes.ts';
import { ChartFrame, indexAt } from './chart-frame.tsx';
import { Plot, type PlotParts } from './plot.tsx';
import type { Range } from './range.ts';
import type { ChartTheme } from './theme.ts';

/** One bar. */
export interface UsageBar {
  startMs: number;
  endMs: number;
  value: WireQuantity;
  events: number;
}

interface UsageChartProps {
  label: string;
  bars: UsageBar[];
  unit: string | undefined;
  height?: number;
}

/** Usage by hour or day as bars, with a table of the same for who would rather read. */
export function UsageChart({ label, bars, unit, height = 260 }: UsageChartProps) {
  const first = bars[0]?.startMs ?? 0;
  const last = bars.at(-1)?.endMs ?? 0;
  const extent = useMemo(() => ({ from: first / 1000, to: last / 1000 }), [first, last]);
  const [chosen, setChosen] = useState<{ of: Range; range: Range }>();
  const range = chosen?.of === extent ? chosen.range : extent;
  const [point, setPoint] = useState<number>();
  const starts = useMemo(() => bars.map(({ startMs }) => startMs / 1000), [bars]);
  const data = useMemo(
    () => [starts, bars.map(({ value }) => sizeOf(value))] as uPlot.AlignedData,
    [starts, bars],
  );
  const pointed = point === undefined ? undefined : bars[indexAt(starts, point)];
  const spanMin = 6 * (((bars[0]?.endMs ?? 0) - first) / 1000);
  return (
    <>
      <ChartFrame
        label={label}
        readout={<Readout bar={pointed ?? bars.at(-1)} unit={unit} />}
        range={range}
        extent={extent}
        spanMin={spanMin}
        onRange={(wanted) => setChosen({ of: extent, range: wanted })}
        points={starts}
        point={point}
        onPoint={setPoint}
      >
        <Plot
          height={height}
          data={data}
          range={range}
          partsKey={`usage ${unit}`}
          parts={(theme) => barParts(theme, unit)}
          onZoom={(wanted) => setChosen({ of: extent, range: wanted })}
          onReset={() => setChosen(undefined)}
          onPoint={setPoint}
          point={point}
        />
      </ChartFrame>
      <UsageTable label={label} bars={bars} unit={unit} />
    </>
  );
}

function barParts(theme: ChartTheme, unit: string | undefined): PlotParts {
  const bars = uPlot.paths.bars?.({ align: 1, size: [0.8, 48], gap: 1 });
  return {
    series: [
      {},
      {
        stroke: theme.line,
        fill: theme.fill,
        width: 0,
        points: { show: false },
        ...(bars && { paths: bars }),
      },
    ],
    axes: [timeAxis(theme, zone.value), quantityAxis(theme, unit)],
    scales: { y: { range: (_, __, max) => [0, max > 0 ? max * 1.08 : 1] } },
  };
}

function Readout({ bar, unit }: { bar: UsageBar | undefined; unit: string | undefined }) {
  if (!bar) return null;
  return (
    <>
      <span class="readout-time">{readSpan(bar.startMs, bar.endMs, zone.value)}</span>
      <strong>
        <Quantity of={bar.value} unit={unit} />
      </strong>
      <span class="readout-more">
        {groupDigits(String(bar.events))} {bar.events === 1 ? 'event' : 'events'}
      </span>
    </>
  );
}

function UsageTable({ label, bars, unit }: { label: string; bars: UsageBar[]; unit: string | undefined }) {
  const [isOpen, setOpen] = useState(false);
  return (
    <details class="as-table" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>As a table</summary>
      {isOpen && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by the keyboard.
        <section class="table-scroll" tabIndex={0} aria-label={`${label} As a table.`}>
          <table class="table">
            <thead>
              <tr>
                <th scope="col">Time</th>
                <th scope="col" class="number">
                  Usage
                </th>
                <th scope="col" class="number">
                  Events
                </th>
              </tr>
            </thead>
            <tbody>
              {bars.toReversed().map((bar) => (
                <tr key={bar.startMs}>
                  <td>{readSpan(bar.startMs, bar.endMs, zone.value)}</td>
                  <td class="number">
                    <Quantity of={bar.value} unit={unit} />
                  </td>
                  <td class="number">{groupDigits(String(bar.events))}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      )}
    </details>
  );
}
