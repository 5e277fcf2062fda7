import { formatQuantity } from '../domain/metering/quantity.ts';
import type { AnomalyNotification, HealthNotification } from '../domain/notification/notification.ts';

/** Severities are told as whole numbers; one that reached a threshold is not told as one beyond it. */
const whole = (severity: number): number => Math.floor(severity);

/** What a notification about an anomaly has beside what all have (contract, messages). */
export function anomalyMembers(notification: AnomalyNotification, instant: (ms: number) => string) {
  const { anomalyId, series, start, direction, severity } = notification;
  const head = { anomalyId, series, start: instant(start) };
  if (notification.kind === 'anomaly.ended') {
    const { end, isWithdrawn } = notification;
    return {
      ...head,
      end: instant(end),
      direction,
      severity: whole(severity),
      ...(isWithdrawn && { withdrawn: true }),
    };
  }
  const { observed, scale, expected, lower, upper, worstAt } = notification;
  return {
    ...head,
    worstAt: instant(worstAt),
    observed: formatQuantity(observed, scale),
    expected,
    lower,
    upper,
    direction,
    severity: whole(severity),
  };
}

/** Those that subscriptions filter by; numbers are told as numbers. */
export const anomalyAttributes = ({ series, severity, direction }: AnomalyNotification) => ({
  series,
  severity: whole(severity),
  direction,
});

/** Who counts traffic; what it says of itself is told of it. */
const consumer = 'count-traffic';

export function healthMembers(notification: HealthNotification, instant: (ms: number) => string) {
  const since = instant(notification.since);
  if (notification.kind === 'data.stalled') {
    const { shards, isLagging } = notification;
    return { consumer, since, shards, state: isLagging ? 'lagging' : 'stalled' };
  }
  if (notification.kind === 'data.duplicates')
    return { consumer: 'record-usage', since, share: notification.share };
  return { consumer, since };
}
