import { createDetector, type Detector, type DetectorSettings } from '../anomaly/detector.ts';
import type { Quantity } from '../metering/quantity.ts';
import type { Interval } from '../traffic/interval.ts';
import type { Anomaly } from './anomaly.ts';
import { beginningOf, type Deviation, deviationOf, ratioOf, rememberedMax } from './deviation.ts';
import {
  type FollowRules,
  type FormerAnomaly,
  followAnomaly,
  type OngoingAnomaly,
} from './follow-anomaly.ts';
import { isQuieted, type Lesson, quietedShare } from './lesson.ts';
import { asNumber, type JudgedPoint, type PointVerdict, rounded } from './point.ts';

/** An interval to be judged. */
export interface JudgingInput extends Interval {
  /** Absent where nothing is known of it. */
  value?: Quantity;
  scale: number;
  isPartial: boolean;
  isImported: boolean;
  /** Of the series that this one is judged against; null where that is not complete. */
  given?: number | null;
  special?: string;
  duplicatesShare?: number;
}

/** All that judging an interval knows of those before it. */
export interface JudgedSoFar {
  /** The detector's; absent before the first interval. */
  snapshot?: Uint8Array;
  isLearning: boolean;
  /** The last intervals, those of the anomaly that goes on and none of an earlier one. */
  remembered: Deviation[];
  ongoing?: OngoingAnomaly;
}

export const nothingJudged: JudgedSoFar = { isLearning: true, remembered: [] };

export interface JudgingRules extends FollowRules {
  detector: DetectorSettings;
  lessons: readonly Lesson[];
  /** Whether what is known before this interval is to be kept, so that judging can begin there again. */
  isKept: (interval: Interval) => boolean;
}

export interface Judged {
  soFar: JudgedSoFar;
  points: JudgedPoint[];
  /** What was begun, changed or ended, as it is now, in order of first change. */
  anomalies: Anomaly[];
  kept: { before: Interval; soFar: JudgedSoFar }[];
}

/** Repeats that are more than this share are worth saying. */
export const duplicatesShareMax = 0.02;

/**
 * Judges intervals, every one in order. Pure: the same intervals judged after the same ones come to the same,
 * in one call or in several.
 */
export function judgeIntervals(
  soFar: JudgedSoFar,
  inputs: readonly JudgingInput[],
  former: readonly FormerAnomaly[],
  rules: JudgingRules,
): Judged {
  const detector = createDetector(rules.detector, soFar.snapshot);
  const kept: Judged['kept'] = [];
  const points: JudgedPoint[] = [];
  const anomalies = new Map<string, Anomaly>();
  let now: Omit<JudgedSoFar, 'snapshot'> = soFar;
  const unclaimed = () => (former.length === 0 ? former : former.filter(({ id }) => !anomalies.has(id)));
  for (const input of inputs) {
    if (rules.isKept(input)) {
      const { start, end } = input;
      kept.push({ before: { start, end }, soFar: { ...now, snapshot: detector.snapshot() } });
    }
    const { point, isLearning } = judgeOne(detector, input, now, rules);
    points.push(point);
    now = { ...now, isLearning: isLearning ?? now.isLearning };
    const { verdict } = point;
    if (!verdict) continue;
    const remembered = [...now.remembered, deviationOf(point) as Deviation].slice(-rememberedMax);
    const { ongoing, changed } = followAnomaly(
      now.ongoing,
      { ...point, verdict },
      remembered,
      unclaimed(),
      rules,
    );
    for (const anomaly of changed) anomalies.set(anomaly.id, anomaly);
    now = {
      isLearning: now.isLearning,
      remembered: unused(remembered, now.ongoing, ongoing),
      ...(ongoing && { ongoing }),
    };
  }
  return {
    soFar: { ...now, snapshot: detector.snapshot() },
    points,
    anomalies: [...anomalies.values()],
    kept,
  };
}

/** What an anomaly that is over was made of is not the beginning of another one. */
function unused(remembered: Deviation[], before?: OngoingAnomaly, after?: OngoingAnomaly): Deviation[] {
  if (!before || before.anomaly.id === after?.anomaly.id) return remembered;
  return remembered.filter(({ start }) => start >= before.last.end);
}

function judgeOne(
  detector: Detector,
  input: JudgingInput,
  soFar: Omit<JudgedSoFar, 'snapshot'>,
  { lessons }: JudgingRules,
): { point: JudgedPoint; isLearning?: boolean } {
  const { start, end, value, scale, isPartial, isImported, given, special, duplicatesShare } = input;
  const isWhole = value !== undefined && !isPartial;
  const judgement = detector.judge({
    start,
    value: isWhole ? asNumber(value, scale) : null,
    ...(given !== undefined && { given }),
    ...(special !== undefined && { special }),
  });
  const point: JudgedPoint = {
    start,
    end,
    scale,
    state:
      value === undefined
        ? 'missing'
        : isPartial
          ? 'partial'
          : judgement?.isLearning
            ? 'learning'
            : 'complete',
    ...(value !== undefined && { value }),
    ...(isImported && { isImported }),
    ...(special !== undefined && { special }),
    ...(duplicatesShare !== undefined &&
      duplicatesShare > duplicatesShareMax && { duplicatesShare: rounded(duplicatesShare) }),
  };
  if (!judgement) return { point };
  const { expected, lower, upper, severity, direction, isLearning } = judgement;
  const verdict: PointVerdict = {
    expected: rounded(expected),
    lower: rounded(lower),
    upper: rounded(upper),
    severity: rounded(severity),
    direction,
  };
  return { point: { ...point, verdict: tempered({ ...point, verdict }, soFar, lessons) }, isLearning };
}

/** Feedback has its say: a deviation like one that was dismissed counts for a quarter. */
function tempered(
  point: JudgedPoint & { verdict: PointVerdict },
  { remembered, ongoing }: Omit<JudgedSoFar, 'snapshot'>,
  lessons: readonly Lesson[],
): PointVerdict {
  const { verdict, end } = point;
  if (lessons.length === 0) return verdict;
  const all = [...remembered, deviationOf(point) as Deviation];
  const isOngoing = ongoing?.anomaly.direction === verdict.direction;
  const own = isOngoing
    ? all.filter(({ start }) => start >= ongoing.anomaly.start)
    : all.slice(beginningOf(all, verdict.direction));
  if (!isQuieted(lessons, verdict.direction, ratioOf(own), end)) return verdict;
  return { ...verdict, severity: rounded(verdict.severity * quietedShare), isQuieted: true };
}
