import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { clampRange, panRange, type Range, zoomRange } from './range.ts';

interface FrameProps {
  /** What the chart shows, in a sentence. */
  label: string;
  /** What stands at the time pointed at; takes one line or two and never moves what is below it. */
  readout: ComponentChildren;
  range: Range;
  extent: Range;
  /** The nearest that one may look, seconds. */
  spanMin: number;
  onRange: (range: Range) => void;
  /** Starts of what can be pointed at, ascending, seconds. */
  points: ArrayLike<number>;
  point: number | undefined;
  onPoint: (at: number) => void;
  children: ComponentChildren;
}

/**
 * What stands around a chart: what it says at a time, and zooming by buttons, keys and the wheel (with Ctrl, so that
 * the page still scrolls).
 */
export function ChartFrame(props: FrameProps) {
  const { label, readout, range, extent, spanMin, onRange, children } = props;
  const area = useRef<HTMLDivElement>(null);
  const latest = useRef(props);
  latest.current = props;
  const show = (wanted: Range) => onRange(clampRange(wanted, extent, spanMin));
  const isWhole = range.to - range.from >= extent.to - extent.from - 1;

  useEffect(() => {
    const element = area.current;
    const wheel = (event: WheelEvent) => zoomByWheel(event, latest.current);
    element?.addEventListener('wheel', wheel, { passive: false });
    return () => element?.removeEventListener('wheel', wheel);
  }, []);

  return (
    <div class="chart">
      <div class="chart-head">
        <div class="readout" aria-live="polite">
          {readout}
        </div>
        <div class="zoom">
          <ZoomButton
            label="Earlier"
            sign="‹"
            onClick={() => show(panRange(range, -0.5))}
            isOff={range.from <= extent.from}
          />
          <ZoomButton
            label="Later"
            sign="›"
            onClick={() => show(panRange(range, 0.5))}
            isOff={range.to >= extent.to}
          />
          <ZoomButton
            label="Zoom in"
            sign="+"
            onClick={() => show(zoomRange(range, 2))}
            isOff={range.to - range.from <= spanMin}
          />
          <ZoomButton label="Zoom out" sign="−" onClick={() => show(zoomRange(range, 0.5))} isOff={isWhole} />
          <button
            type="button"
            class="button button-small"
            onClick={() => onRange(extent)}
            disabled={isWhole}
          >
            All
          </button>
        </div>
      </div>
      <div
        ref={area}
        class="chart-area"
        // What reads a page aloud hands its keys on.
        role="application"
        aria-roledescription="chart"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: the chart is read with the arrow keys.
        tabIndex={0}
        aria-label={`${label} Arrow keys read it, plus and minus zoom, Shift and arrows move, 0 shows all.`}
        onKeyDown={(event) => {
          if (byKey(event, props, show)) event.preventDefault();
        }}
      >
        {children}
      </div>
    </div>
  );
}

function ZoomButton({
  label,
  sign,
  onClick,
  isOff,
}: {
  label: string;
  sign: string;
  onClick: () => void;
  isOff: boolean;
}) {
  return (
    <button
      type="button"
      class="button button-small button-sign"
      aria-label={label}
      title={label}
      onClick={onClick}
      disabled={isOff}
    >
      {sign}
    </button>
  );
}

function byKey(event: KeyboardEvent, props: FrameProps, show: (range: Range) => void): boolean {
  const { range, extent, onRange } = props;
  if (event.ctrlKey || event.metaKey || event.altKey) return false;
  const moves: Record<string, () => void> = {
    '+': () => show(zoomRange(range, 2)),
    '=': () => show(zoomRange(range, 2)),
    '-': () => show(zoomRange(range, 0.5)),
    '0': () => onRange(extent),
    ArrowLeft: () => (event.shiftKey ? show(panRange(range, -0.25)) : step(props, -1)),
    ArrowRight: () => (event.shiftKey ? show(panRange(range, 0.25)) : step(props, 1)),
    Home: () => step(props, -Number.MAX_SAFE_INTEGER),
    End: () => step(props, Number.MAX_SAFE_INTEGER),
  };
  moves[event.key]?.();
  return event.key in moves;
}

/** To the point so many away from the one pointed at, among those that are shown. */
function step({ points, range, point, onPoint }: FrameProps, by: number): void {
  const first = indexAt(points, range.from);
  const last = indexAt(points, range.to) - (points[indexAt(points, range.to)] === range.to ? 1 : 0);
  if (last < first) return;
  const now = point === undefined ? (by > 0 ? first - 1 : last + 1) : Math.min(indexAt(points, point), last);
  const at = points[Math.min(Math.max(now + by, first), last)];
  if (at !== undefined) onPoint(at);
}

/** Index of the last point that starts at this time or before it; 0 where there is none. */
export function indexAt(points: ArrayLike<number>, at: number): number {
  let low = 0;
  let high = points.length - 1;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((points[middle] as number) <= at) low = middle;
    else high = middle - 1;
  }
  return Math.max(low, 0);
}

function zoomByWheel(event: WheelEvent, { range, extent, spanMin, onRange }: FrameProps): void {
  const isZoom = event.ctrlKey || event.metaKey;
  const isPan = Math.abs(event.deltaX) > Math.abs(event.deltaY);
  if (!isZoom && !isPan) return;
  event.preventDefault();
  const box = (event.currentTarget as HTMLElement).getBoundingClientRect();
  const share = Math.min(1, Math.max(0, (event.clientX - box.left) / box.width));
  const around = range.from + (range.to - range.from) * share;
  const wanted = isZoom
    ? zoomRange(range, 1.0025 ** -event.deltaY, around)
    : panRange(range, event.deltaX / box.width);
  onRange(clampRange(wanted, extent, spanMin));
}
