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
  state: 'complete' | 'partial' | 'missing' | 'learning';
}

export interface YearAnomaly {
  anomalyId: string;
  series: string;
  start: string;
  end: string;
  ongoing: false;
  observed: number;
  expected: number;
  lower: number;
  upper: number;
  direction: 'above' | 'below';
  severity: number;
  status: 'open' | 'confirmed' | 'dismissed';
  notified: boolean;
}

/** The points of [from, to), epoch milliseconds; the year ends at `until`. */
export function yearPointsOf(until: number, from: number, to: number): YearPoint[] {
  const begin = until - 364 * dayMs;
  const first = Math.ceil(Math.max(from, begin) / stepMs);
  const points: YearPoint[] = [];
  for (let step = first; step * stepMs < Math.min(to, until); step++) points.push(pointAt(step, begin));
  return points;
}

/** One in about ten days, the newest first. */
export function yearAnomalies(until: number): YearAnomaly[] {
  const found: YearAnomaly[] = [];
  const begin = until - 364 * dayMs;
  for (let day = Math.ceil(begin / dayMs) + 20; (day + 1) * dayMs < until; day++) {
    if (!isOdd(day)) continue;
    const start = day * dayMs + 14 * 3_600_000;
    const { value, expected = 0, lower = 0, upper = 0, severity = 0 } = pointAt(start / stepMs + 3, begin);
    found.push({
      anomalyId: `views~${new Date(start).toISOString().slice(0, 19).replace(/[-:]/g, '')}Z`,
      series: 'views',
      start: new Date(start).toISOString(),
      end: new Date(start + 3_600_000).toISOString(),
      ongoing: false,
      observed: value ?? 0,
      expected,
      lower,
      upper,
      direction: 'below',
      severity: Math.floor(severity),
      status: day % 3 === 0 ? 'dismissed' : 'open',
      notified: true,
    });
  }
  return found.reverse();
}

const isOdd = (day: number): boolean => drawn(day * 7 + 1) < 0.1;

function pointAt(step: number, begin: number): YearPoint {
  const at = step * stepMs;
  const start = new Date(at).toISOString();
  const day = Math.floor(at / dayMs);
  const hour = (at % dayMs) / 3_600_000;
  if (drawn(day * 13 + 5) < 0.01 && hour >= 3 && hour < 7) return { start, value: null, state: 'missing' };
  const weekend = [0, 6].includes(new Date(at).getUTCDay()) ? 0.7 : 1;
  const expected = Math.round(weekend * (220 + 180 * Math.sin(((hour - 9) / 24) * 2 * Math.PI)));
  const noise = 1 + 0.12 * (drawn(step) + drawn(step + 0.5) - 1);
  const isLow = isOdd(day) && hour >= 14 && hour < 15;
  const value = Math.round(expected * noise * (isLow ? 0.25 : 1));
  if (at - begin < 14 * dayMs) return { start, value, state: 'learning' };
  const [lower, upper] = [Math.round(expected * 0.8), Math.round(expected * 1.2)];
  const severity = isLow ? 70 + Math.floor(30 * drawn(day)) : Math.floor(40 * drawn(step * 3) ** 4);
  const state = drawn(day * 17 + 3) < 0.01 && hour >= 18 && hour < 20 ? 'partial' : 'complete';
  return { start, value, expected, lower, upper, severity, state };
}

/** From 0 to 1, by the number alone. */
function drawn(number: number): number {
  const x = Math.sin(number * 12.9898 + 78.233) * 43_758.5453;
  return x - Math.floor(x);
}
