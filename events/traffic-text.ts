import { asNumber } from '../domain/judging/point.ts';
import type {
  AnomalyDetected,
  AnomalyEnded,
  AnomalyNotification,
  HealthNotification,
} from '../domain/notification/notification.ts';

/** Whole sentences: what, how far from what was expected, since when, which series. */
export const longAnomalyText = (notification: AnomalyNotification): string =>
  notification.kind === 'anomaly.detected' ? detectedText(notification) : endedText(notification);

function detectedText(notification: AnomalyDetected): string {
  const { series, start, direction, severity, expected, lower, upper, worstAt } = notification;
  const { observed, scale } = notification;
  const value = asNumber(observed, scale);
  const at = worstAt === start ? '' : ` At its worst, at ${minute(worstAt)}:`;
  return (
    `${series} is ${direction} what is expected since ${minute(start)}.${at} ` +
    `${figure(value)} instead of about ${figure(expected)} (${difference(value, expected)}); ` +
    `between ${figure(lower)} and ${figure(upper)} would be usual. Severity ${Math.floor(severity)} of 100.`
  );
}

function endedText({ series, start, end, severity, isWithdrawn }: AnomalyEnded): string {
  if (isWithdrawn) {
    return `${series} did not deviate at ${minute(start)} after all: events that came late have made up for it.`;
  }
  return (
    `${series} is as expected again since ${minute(end)}. ` +
    `It had not been since ${minute(start)}; severity ${Math.floor(severity)} of 100.`
  );
}

/** The same for a small screen: the series' name, which may be long, comes last. */
export function shortAnomalyText(notification: AnomalyNotification): string {
  const { series, start } = notification;
  if (notification.kind === 'anomaly.ended') {
    return notification.isWithdrawn
      ? `Tidegate: no deviation after all, ${minute(start)}: ${series}`
      : `Tidegate: as expected again since ${minute(notification.end)}: ${series}`;
  }
  const { observed, scale, expected } = notification;
  const value = asNumber(observed, scale);
  const far = `${difference(value, expected)}, ${figure(value)} for ${figure(expected)}`;
  return `Tidegate: ${far} since ${minute(start)}: ${series}`;
}

/** Whether what is counted can be judged, for people. */
export const healthText = (notification: HealthNotification): string =>
  healthTexts[notification.kind](notification as never);

const healthTexts: {
  [Kind in HealthNotification['kind']]: (of: Extract<HealthNotification, { kind: Kind }>) => string;
} = {
  'data.stalled': ({ since, isLagging }) =>
    isLagging
      ? `Counting your traffic lags behind since ${minute(since)}. Intervals are judged late.`
      : `Your traffic is not counted since ${minute(since)}. ` +
        'Nothing is lost; until it is, nothing is judged, and silence is not taken for zero.',
  'data.resumed': ({ since, at }) =>
    `Your traffic is counted again since ${minute(at)}. ` +
    `It was not since ${minute(since)}; what came meanwhile is counted and judged now.`,
  'data.duplicates': ({ share, since }) =>
    `${percent(share)} of your events since ${minute(since)} were sent more than once. ` +
    'Usage counts each once; traffic series count what was stored, so they are too high by as much.',
};

/** The same for a small screen. */
export function shortHealthText(notification: HealthNotification): string {
  const since = minute(notification.since);
  if (notification.kind === 'data.resumed')
    return `Tidegate: your traffic is counted again; it was not since ${since}.`;
  if (notification.kind === 'data.duplicates')
    return `Tidegate: ${percent(notification.share)} of your events since ${since} were sent more than once.`;
  return notification.isLagging
    ? `Tidegate: counting your traffic lags behind since ${since}.`
    : `Tidegate: your traffic is not counted since ${since}. Nothing is lost.`;
}

/** -30 %, +250 %; where next to nothing was expected, how many times as much says more. */
function difference(value: number, expected: number): string {
  const change = (value - expected) / Math.max(expected, 1e-9);
  if (change > 9) return expected < 0.05 ? 'far above' : `${figure(value / expected)} times`;
  return `${change < 0 ? '-' : '+'}${Math.round(Math.abs(change) * 100)} %`;
}

const percent = (share: number): string => `${figure(share * 100)} %`;

/** As many digits as anybody reads. */
const figure = (value: number): string =>
  Number(value >= 100 ? Math.round(value) : value.toPrecision(3)).toLocaleString('en-US', {
    maximumFractionDigits: 6,
  });

/** 2026-12-01 00:00 UTC */
const minute = (ms: number): string => `${new Date(ms).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
