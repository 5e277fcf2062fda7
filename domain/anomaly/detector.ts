import { AlarmHabit } from './alarm-habit.ts';
import { AlarmRate, type Direction } from './alarm-rate.ts';
import { Arena } from './arena.ts';
import { DailyHabit } from './daily-habit.ts';
import { Isolation } from './isolation.ts';
import { LocalClock } from './local-clock.ts';
import { clamp } from './log-ratio.ts';
import { Records } from './records.ts';
import { RhythmWorth } from './rhythm-worth.ts';
import { Scale } from './scale.ts';
import { SeriesModel } from './series-model.ts';
import { severityOf } from './severity.ts';
import { ShortMemory } from './short-memory.ts';
import { Stretch } from './stretch.ts';
import { Tails } from './tail.ts';

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

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
/** Until it is this old a series' own weekly rhythm is not known. */
const learningDays = 14;
/** A series is not judged on its first day. */
const silentDays = 1;
const tailMemoryDays = 60;
const shortMemoryDays = 7;
/** Ratios of series have a weaker rhythm than traffic has. */
const ratioScale = 0.15;
/** A broken record counts only where the rhythm did not lead to expect it: at a chance below 1 in 100. */
const recordSurprise = 2;
/** How alone an interval stands counts from a chance of 1 in 300, and for so much more than the rhythm says of it. */
const aloneSurprise = 2.5;
const aloneBeyond = 2;
/** How often records are broken at first, in powers of ten a week. */
const recordsOften = 1.7;

/** From which advantage of the last values the rhythm is doubted, and how far. */
const doubtFrom = 1.3;
const doubtMax = 0.5;

/** Lengths of the spans that evidence is summed over, in intervals. */
function spansOf(intervalMs: number): readonly number[] {
  if (intervalMs >= dayMs) return [3, 7];
  return intervalMs >= hourMs ? [3, 8] : [3, 12, 36];
}

/** A detector that has seen nothing, or that goes on where the snapshot of one with the same settings was taken. */
export function createDetector(settings: DetectorSettings, snapshot?: Uint8Array): Detector {
  return new SeriesDetector(settings, snapshot);
}

const AGE_DAYS = 0;

class SeriesDetector implements Detector {
  readonly #arena: Arena;
  readonly #clock: LocalClock;
  readonly #stepDays: number;
  readonly #alone: SeriesModel;
  readonly #ratio: SeriesModel | undefined;
  readonly #channels: number;
  readonly #tails: Tails;
  readonly #alarms: AlarmRate;
  readonly #habit: AlarmHabit;
  readonly #daily: DailyHabit;
  readonly #stretch: Stretch;
  readonly #records: Records;
  readonly #isolation: Isolation;
  readonly #short: ShortMemory;
  readonly #scale: Scale;
  readonly #worth: RhythmWorth;
  readonly #state: Float64Array;

