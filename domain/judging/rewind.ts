import type { Series, ZoneChange } from '../tenancy/tenant-config.ts';
import { intervalOf } from '../traffic/interval.ts';
import type { Anomaly } from './anomaly.ts';
import type { AnomalyStore } from './anomaly-store.ts';
import type { FormerAnomaly } from './follow-anomaly.ts';
import { nothingJudged } from './judge-intervals.ts';
import { type JudgedPoint, pageStart } from './point.ts';
import { type JudgingStore, nothingUnsettled, type SeriesKey, type SeriesState } from './series-state.ts';

export interface RewindPorts {
  store: Pick<JudgingStore, 'lastKept' | 'readPages'>;
  anomalies: Pick<AnomalyStore, 'list'>;
}

/** How far back judging begins anew: as much as a detector can learn from, and soon done. */
const relearnedMs = {
  PT5M: 12 * 7 * 86_400_000,
  PT10M: 16 * 7 * 86_400_000,
  PT1H: 56 * 7 * 86_400_000,
  P1D: 400 * 86_400_000,
} as const;

/** Late events of the last day are judged at once; for older ones judging is taken back once an hour. */
const recentMs = 86_400_000;
const rewindEveryMs = 3_600_000;
/** Anomalies that are looked for when judging is taken back. */
const formerMax = 500;
/** An anomaly that was found later than `start` did not begin longer before it than this. */
const lookedBackMs = 25 * 86_400_000;

/** A series of which nothing was judged, from the first interval on that is counted whole. */
export function begun(
  detector: string,
  series: Series,
  zones: readonly ZoneChange[],
  since: number,
): SeriesState {
  const begin = firstFrom(series, zones, since);
  return {
    rev: 0,
    epoch: 1,
    detector,
    begin,
    judgedUntil: begin,
    soFar: nothingJudged,
    openPoints: [],
    unsettled: nothingUnsettled,
  };
}

/** The start of the first interval that begins then or later. */
export function firstFrom(series: Series, zones: readonly ZoneChange[], at: number): number {
  const { start, end } = intervalOf(series, zones, at);
  return start < at ? end : start;
}

/** The state from which all is judged anew by what is stored of it. */
export async function restarted(
  ports: RewindPorts,
  key: SeriesKey,
  state: SeriesState,
  { series, zones, now }: { series: Series; zones: readonly ZoneChange[]; now: number },
): Promise<SeriesState> {
  const from = Math.max(state.begin, now - relearnedMs[series.interval]);
  const start = firstFrom(series, zones, from);
  return takenBack(ports, key, series, { ...state, epoch: state.epoch + 1 }, { start, soFar: nothingJudged });
}

/**
 * The state from before the first interval that late events have changed, and which marks that takes care of. Marks of
 * what was not counted by us, or is not judged yet, need nothing.
 */
export async function rewound(
  ports: RewindPorts,
  key: SeriesKey,
  state: SeriesState,
  reopened: readonly number[],
  { series, now, since }: { series: Series; now: number; since: number },
): Promise<{ state: SeriesState; isChanged: boolean; taken: number[] }> {
  const isChange = (start: number) => start >= since && start < state.judgedUntil;
  const moot = reopened.filter((start) => !isChange(start));
  const mayGoFar = now - (state.rewoundAt ?? -Infinity) >= rewindEveryMs;
  const due = reopened.filter((start) => isChange(start) && (mayGoFar || start >= now - recentMs));
  if (due.length === 0) return { state, isChanged: false, taken: moot };
  const taken = [...moot, ...due];
  const earliest = Math.min(...due);
  const kept = await ports.store.lastKept(key, earliest, state.epoch);
  // Older than anything that may change: its state is gone, and so it stays as it was judged.
  if (!kept) return { state, isChanged: false, taken };
  const isFar = earliest < now - recentMs;
  const back = await takenBack(ports, key, series, { ...state, ...(isFar && { rewoundAt: now }) }, kept);
  return { state: back, isChanged: true, taken };
}

/** The state from which everything from `start` on is judged anew; anomalies that were found there are remembered. */
export async function takenBack(
  { store, anomalies }: RewindPorts,
  key: SeriesKey,
  series: Series,
  state: SeriesState,
  { start, soFar }: { start: number; soFar: SeriesState['soFar'] },
): Promise<SeriesState> {
  const found = await anomalies.list(key.tenantId, { from: start - lookedBackMs, limit: formerMax });
  const ongoing = stillDue(soFar.ongoing?.anomaly, found);
  const known = new Map<string, FormerAnomaly>();
  for (const one of [...(state.rejudging?.former ?? []), ...found.filter(isFormerOf(key.series, start))]) {
    const { id, start, end, direction, isDue } = one;
    if (id !== ongoing?.id) known.set(id, { id, start, direction, isDue, ...(end !== undefined && { end }) });
  }
  return {
    ...state,
    judgedUntil: start,
    soFar: soFar.ongoing && ongoing ? { ...soFar, ongoing: { ...soFar.ongoing, anomaly: ongoing } } : soFar,
    openPoints: await openPointsBefore(store, key, state, { series, start }),
    rejudging: {
      until: Math.max(state.judgedUntil, state.rejudging?.until ?? 0),
      former: [...known.values()],
    },
    // What went on then may have ended since: it goes on again.
    unsettled: { ...nothingUnsettled, anomalies: ongoing ? [ongoing] : [] },
  };
}

/** What went on then: where it was told since, its end has to be. */
const stillDue = (ongoing: Anomaly | undefined, found: readonly Anomaly[]): Anomaly | undefined =>
  ongoing && {
    ...ongoing,
    isDue: ongoing.isDue || found.some(({ id, isDue }) => id === ongoing.id && isDue),
  };

const isFormerOf = (series: string, start: number) => (one: Anomaly) =>
  one.series === series && one.detectedAt > start && one.isWithdrawn !== true;

/** The points before this one on its page, which may be full and stored or not. */
async function openPointsBefore(
  store: Pick<JudgingStore, 'readPages'>,
  key: SeriesKey,
  { openPoints }: SeriesState,
  { series, start }: { series: Series; start: number },
): Promise<JudgedPoint[]> {
  const from = pageStart(series, start);
  const stored = (await store.readPages(key, from, from + 1)).flatMap(({ points }) => points);
  const points = new Map([...stored, ...openPoints].map((point) => [point.start, point]));
  return [...points.values()]
    .filter((point) => point.start < start && pageStart(series, point.start) === from)
    .toSorted((one, other) => one.start - other.start);
}
