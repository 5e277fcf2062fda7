import { createDetector, type DetectorSettings } from '../anomaly/detector.ts';
import type { Series } from '../tenancy/tenant-config.ts';
import { advanced } from './advance-state.ts';
import type { AnomalyQueue } from './anomaly-queue.ts';
import type { AnomalyStore } from './anomaly-store.ts';
import { type Judged, judgeIntervals } from './judge-intervals.ts';
import { type InputPorts, type JudgedTenant, nextIntervals, readInputs } from './read-inputs.ts';
import { begun, restarted, rewound } from './rewind.ts';
import { type JudgingStore, nothingUnsettled, type SeriesState } from './series-state.ts';
import { type SeriesTweak, thresholdOf } from './series-tweak.ts';
import { settle } from './settle-series.ts';

export interface JudgeSeriesPorts extends InputPorts {
  store: JudgingStore;
  anomalies: AnomalyStore;
  queue: AnomalyQueue;
}

export interface SeriesToJudge {
  series: Series;
  tweak: SeriesTweak;
  /** Every interval that ends here or before is complete. */
  completeUntil: number;
  /** Starts of intervals that were complete and have changed since. */
  reopened: readonly number[];
}

export interface SeriesOutcome {
  judged: number;
  isLearning: boolean;
  /** Starts of the reopened intervals that are judged, or to be judged by what is stored. */
  taken: number[];
  /** All that is complete is judged. */
  isDone: boolean;
}

/** What one judging of intervals may take together; what comes of it has to fit an item. */
export const chunkBounds = { intervalsMax: 1_000, keptMax: 12 };
/** So many intervals in a row without deviation end an anomaly. */
const calmMax = { PT5M: 6, PT10M: 4, PT1H: 3, P1D: 2 } as const;
/** What was found later than this after its interval is listed and not told. */
export const tellWithinMs = 2 * 86_400_000;
const nominalMs = { PT5M: 300_000, PT10M: 600_000, PT1H: 3_600_000, P1D: 86_400_000 } as const;
const conflictsMax = 8;

/**
 * Judges what of a series has become complete, and again what late events have changed. Whoever else judges it
 * at the same time, and wherever a former judging was cut off: every interval is judged once, by those before it.
 */
export function judgeSeries(ports: JudgeSeriesPorts, goesOn: () => boolean) {
  return async (tenant: JudgedTenant, task: SeriesToJudge): Promise<SeriesOutcome> => {
    const key = { tenantId: tenant.tenantId, series: task.series.name };
    const outcome: SeriesOutcome = { judged: 0, isLearning: true, taken: [], isDone: false };
    const since = tenant.since.get(task.series.name);
    if (since === undefined) return outcome;
    let state = await ports.store.readState(key);
    if (state) await settle(ports, key, state);
    let conflicts = 0;
    do {
      const before =
        state ?? begun(detectorName(tenant, task.series), task.series, tenant.config.zones, since);
      const reopened = task.reopened.filter((start) => !outcome.taken.includes(start));
      const prepared = await prepare(ports, tenant, { ...task, reopened }, before);
      const judged = await judgeNext(ports, tenant, task, prepared.state);
      outcome.isLearning = (judged?.state ?? prepared.state).soFar.isLearning;
      if (judged || prepared.isChanged) {
        const next = judged?.state ?? { ...prepared.state, rev: prepared.state.rev + 1 };
        const isOurs = await ports.store.putState(key, next);
        state = isOurs ? next : await ports.store.readState(key);
        if (state) await settle(ports, key, state);
        if (!isOurs) {
          conflicts += 1;
          if (conflicts === conflictsMax)
            throw new Error(`Others still judged the series after ${conflicts} tries.`);
          continue;
        }
      }
      outcome.taken.push(...prepared.taken);
      outcome.judged += judged?.count ?? 0;
      outcome.isDone = !judged;
    } while (!outcome.isDone && goesOn());
    return outcome;
  };
}

