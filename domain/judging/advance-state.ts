import type { Series } from '../tenancy/tenant-config.ts';
import type { Judged } from './judge-intervals.ts';
import { type JudgedPoint, type PointPage, pageStart } from './point.ts';
import type { SeriesState, Unsettled } from './series-state.ts';

/** The state after these intervals were judged, and what has to be stored for it. */
export function advanced(state: SeriesState, series: Series, judged: Judged): SeriesState {
  const judgedUntil = (judged.points.at(-1) as JudgedPoint).end;
  const { full, open } = paged(series, [...state.openPoints, ...judged.points], judgedUntil);
  const found = new Set(judged.anomalies.map(({ id }) => id));
  const former = state.rejudging?.former.filter(({ id }) => !found.has(id)) ?? [];
  const { rejudging, ...rest } = state;
  const isCaughtUp = rejudging !== undefined && judgedUntil >= rejudging.until;
  const unsettled: Unsettled = {
    pages: full,
    kept: judged.kept.map(({ before, soFar }) => ({ start: before.start, soFar })),
    anomalies: [...state.unsettled.anomalies.filter(({ id }) => !found.has(id)), ...judged.anomalies],
    withdrawn: isCaughtUp ? former.map(({ id }) => id) : [],
  };
  return {
    ...rest,
    rev: state.rev + 1,
    judgedUntil,
    soFar: judged.soFar,
    openPoints: open,
    ...(rejudging && !isCaughtUp && { rejudging: { until: rejudging.until, former } }),
    unsettled,
  };
}

/** Points by page: those that are full, since the next interval is another one's, and the points of the last. */
function paged(
  series: Series,
  points: readonly JudgedPoint[],
  judgedUntil: number,
): { full: PointPage[]; open: JudgedPoint[] } {
  const pages = new Map<number, JudgedPoint[]>();
  for (const point of points) {
    const start = pageStart(series, point.start);
    const page = pages.get(start);
    if (page) page.push(point);
    else pages.set(start, [point]);
  }
  const next = pageStart(series, judgedUntil);
  const open = pages.get(next) ?? [];
  pages.delete(next);
  return { full: [...pages].map(([start, page]) => ({ start, points: page })), open };
}
