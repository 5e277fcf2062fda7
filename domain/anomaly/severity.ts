import type { Arena } from './arena.ts';

/** placeholder */
const points: [perWeek: number, severity: number][] = [
  [10, 20],
  [1, 50],
  [0.25, 70],
  [0.02, 90],
];

export function severityOf(log10PerWeek: number): number {
  const x = -log10PerWeek;
  const first = points[0] as [number, number];
  const top = -Math.log10(first[0]);
  if (x <= top) return Math.max(0, first[1] * (1 - (top - x) / 3));
  for (let i = 1; i < points.length; i += 1) {
    const [rate, severity] = points[i] as [number, number];
    const [rate0, severity0] = points[i - 1] as [number, number];
    const right = -Math.log10(rate);
    const left = -Math.log10(rate0);
    if (x <= right) return severity0 + ((severity - severity0) * (x - left)) / (right - left);
  }
  const beyond = x + Math.log10(0.02);
  return 100 - 10 / (1 + 0.55 * beyond);
}
export type { Arena };