export type JudgeSeries = ReturnType<typeof judgeSeries>;

interface Prepared {
  state: SeriesState;
  isChanged: boolean;
  taken: number[];
}

/** The state from which to judge on: taken back where it has to be. */
async function prepare(
  ports: JudgeSeriesPorts,
  tenant: JudgedTenant,
  { series, reopened }: SeriesToJudge,
  stored: SeriesState,
): Promise<Prepared> {
  const key = { tenantId: tenant.tenantId, series: series.name };
  const state = { ...stored, unsettled: nothingUnsettled };
  const detector = detectorName(tenant, series);
  if (state.detector !== detector || !isUsable(settingsOf(tenant, series), state.soFar.snapshot)) {
    const anew = await restarted(
      ports,
      key,
      { ...state, detector },
      { series, zones: tenant.config.zones, now: tenant.now },
    );
    return { state: anew, isChanged: true, taken: [...reopened] };
  }
  return rewound(ports, key, state, reopened, {
    series,
    now: tenant.now,
    since: tenant.since.get(series.name) as number,
  });
}

/** Judges the next intervals; undefined where none is complete. */
async function judgeNext(
  ports: JudgeSeriesPorts,
  tenant: JudgedTenant,
  { series, tweak, completeUntil }: SeriesToJudge,
  state: SeriesState,
): Promise<{ state: SeriesState; count: number } | undefined> {
  const since = tenant.since.get(series.name) as number;
  const all = nextIntervals(series, tenant, state.judgedUntil, completeUntil, chunkBounds.intervalsMax);
  const isKept = keeping(since, tenant.now, nominalMs[series.interval]);
  let kept = 0;
  const cut = all.findIndex((interval) => {
    if (isKept(interval)) kept += 1;
    return kept > chunkBounds.keptMax;
  });
  const intervals = cut < 0 ? all : all.slice(0, cut);
  if (intervals.length === 0) return undefined;
  const inputs = await readInputs(ports, tenant, series, intervals);
  const judged: Judged = judgeIntervals(state.soFar, inputs, state.rejudging?.former ?? [], {
    series: series.name,
    threshold: thresholdOf(series, tweak),
    calmMax: calmMax[series.interval],
    tellFrom: Math.max(since, tenant.now - tellWithinMs),
    detector: settingsOf(tenant, series),
    lessons: tweak.lessons,
    isKept,
  });
  return { state: advanced(state, series, judged), count: intervals.length };
}

/** States are kept where a UTC day begins, and at the first interval that can change, as far back as any can. */
const keeping =
  (since: number, now: number, stepMs: number) =>
  ({ start }: { start: number }): boolean =>
    start >= since &&
    start >= now - keptMs &&
    (start - stepMs < since || utcDay(start - stepMs) !== utcDay(start));

const keptMs = 37 * 86_400_000;
const utcDay = (at: number): number => Math.floor(at / 86_400_000);

function settingsOf({ config, now }: Pick<JudgedTenant, 'config' | 'now'>, series: Series): DetectorSettings {
  const { timeZone } = config.zones.findLast(({ from }, index) => index === 0 || from <= now) as {
    timeZone: string;
  };
  return { intervalMs: nominalMs[series.interval], timeZone, isRelative: series.relativeTo !== undefined };
}

/** The same as long as a detector can go on with what it knows. */
export function detectorName(tenant: Pick<JudgedTenant, 'config' | 'now'>, series: Series): string {
  const { intervalMs, timeZone } = settingsOf(tenant, series);
  return [intervalMs, timeZone, series.relativeTo ?? ''].join(' ');
}

/** A later version may keep its knowledge in another way; then it learns anew from what is stored. */
function isUsable(settings: DetectorSettings, snapshot: Uint8Array | undefined): boolean {
  try {
    createDetector(settings, snapshot);
    return true;
  } catch {
    return false;
  }
}