  constructor({ intervalMs, timeZone, isRelative }: DetectorSettings, snapshot?: Uint8Array) {
    const arena = new Arena(snapshot);
    const spans = spansOf(intervalMs);
    const models = isRelative ? 2 : 1;
    this.#arena = arena;
    this.#clock = new LocalClock(timeZone);
    this.#stepDays = intervalMs / dayMs;
    this.#channels = 1 + spans.length;
    this.#state = arena.doubles(1);
    this.#scale = new Scale(arena, this.#stepDays);
    this.#alone = new SeriesModel(arena, intervalMs, spans, 1);
    this.#ratio = isRelative ? new SeriesModel(arena, intervalMs, spans, ratioScale) : undefined;
    const memory = Math.max(200, tailMemoryDays / this.#stepDays);
    this.#tails = new Tails(arena, models * this.#channels * 2, { level: 1.05, excess: 0.45, memory });
    this.#alarms = new AlarmRate(arena, intervalMs);
    this.#habit = new AlarmHabit(arena, intervalMs);
    this.#daily = new DailyHabit(arena, intervalMs);
    this.#stretch = new Stretch(arena);
    this.#records = new Records(arena, intervalMs);
    this.#isolation = new Isolation(arena, this.#stepDays);
    this.#short = new ShortMemory(arena, Math.max(100, shortMemoryDays / this.#stepDays), memory);
    this.#worth = new RhythmWorth(arena, Math.max(200, learningDays / this.#stepDays));
    arena.seal();
  }

  snapshot(): Uint8Array {
    return this.#arena.snapshot();
  }

  judge(observation: Observation): Judgement | undefined {
    const { start, given } = observation;
    const local = this.#clock.localMs(start);
    const isSpecial = observation.special !== undefined;
    const exposure = typeof given === 'number' && given > 0 && Number.isFinite(given) ? given : undefined;
    this.#state[AGE_DAYS] = this.#state[AGE_DAYS]! + this.#stepDays;
    this.#alone.predict(local, 1, isSpecial);
    this.#ratio?.predict(local, exposure ?? 1, isSpecial);
    if (observation.value === null || !Number.isFinite(observation.value)) {
      this.#alone.skip();
      this.#ratio?.skip();
      return undefined;
    }
    const value = this.#scale.lift(observation.value);
    const grain = this.#scale.grainOf(value);
    this.#alone.compare(value, grain);
    this.#short.compare(value - this.#scale.offset, this.#scale.isMeasured ? 0 : 1);
    if (exposure !== undefined) this.#ratio?.compare(value, grain);
    else this.#ratio?.skip();
    const regularity = this.#worth.regularity(this.#state[AGE_DAYS]! / learningDays - 1);
    this.#tails.regularity = this.#alarms.regularity = regularity;
    const surprises: [number, number] = [this.#surprise(0), this.#surprise(1)];
    const { news, oddity, direction } = this.#alarms.rarity(surprises, start);
    this.#stretch.take(value - this.#scale.offset);
    const surprise = isSpecial ? 0 : Math.max(...surprises);
    const novel = this.#noveltyRarity(surprise, start);
    const alone = Math.min(this.#aloneRarity(surprise, start), oddity + aloneBeyond);
    this.#isolation.tell(Math.max(news, novel), start);
    const rarity = this.#habit.temper(
      this.#daily.temper(Math.max(news, novel, alone), direction, local),
      this.#state[AGE_DAYS]!,
      start,
    );
    this.#learn(value, grain, severityOf(Math.max(oddity, novel)), exposure !== undefined);
    return this.#judgement(severityOf(rarity), direction, grain);
  }

  /** The greatest surprise of all channels in one direction. */
  #surprise(direction: Direction): number {
    let most = 0;
    this.#forChannels((channel, distance) => {
      const out = direction === 0 ? distance : -distance;
      most = Math.max(most, this.#tails.surprise(2 * channel + direction, out, 'light'));
    });
    // Where the last values say far better what comes, the rhythm's own surprise is worth less.
    const doubt = doubtMax * clamp(this.#short.advantage - doubtFrom, 0, 1);
    return Math.max((1 - doubt) * most, this.#short.surprise(direction));
  }

  /**
   * -log10 of alarms a week for a broken record: the more it goes beyond, and the longer a series has not seen the
   * like (records come as 1 / time), the rarer.
   */
  #noveltyRarity(surprise: number, start: number): number {
    const novelty = this.#records.compare(this.#stretch.now);
    this.#records.learn(this.#stretch.now);
    if (novelty === 0 || surprise < recordSurprise || this.#state[AGE_DAYS]! < silentDays) return -9;
    const news = this.#records.tell(novelty, start);
    return (
      Math.log10(1 + this.#state[AGE_DAYS]! / 2) + 1.5 * Math.log10(1 + (news / 0.1) ** 1.5) - recordsOften
    );
  }

  /** -log10 of alarms a week for an interval that is unlike all of late, where the rhythm did not lead to expect it. */
  #aloneRarity(surprise: number, start: number): number {
    const { now } = this.#stretch;
    const isJudged = surprise >= aloneSurprise && this.#state[AGE_DAYS]! >= silentDays;
    const chance = this.#scale.isMeasured ? 0 : Math.sqrt(Math.max(1, this.#alone.forecast.base));
    const rarity = isJudged ? this.#isolation.rarity(now, chance, start) : -9;
    this.#isolation.learn(now);
    return rarity;
  }

  /** What rings teaches little: at severity 70 a tenth. */
  #learn(value: number, grain: number, severity: number, hasExposure: boolean): void {
    const trust = 1 - 0.9 * Math.min(1, Math.max(0, (severity - 20) / 30));
    const isJudged = this.#alone.seen * this.#stepDays > 1;
    const offset = this.#scale.offset;
    this.#short.learn(value - offset, this.#alone.forecast.mean - offset, isJudged);
    if (isJudged) {
      this.#forChannels((channel, distance) => {
        this.#tails.learn(2 * channel, distance);
        this.#tails.learn(2 * channel + 1, -distance);
      });
    }
    this.#worth.learn(value, this.#alone.forecast.base);
    this.#alone.learn(value, grain, trust);
    if (hasExposure) this.#ratio?.learn(value, grain, trust);
  }

  #judgement(severity: number, direction: Direction, grain: number): Judgement {
    const { mean, excess } = this.#alone.forecast;
    const offset = this.#scale.offset;
    const reach = 3 * Math.sqrt(grain * mean + excess * mean * mean);
    return {
      severity: this.#state[AGE_DAYS]! <= silentDays ? 0 : severity,
      expected: mean - offset,
      lower: Math.max(0, mean - reach) - offset,
      upper: mean + reach - offset,
      direction: direction === 0 ? 'above' : 'below',
      isLearning: this.#state[AGE_DAYS]! < learningDays,
    };
  }

  #forChannels(visit: (channel: number, distance: number) => void): void {
    for (let i = 0; i < this.#channels; i += 1) visit(i, this.#alone.distances[i]!);
    if (!this.#ratio) return;
    for (let i = 0; i < this.#channels; i += 1) visit(this.#channels + i, this.#ratio.distances[i]!);
  }
}
