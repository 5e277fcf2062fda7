/** A series of 52 weeks at five minutes, as the API would answer it: a rhythm, noise, gaps, anomalies. */

const stepMs = 300_000;
const dayMs = 86_400_000;
export const yearPoints = 364 * 288;

export interface YearPoint {
  start: string;
  value: number | null;
  expected?: number;
  lower?: number;
  upper?: number;
  severity?: number;
  state: 'complete' | 'missing' | 'learning';
}

/** The points of [from, to), epoch milliseconds; the year ends at `until`. */
export function yearPointsOf(until: number, from: number, to: number): YearPoint[] {
  const begin = until - 364 * dayMs;
  const first = Math.ceil(Math.max(from, begin) / stepMs);
  const points: YearPoint[] = [];
  for (let step = first; step * stepMs < Math.min(to, until); step++) points.push(pointAt(step, begin));
  return points;
}

const isOdd = (day: number): boolean => drawn(day * 7 + 1) < 0.1;

function pointAt(step: number, begin: number): YearPoint {
  const at = step * stepMs;
  const start = new Date(at).toISOString();
  const day = Math.floor(at / dayMs);
  const hour = (at % dayMs) / 3_600_000;
  // Some days have a gap, whatever day the year begins with.
  if (Math.floor((at - begin) / dayMs) % 90 === 33 && hour >= 3 && hour < 7)
    return { start, value: null, state: 'missing' };
  const weekend = [0, 6].includes(new Date(at).getUTCDay()) ? 0.7 : 1;
  const expected = Math.round(weekend * (220 + 180 * Math.sin(((hour - 9) / 24) * 2 * Math.PI)));
  const noise = 1 + 0.12 * (drawn(step) + drawn(step + 0.5) - 1);
  const isLow = isOdd(day) && hour >= 14 && hour < 15;
  const value = Math.round(expected * noise * (isLow ? 0.25 : 1));
  if (at - begin < 14 * dayMs) return { start, value, state: 'learning' };
  const [lower, upper] = [Math.round(expected * 0.8), Math.round(expected * 1.2)];
  const severity = isLow ? 70 + Math.floor(30 * drawn(day)) : Math.floor(40 * drawn(step * 3) ** 4);
  return { start, value, expected, lower, upper, severity, state: 'complete' };
}

/** From 0 to 1, by the number alone. */
function drawn(number: number): number {
  const x = Math.sin(number * 12.9898 + 78.233) * 43_758.5453;
  return x - Math.floor(x);
}
