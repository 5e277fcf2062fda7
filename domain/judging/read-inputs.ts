import { localDateOf } from '../calendar/local-day.ts';
import { hourOf } from '../metering/window.ts';
import type { Series, TenantConfig } from '../tenancy/tenant-config.ts';
import { type Interval, intervalsBetween } from '../traffic/interval.ts';
import { seriesScale, type TrafficReader } from '../traffic/traffic-reader.ts';
import type { JudgingInput } from './judge-intervals.ts';
import { asNumber, pageStart } from './point.ts';
import type { JudgingStore } from './series-state.ts';

export interface InputPorts {
  traffic: Pick<TrafficReader, 'counts'>;
  store: Pick<JudgingStore, 'readPages'>;
}

/** A tenant whose series are judged. */
export interface JudgedTenant {
  tenantId: string;
  config: Pick<TenantConfig, 'series' | 'zones' | 'calendar'>;
  /** Since when each series is counted. */
  since: ReadonlyMap<string, number>;
  /** What times lost records may have had. */
  gaps: readonly Interval[];
  now: number;
}

/** Counts are kept as long as late events may change them; what is older is read from the points. */
export const countsReadMs = 35 * 86_400_000;

type Known = Pick<JudgingInput, 'value' | 'scale' | 'isPartial' | 'isImported' | 'duplicatesShare'>;

/** Whatever is known of the intervals in [from, to), in order. */
export async function readInputs(
  ports: InputPorts,
  tenant: JudgedTenant,
  series: Series,
  intervals: readonly Interval[],
): Promise<JudgingInput[]> {
  const base = tenant.config.series.find(({ name }) => name === series.relativeTo);
  const [own, given] = await Promise.all([
    knownOf(ports, tenant, series, intervals),
    base ? knownOf(ports, tenant, base, intervals) : undefined,
  ]);
  const specialOf = specialDays(tenant);
  return intervals.map((interval) => {
    const special = specialOf(interval.start);
    const of = given?.get(interval.start);
    return {
      ...interval,
      ...(own.get(interval.start) ?? { scale: 0, isPartial: false, isImported: false }),
      ...(series.relativeTo !== undefined && { given: givenOf(of) }),
      ...(special !== undefined && { special }),
    };
  });
}

const givenOf = (known: Known | undefined): number | null =>
  known?.value === undefined || known.isPartial ? null : asNumber(known.value, known.scale);

async function knownOf(
  { traffic, store }: InputPorts,
  { tenantId, config, since, gaps, now }: JudgedTenant,
  series: Series,
  intervals: readonly Interval[],
): Promise<Map<number, Known>> {
  const known = new Map<number, Known>();
  const counted = Math.max(since.get(series.name) ?? Infinity, now - countsReadMs);
  const older = intervals.filter(({ start }) => start < counted);
  const first = older[0];
  if (first) {
    const key = { tenantId, series: series.name };
    const to = (older.at(-1) as Interval).end;
    const pages = await store.readPages(key, pageStart(series, first.start), to);
    for (const { start, value, scale, state, isImported, duplicatesShare } of pages.flatMap(
      ({ points }) => points,
    )) {
      if (value === undefined) continue;
      const share = duplicatesShare !== undefined && { duplicatesShare };
      known.set(start, {
        value,
        scale,
        isPartial: state === 'partial',
        isImported: isImported === true,
        ...share,
      });
    }
  }
  const live = intervals.slice(older.length);
  const [next] = live;
  if (!next) return known;
  const span = { zones: config.zones, from: next.start, to: (live.at(-1) as Interval).end, gaps };
  const scale = series.aggregation === 'count' ? 0 : seriesScale;
  for (const { start } of live) known.set(start, { value: 0n, scale, isPartial: false, isImported: false });
  for (const { start, end: _, ...count } of await traffic.counts(tenantId, series, span)) {
    known.set(start, { ...count, isImported: false });
  }
  return known;
}

/** The calendar's name of the local day that an instant lies in. Most instants that follow lie in the same hour. */
function specialDays({ config }: JudgedTenant): (at: number) => string | undefined {
  const names = new Map(config.calendar.map(({ date, name }) => [date, name]));
  if (names.size === 0) return () => undefined;
  let known: { hour: number; name: string | undefined } | undefined;
  return (at) => {
    const hour = hourOf(at);
    if (known?.hour !== hour) known = { hour, name: names.get(localDateOf(config.zones, hour)) };
    return known.name;
  };
}

/** The next intervals from `from` that end at `to` or before, at most so many. */
export function nextIntervals(
  series: Series,
  { config }: JudgedTenant,
  from: number,
  to: number,
  max: number,
): Interval[] {
  const intervals: Interval[] = [];
  for (const interval of intervalsBetween(series, config.zones, from, to)) {
    if (interval.end > to || intervals.length === max) break;
    intervals.push(interval);
  }
  return intervals;
}
