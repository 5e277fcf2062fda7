import type { Interval } from '../traffic/interval.ts';
import { type Anomaly, anomalyId } from './anomaly.ts';
import { beginningOf, type Deviation, ratioOf } from './deviation.ts';
import type { JudgedPoint, PointVerdict } from './point.ts';

/** An anomaly that goes on, and what decides whether it does. */
export interface OngoingAnomaly {
  anomaly: Anomaly;
  /** The last interval that deviated. */
  last: Interval;
  /** Intervals in a row, since then, that did not. */
  calm: number;
}

/** An anomaly that was found before its intervals are judged again. */
export type FormerAnomaly = Pick<Anomaly, 'id' | 'start' | 'end' | 'direction' | 'isDue'>;

export interface FollowRules {
  series: string;
  /** From this severity on it is told. */
  threshold: number;
  /** So many intervals in a row without deviation end an anomaly. */
  calmMax: number;
  /** Only anomalies of intervals that begin then or later are worth telling. */
  tellFrom: number;
}

/** A deviation that is severe enough to be an anomaly; the list of anomalies shows it whatever the threshold. */
export const openSeverity = 50;
/** One that goes on may be less severe than one that begins. */
const goOnShare = 0.6;
/** What lasts is no longer news to the detector: it goes on while intervals are at least half as far as it was. */
const lastingShare = 0.5;
const lastingIntervals = 3;

export interface Followed {
  ongoing?: OngoingAnomaly;
  /** What was begun, changed or ended by this point. */
  changed: Anomaly[];
}

/**
 * What a judged point makes of the anomaly that goes on: it begins one, carries it on, brings it nearer to its end or
 * ends it. `remembered` are the intervals before this one and itself, none older than the last anomaly's end.
 */
export function followAnomaly(
  ongoing: OngoingAnomaly | undefined,
  point: JudgedPoint & { verdict: PointVerdict },
  remembered: readonly Deviation[],
  former: readonly FormerAnomaly[],
  rules: FollowRules,
): Followed {
  const opens = Math.min(openSeverity, rules.threshold);
  const { severity, direction } = point.verdict;
  const isLearning = point.state === 'learning';
  const isSevere = severity >= goOnShare * opens && severity > 0;
  if (
    ongoing &&
    direction === ongoing.anomaly.direction &&
    (isSevere || isLasting(ongoing, remembered, point))
  ) {
    const anomaly = carriedOn(ongoing.anomaly, point, ratioOf(since(remembered, ongoing.anomaly)), rules);
    const { start, end } = point;
    return {
      ongoing: { anomaly, last: { start, end }, calm: 0 },
      changed: isSame(anomaly, ongoing.anomaly) ? [] : [anomaly],
    };
  }
  if (severity >= opens && severity > 0 && !isLearning) {
    const ended = ongoing ? [endedAt(ongoing)] : [];
    const own = ongoing ? remembered.filter(({ start }) => start >= ongoing.last.end) : remembered;
    const begun = begin(point, own, former, rules);
    return { ongoing: begun, changed: [...ended, begun.anomaly] };
  }
  if (!ongoing) return { changed: [] };
  const calm = ongoing.calm + 1;
  if (calm < rules.calmMax) return { ongoing: { ...ongoing, calm }, changed: [] };
  return { changed: [endedAt(ongoing)] };
}

/** Whether the last intervals together are still about as far from what is expected, if nobody has dismissed that. */
function isLasting(
  { anomaly }: OngoingAnomaly,
  remembered: readonly Deviation[],
  point: JudgedPoint,
): boolean {
  if (point.verdict?.isQuieted) return false;
  return ratioOf(since(remembered, anomaly).slice(-lastingIntervals)) >= lastingShare * anomaly.ratio;
}

const endedAt = ({ anomaly, last }: OngoingAnomaly): Anomaly => ({ ...anomaly, end: last.end });

const since = (remembered: readonly Deviation[], { start }: Anomaly): Deviation[] =>
  remembered.filter((one) => one.start >= start);

function begin(
  point: JudgedPoint & { verdict: PointVerdict },
  remembered: readonly Deviation[],
  former: readonly FormerAnomaly[],
  { series, threshold, tellFrom }: FollowRules,
): OngoingAnomaly {
  const { start, end, verdict } = point;
  const deviations = remembered.slice(beginningOf(remembered, verdict.direction));
  const beginning = deviations[0]?.start ?? start;
  const known = former.find(
    (one) => one.direction === verdict.direction && one.start < end && (one.end ?? Infinity) > beginning,
  );
  const anomaly: Anomaly = {
    id: known?.id ?? anomalyId(series, beginning),
    series,
    start: beginning,
    direction: verdict.direction,
    ratio: ratioOf(deviations),
    detectedAt: end,
    // What was told once is the same thing still.
    isDue: known?.isDue || (verdict.severity >= threshold && start >= tellFrom),
    ...worst(point),
  };
  return { anomaly, last: { start, end }, calm: 0 };
}

function carriedOn(
  anomaly: Anomaly,
  point: JudgedPoint & { verdict: PointVerdict },
  ratio: number,
  { threshold, tellFrom }: FollowRules,
): Anomaly {
  const { severity } = point.verdict;
  const isDue = anomaly.isDue || (severity >= threshold && point.start >= tellFrom);
  const next = { ...anomaly, isDue, ratio: Math.max(ratio, anomaly.ratio) };
  return severity > anomaly.severity ? { ...next, ...worst(point) } : next;
}

function worst({ start, value = 0n, scale, verdict }: JudgedPoint & { verdict: PointVerdict }) {
  const { severity, expected, lower, upper } = verdict;
  return { severity, worstAt: start, observed: value, scale, expected, lower, upper };
}

const isSame = (one: Anomaly, other: Anomaly): boolean =>
  one.severity === other.severity && one.ratio === other.ratio && one.isDue === other.isDue;
