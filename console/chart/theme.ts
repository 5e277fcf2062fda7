import { signal } from '@preact/signals';

/** Colours that a canvas cannot take from the style sheet by itself. */
export interface ChartTheme {
  text: string;
  grid: string;
  line: string;
  fill: string;
  band: string;
  day: string;
  expected: string;
  anomaly: string;
  anomalyFill: string;
  missing: string;
  partial: string;
  learning: string;
  special: string;
  surface: string;
}

const names: (keyof ChartTheme)[] = [
  'text',
  'grid',
  'line',
  'fill',
  'band',
  'day',
  'expected',
  'anomaly',
  'anomalyFill',
  'missing',
  'partial',
  'learning',
  'special',
  'surface',
];

function readTheme(): ChartTheme {
  const style = getComputedStyle(document.documentElement);
  const entries = names.map((name) => {
    const property = `--chart-${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
    return [name, style.getPropertyValue(property).trim()];
  });
  return Object.fromEntries(entries) as unknown as ChartTheme;
}

/** Changes with the person's setting of light or dark. */
export const chartTheme = signal<ChartTheme>(readTheme());

matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => {
  chartTheme.value = readTheme();
});
