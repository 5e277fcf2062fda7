import { type Anomaly, anomalyId } from '../../../domain/judging/anomaly.ts';

/** An anomaly as judging makes it; what is not said is any. */
export function anomalyOf(given: Partial<Anomaly> = {}): Anomaly {
  const { series = 'orders', start = Date.parse('2026-11-21T10:00:00Z') } = given;
  return {
    id: anomalyId(series, start),
    series,
    start,
    direction: 'below',
    severity: 88.5,
    worstAt: start,
    observed: 70n,
    scale: 0,
    expected: 100,
    lower: 80,
    upper: 120,
    ratio: 0.3566749,
    detectedAt: start + 3_600_000,
    isDue: true,
    ...given,
  };
}
