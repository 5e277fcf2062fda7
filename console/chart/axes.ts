import type uPlot from 'uplot';
import { readQuantity } from '../format/quantity.ts';
import { readInstant } from '../format/time.ts';
import type { ChartTheme } from './theme.ts';

const font = '12px system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif';
const daySeconds = 86_400;

/** Powers of two, so that bytes are divided at whole KiB, MiB and GiB. */
const binarySteps = Array.from({ length: 70 }, (_, power) => 2 ** power);

/** Times in a zone: days where a day or more lies between two, else the clock, and the day where it begins. */
export function timeAxis(theme: ChartTheme, zone: string, isHidden = false): uPlot.Axis {
  return {
    stroke: theme.text,
    font,
    space: 64,
    size: isHidden ? 8 : 32,
    gap: 6,
    grid: { stroke: theme.grid, width: 1 },
    ticks: { show: !isHidden, stroke: theme.grid, width: 1, size: 5 },
    values: (_, splits, __, ___, step) => (isHidden ? splits.map(() => '') : timeTexts(splits, step, zone)),
  };
}

function timeTexts(splits: number[], step: number, zone: string): string[] {
  return splits.map((at) => {
    const clock = readInstant(at * 1000, zone, 'clock');
    if (step >= daySeconds || clock === '00:00') return shortDay(at * 1000, zone);
    return clock;
  });
}

const dayFormats = new Map<string, Intl.DateTimeFormat>();

function shortDay(instantMs: number, zone: string): string {
  let format = dayFormats.get(zone);
  if (!format) {
    format = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', timeZone: zone });
    dayFormats.set(zone, format);
  }
  return format.format(instantMs);
}

/** Quantities in units that people read. */
export function quantityAxis(theme: ChartTheme, unit: string | undefined, splitsSpace = 36): uPlot.Axis {
  return {
    stroke: theme.text,
    font,
    space: splitsSpace,
    gap: 6,
    size: axisWidth,
    grid: { stroke: theme.grid, width: 1 },
    ticks: { show: false },
    ...(unit === 'By' && { incrs: binarySteps }),
    values: (_, splits) => splits.map((value) => axisText(value, unit)),
  };
}

/** What counts things needs no word at each line. */
const axisText = (value: number, unit: string | undefined): string =>
  unit?.startsWith('{') ? readQuantity(value).text : readQuantity(value, unit).text;

export const axisWidthMin = 64;

const axisWidth = (_: uPlot, values: string[] | null): number => {
  const longest = Math.max(0, ...(values ?? []).map((value) => value.length));
  return Math.max(axisWidthMin, Math.ceil(longest * 7 + 14));
};
