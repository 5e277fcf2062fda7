import type { Anomaly } from './anomaly.ts';
import type { Direction } from './point.ts';

/**
 * What a dismissed anomaly has taught of its series: deviations like it are as they should be. It holds for
 * intervals that end within [at, until), so that what is judged again is judged as it was.
 */
export interface Lesson {
  anomalyId: string;
  direction: Direction;
  /** How far the anomaly was from what was expected, as |ln(observed / expected)|. */
  ratio: number;
  at: number;
  until: number;
}

/** How long a lesson holds: a season's habits, not for ever. */
export const lessonMs = 90 * 86_400_000;
/** What is kept of one series; the oldest go first. */
export const lessonsMax = 30;
/** Lessons that are over are kept while intervals of their time may still be judged again. */
const pastLessonMs = 45 * 86_400_000;

/** Beyond a fifth or five times of what was expected, smaller deviations are another matter. */
const extremeRatio = Math.log(5);

/** How far a deviation must be to be unlike the dismissed one: a quarter further, and a tenth for chance. */
export const barOf = ({ ratio }: Pick<Lesson, 'ratio'>): number => 1.25 * ratio + 0.1;

/** Whether a deviation in this direction, so far from what was expected, is like the one that was dismissed. */
export function isLike(
  lesson: Pick<Lesson, 'direction' | 'ratio'>,
  direction: Direction,
  ratio: number,
): boolean {
  if (lesson.direction !== direction || ratio > barOf(lesson)) return false;
  return lesson.ratio <= extremeRatio || ratio >= lesson.ratio / 2;
}

/** What a deviation that is like a dismissed one counts for. */
export const quietedShare = 0.25;

export const isQuieted = (
  lessons: readonly Lesson[],
  direction: Direction,
  ratio: number,
  end: number,
): boolean => lessons.some((one) => one.at <= end && end < one.until && isLike(one, direction, ratio));

/** What feedback does to the lessons of a series. */
export interface Taught {
  lessons: Lesson[];
  /** The one that was learned. */
  learned?: Lesson;
  /** Those that no longer hold. */
  undone: Lesson[];
}

/**
 * Dismissing an anomaly teaches; confirming one teaches nothing, and undoes the lessons that would have kept it
 * quiet. Saying the same again changes nothing.
 */
export function teach(
  lessons: readonly Lesson[],
  anomaly: Pick<Anomaly, 'id' | 'direction' | 'ratio'>,
  verdict: 'confirmed' | 'dismissed',
  now: number,
): Taught {
  const kept = lessons.filter(({ until }) => until > now - pastLessonMs);
  const holding = kept.filter(({ until }) => until > now);
  if (verdict === 'dismissed') {
    if (holding.some(({ anomalyId }) => anomalyId === anomaly.id)) return { lessons: kept, undone: [] };
    const { id: anomalyId, direction, ratio } = anomaly;
    const learned: Lesson = { anomalyId, direction, ratio, at: now, until: now + lessonMs };
    return { lessons: [...kept, learned].slice(-lessonsMax), learned, undone: [] };
  }
  const undone = holding.filter(
    (one) => one.anomalyId === anomaly.id || isLike(one, anomaly.direction, anomaly.ratio),
  );
  return { lessons: kept.map((one) => (undone.includes(one) ? { ...one, until: now } : one)), undone };
}
