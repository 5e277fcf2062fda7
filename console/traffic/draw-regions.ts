import type uPlot from 'uplot';
import type { ChartTheme } from '../chart/theme.ts';
import type { StateRun } from './point-columns.ts';

/** A stretch of time with a name, seconds. */
export interface Stretch {
  from: number;
  to: number;
  name: string;
}

/** An anomaly as it is marked in a chart. */
export interface Mark {
  from: number;
  to: number;
  isDismissed: boolean;
}

export interface Regions {
  runs: StateRun[];
  specials: Stretch[];
  marks: Mark[];
}

/** Draws what stands behind the lines: gaps, special days, anomalies. Stretches next to each other are drawn as one. */
export function drawRegions(plot: uPlot, theme: ChartTheme, { runs, specials, marks }: Regions): void {
  const { ctx, bbox } = plot;
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
  const fills = {
    missing: hatch(ctx, theme.missing, 1),
    partial: hatch(ctx, theme.partial, -1),
    learning: theme.learning,
    complete: theme.surface,
  };
  for (const state of ['learning', 'partial', 'missing'] as const) {
    const stretches = runs.filter((run) => run.state === state);
    for (const { left, width } of boxesOf(plot, stretches)) {
      ctx.fillStyle = fills[state];
      ctx.fillRect(left, bbox.top, width, bbox.height);
    }
  }
  for (const special of specials) drawSpecial(plot, theme, special);
  ctx.fillStyle = theme.anomalyFill;
  for (const { left, width } of boxesOf(plot, marks)) ctx.fillRect(left, bbox.top, width, bbox.height);
  // From far off one triangle stands for those that would be drawn over it; an open one is never left out for another.
  let last = { middle: Number.NEGATIVE_INFINITY, isDismissed: true };
  for (const mark of marks) {
    const middle = plot.valToPos((mark.from + mark.to) / 2, 'x', true);
    const isNear = middle - last.middle < 7 * plotPixel();
    if (isNear && (mark.isDismissed || !last.isDismissed)) continue;
    drawMark(plot, theme, { middle, isDismissed: mark.isDismissed });
    last = { middle, isDismissed: mark.isDismissed };
  }
  ctx.restore();
}

/** Left edges and widths in canvas pixels, at least a pixel wide; what would overlap is joined. */
function boxesOf(
  plot: uPlot,
  stretches: readonly { from: number; to: number }[],
): { left: number; width: number }[] {
  const { min = 0, max = 0 } = plot.scales.x ?? {};
  const boxes: { left: number; width: number }[] = [];
  for (const { from, to } of stretches) {
    if (to < (min ?? 0) || from > (max ?? 0)) continue;
    const left = plot.valToPos(from, 'x', true);
    const right = Math.max(plot.valToPos(to, 'x', true), left + plotPixel());
    const last = boxes.at(-1);
    if (last && left <= last.left + last.width) last.width = Math.max(last.width, right - last.left);
    else boxes.push({ left, width: right - left });
  }
  return boxes;
}

const plotPixel = (): number => devicePixelRatio || 1;

function drawSpecial(plot: uPlot, theme: ChartTheme, special: Stretch): void {
  const { ctx, bbox } = plot;
  const ratio = plotPixel();
  for (const { left, width } of boxesOf(plot, [special])) {
    ctx.fillStyle = theme.special;
    ctx.fillRect(left, bbox.top, width, 4 * ratio);
    ctx.font = `${11 * ratio}px system-ui, sans-serif`;
    ctx.fillStyle = theme.text;
    ctx.textAlign = 'left';
    ctx.textBaseline = 'top';
    if (width > 24 * ratio && ctx.measureText(special.name).width < width - 8 * ratio) {
      ctx.fillText(special.name, left + 4 * ratio, bbox.top + 7 * ratio);
    }
  }
}

/** A small triangle at the top; an outline where it was dismissed. */
function drawMark(
  plot: uPlot,
  theme: ChartTheme,
  { middle, isDismissed }: { middle: number; isDismissed: boolean },
): void {
  const { ctx, bbox } = plot;
  const ratio = plotPixel();
  if (middle < bbox.left - 10 || middle > bbox.left + bbox.width + 10) return;
  ctx.beginPath();
  ctx.moveTo(middle - 5 * ratio, bbox.top + 1 * ratio);
  ctx.lineTo(middle + 5 * ratio, bbox.top + 1 * ratio);
  ctx.lineTo(middle, bbox.top + 9 * ratio);
  ctx.closePath();
  ctx.fillStyle = isDismissed ? theme.surface : theme.anomaly;
  ctx.strokeStyle = theme.anomaly;
  ctx.lineWidth = 1.5 * ratio;
  ctx.fill();
  ctx.stroke();
}

const hatches = new Map<string, CanvasPattern | string>();

/** Diagonal lines, so that it is not the colour alone that tells; `slope` is 1 or -1. */
function hatch(ctx: CanvasRenderingContext2D, colour: string, slope: 1 | -1): CanvasPattern | string {
  const key = `${colour} ${slope}`;
  const known = hatches.get(key);
  if (known) return known;
  const size = 8;
  const tile = document.createElement('canvas');
  tile.width = size;
  tile.height = size;
  const pen = tile.getContext('2d');
  if (!pen) return colour;
  pen.strokeStyle = colour;
  pen.lineWidth = 2.5;
  pen.beginPath();
  for (const shift of [-size, 0, size]) {
    pen.moveTo(shift - 1, slope > 0 ? size + 1 : -1);
    pen.lineTo(shift + size + 1, slope > 0 ? -1 : size + 1);
  }
  pen.stroke();
  const pattern = ctx.createPattern(tile, 'repeat') ?? colour;
  hatches.set(key, pattern);
  return pattern;
}
