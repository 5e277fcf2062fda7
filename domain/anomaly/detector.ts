import { Arena } from './arena.ts';
import { LocalClock } from './local-clock.ts';
import { SeriesModel } from './series-model.ts';
import { severityOf } from './severity.ts';
import { learnTail, surprise, tailsOf } from './tail.ts';

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
  const hour = 3_600_000;
  const spans =
    settings.intervalMs >= 24 * hour ? [3, 7] : settings.intervalMs >= hour ? [3, 8, 24] : [3, 12, 36];
  const models = [new SeriesModel(arena, settings.intervalMs, { spans, scale: 1, levelPerDay: 0.02 })];
  if (settings.isRelative)
    models.push(new SeriesModel(arena, settings.intervalMs, { spans, scale: 0.15, levelPerDay: 0.02 }));
  const channels = 1 + spans.length;
  const tails = tailsOf(arena, models.length * channels * 2, 1.05, 0.45);
  const final = tailsOf(arena, 2, 1.9, 0.45);
  const state = arena.doubles(8);
  const [FRACTION, BLOCK, PEAK_ABOVE, PEAK_BELOW, DAYS, TOLD, TOLD_AT] = [0, 1, 2, 3, 4, 5, 6];
  arena.seal();
  const perDay = (24 * hour) / settings.intervalMs;
  const memory = Math.max(200, 60 * perDay);
  const blockMs = Math.max(6 * hour, settings.intervalMs);

  function combined(direction: number): number {
    let most = 0;
    for (let m = 0; m < models.length; m += 1) {
      for (let c = 0; c < channels; c += 1) {
        const z = ((models[m] as SeriesModel).distances[c] as number) * (direction === 0 ? 1 : -1);
        most = Math.max(most, surprise(tails, (m * channels + c) * 2 + direction, z));
      }
    }
    return most;
  }

  /** Repeats of what was told lately count less, until it is a day old or something worse comes. */
  function news(start: number): (most: number) => number {
    const age = (start - (state[TOLD_AT] as number)) / (24 * hour);
    const half = 1;
    const left = (state[TOLD] as number) * 0.5 ** (age / (2 * half));
    return (most) => (most > left * 1.05 ? most : most * (1 - Math.exp(-age / half)));
  }

  function tell(most: number, start: number): void {
    const half = 1;
    const left = (state[TOLD] as number) * 0.5 ** ((start - (state[TOLD_AT] as number)) / (48 * half * hour));
    if (most <= left) return;
    state[TOLD] = most;
    state[TOLD_AT] = start;
  }

  function judge({ start, value, given, special }: Observation): Judgement | undefined {
    const local = clock.localMs(start);
    const isSpecial = special !== undefined;
    const active = models.filter((_, i) => i === 0 || (given !== null && given !== undefined && given > 0));
    if (value === null || !Number.isFinite(value)) {
      for (const model of models) {
        model.predict(local, 1, isSpecial);
        model.skip();
      }
      return undefined;
    }
    const v = Math.max(0, value);
    if (v !== Math.floor(v)) state[FRACTION] = 1;
    const grain = state[FRACTION] === 1 ? 1e-4 : 1;
    for (const model of models) {
      if (!active.includes(model)) {
        model.predict(local, 1, isSpecial);
        model.distances.fill(0);
        continue;
      }
      model.predict(local, model === models[0] ? 1 : (given as number), isSpecial);
      model.compare(v, grain);
    }
    const fresh = news(start);
    const ups = fresh(combined(0));
    const downs = fresh(combined(1));
    const direction = ups > downs ? 0 : 1;
    const most = Math.max(ups, downs);
    // blocks
    const block = Math.floor(start / blockMs);
    if (block !== state[BLOCK]) {
      if (state[BLOCK] !== 0)
        for (const d of [0, 1]) learnTail(final, d, state[PEAK_ABOVE + d] as number, 28 * 26);
      state[BLOCK] = block;
      state[PEAK_ABOVE] = state[PEAK_BELOW] = 0;
    }
    tell(most, start);
    // rate per week
    const blocksPerWeek = (7 * 24 * hour) / blockMs;
    const log10Rate = Math.log10(2 * blocksPerWeek) - surprise(final, direction, most);
    state[DAYS] = (state[DAYS] as number) + settings.intervalMs / (24 * hour);
    const isLearning = (state[DAYS] as number) < 14;
    const severity = severityOf(log10Rate);
    const trust = severity > 70 ? 0.1 : severity < 50 ? 1 : 1 - (0.9 * (severity - 50)) / 20;
    for (const d of [0, 1])
      state[PEAK_ABOVE + d] = Math.max(state[PEAK_ABOVE + d] as number, Math.min(d === 0 ? ups : downs, 6));
    for (let m = 0; m < models.length; m += 1) {
      const model = models[m] as SeriesModel;
      if (!active.includes(model)) {
        model.skip();
        continue;
      }
      if (model.seen > perDay)
        for (let c = 0; c < channels; c += 1)
          for (const d of [0, 1])
            if (trust > 0.5)
              learnTail(
                tails,
                (m * channels + c) * 2 + d,
                (model.distances[c] as number) * (d === 0 ? 1 : -1),
                memory,
              );
      model.learn(v, grain, trust, isSpecial);
    }
    const first = (models[0] as SeriesModel).forecast;
    const sd = 3 * Math.sqrt(first.mean * grain + first.excess * first.mean ** 2);
    return {
      severity: (state[DAYS] as number) < 1 ? 0 : severity,
      expected: first.mean,
      lower: Math.max(0, first.mean - sd),
      upper: first.mean + sd,
      direction: direction === 0 ? 'above' : 'below',
      isLearning,
    };
  }

  return { judge, snapshot: () => arena.snapshot() };
}
