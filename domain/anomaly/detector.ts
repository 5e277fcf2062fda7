import { Arena } from './arena.ts';
import { dayNumber, hourOfDay, LocalClock, weekday } from './local-clock.ts';

export interface DetectorSettings {
  /** Nominal: a day that the zone shortens or lengthens is a day all the same. */
  intervalMs: number;
  timeZone: string;
  /** Whether observations carry the value of the series that this one is judged against. */
  isRelative: boolean;
}

export interface Observation {
  start: number;
  /** null: missing or partial. */
  value: number | null;
  /** The other series' value in the same interval. */
  given?: number | null;
  /** The calendar's name of its local day, if it has one. */
  special?: string | undefined;
}

export interface Judgement {
  /** 0 to 100, not rounded; what 50, 70 and 90 promise stands in docs/detector.md. */
  severity: number;
  expected: number;
  lower: number;
  upper: number;
  direction: 'above' | 'below';
  /** The series is too young for its own rhythm to be known. */
  isLearning: boolean;
}

export interface Detector {
  /** Takes every interval in order, gaps as null; undefined for a value that is missing. */
  judge(observation: Observation): Judgement | undefined;
  /** All it knows, at most 8 KB; a detector made from it goes on bit for bit as this one would. */
  snapshot(): Uint8Array;
}

/** A detector that has seen nothing, or that goes on where the snapshot of one with the same settings was taken. */
export function createDetector(settings: DetectorSettings, snapshot?: Uint8Array): Detector {
  const arena = new Arena(snapshot);
  const clock = new LocalClock(settings.timeZone);
  const shape = arena.floats(168);
  const seen = arena.floats(168);
  const [LEVEL, SPREAD, COUNT] = [0, 1, 2];
  const state = arena.doubles(3);
  arena.seal();
  if (arena.isFresh) state[SPREAD] = 0.3;

  function judge({ start, value }: Observation): Judgement | undefined {
    if (value === null || !Number.isFinite(value)) return undefined;
    const local = clock.localMs(start);
    const slot = weekday(dayNumber(local)) * 24 + Math.floor(hourOfDay(local));
    const logged = Math.log(value + 0.5);
    if (state[COUNT] === 0) state[LEVEL] = logged;
    const mean = (state[LEVEL] as number) + (shape[slot] as number);
    const error = logged - mean;
    const expected = Math.max(0, Math.exp(mean) - 0.5);
    const spread = Math.hypot(state[SPREAD] as number, 1 / Math.sqrt(expected + 1));
    const z = error / spread;
    const isLearning = (seen[slot] as number) < 2;
    const bounded = Math.max(-3, Math.min(3, z)) * spread;
    state[COUNT] = (state[COUNT] as number) + 1;
    seen[slot] = (seen[slot] as number) + 1;
    shape[slot] = (shape[slot] as number) + Math.max(0.15, 0.8 / (seen[slot] as number)) * bounded;
    state[LEVEL] = (state[LEVEL] as number) + 0.02 * bounded;
    state[SPREAD] = (state[SPREAD] as number) + 0.01 * (1.25 * Math.abs(bounded) - (state[SPREAD] as number));
    return {
      severity: isLearning ? 0 : Math.min(100, Math.max(0, 14 * Math.abs(z))),
      expected,
      lower: Math.max(0, Math.exp(mean - 3 * spread) - 0.5),
      upper: Math.exp(mean + 3 * spread),
      direction: error < 0 ? 'below' : 'above',
      isLearning,
    };
  }

  return { judge, snapshot: () => arena.snapshot() };
}
