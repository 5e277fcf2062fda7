import { type JudgedPoint, pageStart } from '../../domain/judging/point.ts';
import { noTweak } from '../../domain/judging/series-tweak.ts';
import type { Series, TenantConfig } from '../../domain/tenancy/tenant-config.ts';
import { intervalOf, intervalsBetween } from '../../domain/traffic/interval.ts';
import { Problem } from '../../events/problem.ts';
import { encodePoint, encodeSeries } from '../../events/traffic-answer.ts';
import { type SeriesReader, seriesOf } from '../judging/series-reader.ts';
import { AnswerBudget } from './answer-budget.ts';
import type { ApiResponse } from './api-handler.ts';
import type { ApiRequest } from './api-request.ts';
import { instant, invalidQuery, readQuery } from './query-parameters.ts';

const dayMs = 86_400_000;
const defaultMs = 7 * dayMs;
export const pointsMax = 10_000;
/** What can be asked for at all: a step of the longest interval, and some. */
const spanMsMax = pointsMax * dayMs;

/** GET …/series */
export async function listSeries(reader: SeriesReader, request: ApiRequest): Promise<ApiResponse> {
  const { tenantId } = request.path as { tenantId: string };
  readQuery(request.query, {});
  const [config, tweaks, watch] = await Promise.all([
    reader.configs.get(tenantId),
    reader.tweaks.readAll(tenantId),
    reader.watches.read(tenantId),
  ]);
  if (!config) throw new Problem('not_found', 'The tenant has no configuration.');
  const series = config.series.map((one) =>
    encodeSeries(one, tweaks.get(one.name) ?? noTweak, {
      isActive: watch.series[one.name]?.isActive === true,
    }),
  );
  return { status: 200, body: { series } };
}

/** GET …/series/{series}: the points of a time, those that nobody knows anything of as missing. */
export async function getSeries(reader: SeriesReader, request: ApiRequest): Promise<ApiResponse> {
  const { tenantId, series: name } = request.path as { tenantId: string; series: string };
  const asked = readQuery(request.query, { from: instant, to: instant });
  const { config, series } = await seriesOf(reader, tenantId, name, 'ever');
  const span = spanAsked(series, config, asked, reader.clock());
  const budget = new AnswerBudget('Ask for a shorter time from `from` to `to`.');
  const points = (await pointsOf(reader, tenantId, { config, series }, span)).map((point) =>
    budget.spend(encodePoint(point)),
  );
  return { status: 200, body: { series: series.name, interval: series.interval, points } };
}

/** Whole intervals that the times touch. Throws a Problem where they are reversed or too far apart. */
function spanAsked(
  series: Series,
  { zones }: TenantConfig,
  asked: { from: number | undefined; to: number | undefined },
  now: number,
): { from: number; to: number } {
  const to = asked.to ?? now;
  const from = asked.from ?? to - defaultMs;
  if (from > to) {
    const detail = `must not be after to${asked.to === undefined ? ', which is now where it is absent' : ''}`;
    throw invalidQuery([{ parameter: 'from', detail }]);
  }
  let points = 0;
  let last = from;
  if (to - from <= spanMsMax) {
    for (const { end } of intervalsBetween(series, zones, from, to)) {
      last = end;
      points += 1;
      if (points > pointsMax) break;
    }
  }
  if (points > pointsMax || to - from > spanMsMax) {
    const most = pointsMax.toLocaleString('en');
    const detail = `and to must hold at most ${most} intervals of ${series.interval}; ask for the rest in further requests`;
    throw invalidQuery([{ parameter: 'from', detail }]);
  }
  return { from: intervalOf(series, zones, from).start, to: last };
}

async function pointsOf(
  { store }: SeriesReader,
  tenantId: string,
  { config, series }: { config: TenantConfig; series: Series },
  { from, to }: { from: number; to: number },
): Promise<JudgedPoint[]> {
  const key = { tenantId, series: series.name };
  // The state first: what has left it for a page meanwhile is read there.
  const state = await store.readState(key);
  const pages = await store.readPages(key, pageStart(series, from), to);
  const known = new Map<number, JudgedPoint>();
  const stored = [...pages, ...(state?.unsettled.pages ?? [])].flatMap(({ points }) => points);
  for (const point of [...stored, ...(state?.openPoints ?? [])]) known.set(point.start, point);
  if (!state) return [];
  const judgedUntil = Math.max(state.judgedUntil, state.rejudging?.until ?? 0);
  const points: JudgedPoint[] = [];
  for (const { start, end } of intervalsBetween(series, config.zones, from, to)) {
    if (start < state.begin || start >= judgedUntil || start >= to) continue;
    points.push(known.get(start) ?? { start, end, state: 'missing', scale: 0 });
  }
  return points;
}
