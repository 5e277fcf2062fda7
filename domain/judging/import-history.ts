import type { Quantity } from '../metering/quantity.ts';
import type { Series, TenantConfig } from '../tenancy/tenant-config.ts';
import { intervalOf } from '../traffic/interval.ts';
import { seriesScale } from '../traffic/traffic-reader.ts';
import type { AnomalyQueue } from './anomaly-queue.ts';
import type { AnomalyStore } from './anomaly-store.ts';
import { nothingJudged } from './judge-intervals.ts';
import { type JudgedPoint, type PointPage, pageStart } from './point.ts';
import { begun, firstFrom, takenBack } from './rewind.ts';
import type { JudgingStore, SeriesKey, SeriesState } from './series-state.ts';
import { settle } from './settle-series.ts';
import { type TenantWatches, watching } from './tenant-watch.ts';

export interface ImportPorts {
  store: JudgingStore;
  anomalies: AnomalyStore;
  queue: AnomalyQueue;
  watches: TenantWatches;
}

/** What a series counted in one interval before it was counted here. */
export interface HistoryRow {
  /** Line of the file. */
  line: number;
  start: number;
  value: Quantity;
}

export interface BadRow {
  line: number;
  detail: string;
}

export type Imported =
  | { ok: true; intervals: number; isChanged: boolean; from: number; to: number }
  | { ok: false; bad: BadRow[]; liveFrom: number };

/** Pages that are written before the next are put together. */
const pagesAtOnce = 500;
const conflictsMax = 8;

/**
 * Stores what a series counted before it was counted here, so that judging begins with it. Nothing is stored where a
 * row is wrong. Intervals that were imported before are replaced where the rows name them; the same rows again change
 * nothing. Whoever dies in between runs it again.
 */
export async function importHistory(
  ports: ImportPorts,
  {
    tenantId,
    config,
    series,
    detector,
  }: { tenantId: string; config: TenantConfig; series: Series; detector: string },
  rows: readonly HistoryRow[],
  now: number,
): Promise<Imported> {
  const key = { tenantId, series: series.name };
  const { zones } = config;
  const since = await watchedSince(ports.watches, tenantId, config, series, now);
  const liveFrom = firstFrom(series, zones, since);
  const scale = series.aggregation === 'count' ? 0 : seriesScale;
  const bad = faultsOf(rows, { series, zones, liveFrom });
  if (bad.length > 0) return { ok: false, bad, liveFrom };
  const sorted = rows.toSorted((one, other) => one.start - other.start);
  const [from, last] = [sorted[0]?.start ?? liveFrom, sorted.at(-1)?.start ?? liveFrom];
  const points = sorted.map(
    ({ start, value }): JudgedPoint => ({
      start,
      end: intervalOf(series, zones, start).end,
      state: 'learning',
      value,
      scale,
      isImported: true,
    }),
  );
  for (let tries = 1; tries <= conflictsMax; tries++) {
    const stored = await ports.store.readState(key);
    if (stored) await settle(ports, key, stored);
    const state = stored ?? begun(detector, series, zones, since);
    const isChanged = await putPoints(ports.store, key, series, state, points);
    const answer: Imported = {
      ok: true,
      intervals: rows.length,
      isChanged,
      from,
      to: intervalOf(series, zones, last).end,
    };
    if (!isChanged && state.begin <= from) return answer;
    const begin = Math.min(state.begin, from);
    const anew = { ...state, rev: state.rev + 1, epoch: state.epoch + 1, detector, begin };
    const back = await takenBack(ports, key, series, anew, { start: begin, soFar: nothingJudged });
    // Whoever judged meanwhile may have replaced a page that was put: then all of it is looked at again.
    if (await ports.store.putState(key, back)) return { ...answer, isChanged: true };
  }
  throw new Error(`The series was still being judged after ${conflictsMax} tries.`);
}

/** Since when the series is counted; from now on where it was not known yet. */
async function watchedSince(
  watches: TenantWatches,
  tenantId: string,
  config: TenantConfig,
  series: Series,
  now: number,
): Promise<number> {
  for (let tries = 1; tries <= conflictsMax; tries++) {
    const watch = await watches.read(tenantId);
    const watched = watching(watch, config.series, now);
    const isKnown = watched === watch || (await watches.put(tenantId, { ...watched, rev: watch.rev + 1 }));
    const since = watched.series[series.name]?.since;
    if (isKnown && since !== undefined) return since;
  }
  throw new Error(`Others still changed what is watched of the tenant after ${conflictsMax} tries.`);
}

function faultsOf(
  rows: readonly HistoryRow[],
  { series, zones, liveFrom }: { series: Series; zones: TenantConfig['zones']; liveFrom: number },
): BadRow[] {
  const lines = new Map<number, number>();
  const bad: BadRow[] = [];
  for (const { line, start } of rows) {
    const interval = intervalOf(series, zones, start);
    const former = lines.get(start);
    if (interval.start !== start) {
      const right = new Date(interval.start).toISOString();
      bad.push({ line, detail: `no interval of ${series.interval} begins then; one does at ${right}` });
    } else if (start >= liveFrom) {
      bad.push({ line, detail: 'is counted here already: history ends before that' });
    } else if (former !== undefined) {
      bad.push({ line, detail: `repeats the interval of line ${former}` });
    }
    lines.set(start, line);
  }
  return bad;
}

/** Puts points into their pages, beside those that stand there; answers whether that changed any. */
async function putPoints(
  store: JudgingStore,
  key: SeriesKey,
  series: Series,
  { rev, epoch }: SeriesState,
  points: readonly JudgedPoint[],
): Promise<boolean> {
  const pages = [...Map.groupBy(points, ({ start }) => pageStart(series, start))].toSorted(
    ([one], [other]) => one - other,
  );
  let isChanged = false;
  for (let at = 0; at < pages.length; at += pagesAtOnce) {
    const chunk = pages.slice(at, at + pagesAtOnce);
    const [first] = chunk[0] as [number, JudgedPoint[]];
    const [last] = chunk.at(-1) as [number, JudgedPoint[]];
    const stored = new Map(
      (await store.readPages(key, first, last + 1)).map((page) => [page.start, page.points]),
    );
    const changed = chunk.flatMap(([start, own]): PointPage[] => {
      const merged = mergedPoints(stored.get(start) ?? [], own);
      return merged ? [{ start, points: merged }] : [];
    });
    await store.putPages(key, changed, { rev, epoch });
    isChanged ||= changed.length > 0;
  }
  return isChanged;
}

/** Undefined where every one of the points is there already. */
function mergedPoints(
  stored: readonly JudgedPoint[],
  own: readonly JudgedPoint[],
): JudgedPoint[] | undefined {
  const points = new Map(stored.map((point) => [point.start, point]));
  const isThere = ({ start, value, scale }: JudgedPoint) => {
    const point = points.get(start);
    return point !== undefined && point.value === value && point.scale === scale && point.isImported === true;
  };
  if (own.every(isThere)) return undefined;
  for (const point of own) if (!isThere(point)) points.set(point.start, point);
  return [...points.values()].toSorted((one, other) => one.start - other.start);
}
