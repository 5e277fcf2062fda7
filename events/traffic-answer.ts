import type { AnomalyRecord } from '../domain/judging/anomaly.ts';
import type { Taught } from '../domain/judging/lesson.ts';
import { barOf } from '../domain/judging/lesson.ts';
import type { JudgedPoint } from '../domain/judging/point.ts';
import { type SeriesTweak, thresholdOf } from '../domain/judging/series-tweak.ts';
import { formatQuantity } from '../domain/metering/quantity.ts';
import type { Series } from '../domain/tenancy/tenant-config.ts';
import { encodeInstant } from './usage-answer.ts';

/** Severities are answered as whole numbers; one that has not reached a threshold is not answered as if it had. */
const whole = (severity: number): number => Math.floor(severity);

/** A series as it is listed. */
export function encodeSeries(series: Series, tweak: SeriesTweak, { isActive }: { isActive: boolean }) {
  const { name, eventType, aggregation, field, interval, relativeTo } = series;
  return {
    name,
    eventType,
    aggregation,
    ...(field !== undefined && { field }),
    interval,
    ...(relativeTo !== undefined && { relativeTo }),
    severityThreshold: thresholdOf(series, tweak),
    muted: tweak.muted,
    state: isActive ? 'active' : 'learning',
  };
}

/** An interval of which nothing is known has no value and was not judged. */
export function encodePoint({ start, state, value, scale, verdict, ...more }: JudgedPoint) {
  return {
    start: encodeInstant(start),
    value: value === undefined ? null : formatQuantity(value, scale),
    ...(verdict && {
      expected: verdict.expected,
      lower: verdict.lower,
      upper: verdict.upper,
      severity: whole(verdict.severity),
    }),
    state,
    ...(verdict?.isQuieted && { quieted: true }),
    ...(more.isImported && { imported: true }),
    ...(more.special !== undefined && { special: more.special }),
    ...(more.duplicatesShare !== undefined && { duplicatesShare: more.duplicatesShare }),
  };
}

export type WirePoint = ReturnType<typeof encodePoint>;

/** The contract's Anomaly. */
export function encodeAnomaly(anomaly: AnomalyRecord) {
  const { id, series, start, end, direction, severity, worstAt, observed, scale, isWithdrawn } = anomaly;
  const { expected, lower, upper, status, note, detectedToldAt, detectedAt } = anomaly;
  return {
    anomalyId: id,
    series,
    start: encodeInstant(start),
    ...(end !== undefined && { end: encodeInstant(end) }),
    ongoing: end === undefined && !isWithdrawn,
    worstAt: encodeInstant(worstAt),
    detectedAt: encodeInstant(detectedAt),
    observed: formatQuantity(observed, scale),
    expected,
    lower,
    upper,
    direction,
    severity: whole(severity),
    status,
    notified: detectedToldAt !== undefined,
    ...(note !== undefined && { note }),
    ...(isWithdrawn && { withdrawn: true }),
  };
}

export type WireAnomaly = ReturnType<typeof encodeAnomaly>;

/** What feedback has changed, in words and as members. */
export function encodeEffect(anomaly: AnomalyRecord, { learned, lessons, undone }: Taught) {
  const { series, direction, status } = anomaly;
  const lesson = learned ?? lessons.find(({ anomalyId }) => anomalyId === anomaly.id);
  if (status === 'dismissed' && lesson) {
    const share = Math.round(factorOf(direction, barOf(lesson)) * 100);
    const until = encodeInstant(lesson.until);
    const kind = direction === 'below' ? 'fall' : 'rise';
    const beyond = direction === 'below' ? 'below' : 'above';
    const text =
      `A ${kind} of ${series} like this one no longer rings: until ${until.slice(0, 10)} a deviation ${direction} what is ` +
      `expected has to get ${beyond} about ${share} % of it, and counts for a quarter of its severity until it does. ` +
      'Confirming this anomaly undoes that.';
    return { text, changed: learned !== undefined, direction, needsPercentOfExpected: share, until };
  }
  if (undone.length > 0) {
    const [dismissals, hold] =
      undone.length === 1 ? ['a dismissal', 'holds'] : [`${undone.length} dismissals`, 'hold'];
    const text =
      `Deviations of ${series} like this one ring again: ` +
      `${dismissals} that had kept them quiet no longer ${hold}.`;
    return { text, changed: true, direction, undone: undone.map(({ anomalyId }) => anomalyId) };
  }
  return { text: `Deviations of ${series} like this one ring as before.`, changed: false, direction };
}

/** A ratio on the logarithm's scale as observed / expected. */
const factorOf = (direction: 'above' | 'below', ratio: number): number =>
  Math.exp(direction === 'below' ? -ratio : ratio);
