import { useEffect, useRef } from 'preact/hooks';
import uPlot from 'uplot';
import { zone } from '../session/session.ts';
import type { Range } from './range.ts';
import { type ChartTheme, chartTheme } from './theme.ts';

/** What a chart draws; the rest of uPlot's options is the same for all. */
export type PlotParts = Pick<uPlot.Options, 'series' | 'bands' | 'axes' | 'scales' | 'hooks' | 'padding'>;

interface PlotProps {
  height: number;
  data: uPlot.AlignedData;
  range: Range;
  /** What `parts` depends on beside the theme: a change makes the chart anew. */
  partsKey: string;
  parts: (theme: ChartTheme) => PlotParts;
  onZoom: (range: Range) => void;
  onReset: () => void;
  /** The time under the pointer, seconds; undefined where it is elsewhere. */
  onPoint: (at: number | undefined) => void;
  /** The time that the keyboard points at. */
  point?: number | undefined;
  onWidth?: (pixels: number) => void;
}

/** A canvas with a time axis: drag to zoom, double click to see all again. */
export function Plot(props: PlotProps) {
  const box = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | undefined>(undefined);
  const latest = useRef(props);
  latest.current = props;
  const theme = chartTheme.value;
  const { data, range, height, partsKey, point } = props;

  useEffect(() => {
    const element = box.current;
    if (!element) return;
    const made = makePlot(element, theme, latest);
    plot.current = made;
    const observer = new ResizeObserver(() => {
      const width = element.clientWidth;
      if (width > 0 && width !== made.width) made.setSize({ width, height: latest.current.height });
      latest.current.onWidth?.(width);
    });
    observer.observe(element);
    return () => {
      observer.disconnect();
      made.destroy();
      plot.current = undefined;
    };
  }, [theme, partsKey, height, zone.value]);

  useEffect(() => {
    const made = plot.current;
    if (!made) return;
    made.batch(() => {
      if (made.data !== data) made.setData(data, false);
      made.setScale('x', { min: range.from, max: range.to });
    });
  }, [data, range.from, range.to]);

  useEffect(() => {
    const made = plot.current;
    if (!made || point === undefined) return;
    made.setCursor({ left: made.valToPos(point, 'x'), top: made.over.clientHeight / 2 }, false);
  }, [point]);

  return <div ref={box} class="plot" style={{ height: `${height}px` }} />;
}

function makePlot(element: HTMLElement, theme: ChartTheme, latest: { current: PlotProps }): uPlot {
  const { height, data, parts } = latest.current;
  const drawn = parts(theme);
  const options: uPlot.Options = {
    width: Math.max(element.clientWidth, 100),
    height,
    padding: [8, 26, 0, 0],
    legend: { show: false },
    tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), zone.value),
    cursor: {
      y: false,
      points: { show: false },
      drag: { x: true, y: false, setScale: false, dist: 5 },
      bind: {
        dblclick: () => () => {
          latest.current.onReset();
          return null;
        },
      },
    },
    ...drawn,
    scales: {
      ...drawn.scales,
      x: { time: true, range: () => [latest.current.range.from, latest.current.range.to] },
    },
    hooks: {
      ...drawn.hooks,
      setSelect: [
        (self) => {
          const { left, width } = self.select;
          if (width < 5) return;
          const from = self.posToVal(left, 'x');
          const to = self.posToVal(left + width, 'x');
          self.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
          latest.current.onZoom({ from, to });
        },
      ],
      setCursor: [
        (self) => {
          const { left = -10 } = self.cursor;
          latest.current.onPoint(left < 0 ? undefined : self.posToVal(left, 'x'));
        },
      ],
    },
  };
  return new uPlot(options, data, element);
}
