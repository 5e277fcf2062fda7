import { parseQuantity } from '../metering/intake/parse-quantity.ts';
import { type Draft, type Faults, pathTo } from './json-shape.ts';
import type { Limit, Meter, Series, TenantSettings } from './tenant-config.ts';

type SettingsDraft = Draft<TenantSettings>;

/**
 * Each event writes a window of every meter that its type feeds, so this bounds what one event may cost. Without it
 * a few posts of one tenant would keep the consumers busy for minutes, and its neighbours' usage waiting.
 */
export const metersPerTypeMax = 10;

/** The same for series: each event is added to an interval of each, and late ones to as many intervals as they are. */
export const seriesPerTypeMax = 20;

/** Adds the faults that no member has by itself: names given twice, references to nothing, contradictions. */
export function checkReferences(draft: SettingsDraft, faults: Faults): void {
  for (const check of checks) check(draft, faults);
}

const checks: ((draft: SettingsDraft, faults: Faults) => void)[] = [
  (draft, faults) => {
    for (const kind of ['meters', 'plans', 'series'] as const) {
      const names = draft[kind]?.map((item) => item?.name) ?? [];
      for (const [index, name] of repeated(names)) {
        faults.add(`/${kind}/${index}/name`, `"${name}" stands there already: names are given once`);
      }
    }
  },
  (draft, faults) => {
    for (const kind of ['meters', 'series'] as const) {
      for (const [index, item] of draft[kind]?.entries() ?? []) checkField(item, `/${kind}/${index}`, faults);
    }
  },
  checkPerType,
  checkPlans,
  (draft, faults) => {
    if (draft.cycle?.timeZone === undefined || draft.timeZone === undefined) return;
    if (draft.cycle.timeZone === draft.timeZone) return;
    const detail = `must be absent, or the same as timeZone, "${draft.timeZone}": cycles follow the tenant's days`;
    faults.add('/cycle/timeZone', detail);
  },
  checkRelations,
  (draft, faults) => {
    for (const [index, type] of repeated(draft.archiveOnly ?? [])) {
      faults.add(`/archiveOnly/${index}`, `"${type}" stands there already`);
    }
    for (const [type, versions] of Object.entries(draft.versions ?? {})) {
      for (const [index, version] of repeated(versions ?? [])) {
        faults.add(pathTo(pathTo('/versions', type), index), `${version} stands there already`);
      }
    }
  },
];

/** The elements, with their index, that an earlier one equals. */
function repeated<T>(values: readonly (T | undefined)[]): [number, T][] {
  const seen = new Set<T>();
  const found: [number, T][] = [];
  for (const [index, value] of values.entries()) {
    if (value === undefined) continue;
    if (seen.has(value)) found.push([index, value]);
    seen.add(value);
  }
  return found;
}

function checkField(item: Draft<Meter> | Draft<Series> | undefined, path: string, faults: Faults): void {
  if (item?.aggregation === 'count' && item.field !== undefined) {
    faults.add(`${path}/field`, 'must be absent: a count adds no field');
  }
  if (item?.aggregation === 'sum' && !('field' in item)) {
    faults.add(`${path}/field`, 'is missing: it must name the property of data that sum adds');
  }
}

function checkPerType(draft: SettingsDraft, faults: Faults): void {
  for (const [kind, max] of [['meters', metersPerTypeMax] as const, ['series', seriesPerTypeMax] as const]) {
    const fed = new Map<string, number>();
    for (const [index, item] of draft[kind]?.entries() ?? []) {
      if (item?.eventType === undefined) continue;
      const count = (fed.get(item.eventType) ?? 0) + 1;
      fed.set(item.eventType, count);
      if (count > max) {
        const detail = `has ${max} ${kind} already: a type feeds at most that many`;
        faults.add(`/${kind}/${index}/eventType`, `"${item.eventType}" ${detail}`);
      }
    }
  }
}

function checkPlans({ plans = [], meters }: SettingsDraft, faults: Faults): void {
  const first = plans.findIndex((plan) => plan?.default);
  for (const [index, plan] of plans.entries()) {
    if (plan?.default && index !== first) {
      faults.add(`/plans/${index}/default`, `must be false: "${plans[first]?.name}" is the default already`);
    }
    checkLimits(plan?.limits, `/plans/${index}/limits`, { meters, faults });
  }
}

/** Adds what is wrong with limits by the meters there are: one given twice, of no meter, finer than its meter. */
export function checkLimits(
  limits: Draft<Limit[]> = [],
  path: string,
  { meters, faults }: { meters: SettingsDraft['meters']; faults: Faults },
): void {
  for (const [index, name] of repeated(limits.map((limit) => limit?.meter))) {
    faults.add(`${path}/${index}/meter`, `"${name}" has a limit here already`);
  }
  for (const [index, limit] of limits.entries()) {
    for (const [at, percent] of repeated(limit?.nearPercent ?? [])) {
      faults.add(`${path}/${index}/nearPercent/${at}`, `${percent} stands there already`);
    }
    if (limit?.meter === undefined || meters === undefined) continue;
    const meter = meters.find((one) => one?.name === limit.meter);
    // Where a meter's own name is at fault it may be the one that is meant.
    if (!meter && meters.every((one) => one?.name !== undefined)) {
      faults.add(`${path}/${index}/meter`, `"${limit.meter}" is no meter of this configuration`);
    }
    if (meter?.scale === undefined || limit.perCycle === undefined) continue;
    const parsed = parseQuantity(limit.perCycle, meter.scale);
    if ('fault' in parsed) {
      faults.add(`${path}/${index}/perCycle`, `${parsed.fault}: the meter's scale is ${meter.scale}`);
    }
  }
}

/** A series is judged relative to one that is judged by itself or relative to yet another, never in a circle. */
function checkRelations({ series = [] }: SettingsDraft, faults: Faults): void {
  const byName = new Map(series.map((one) => [one?.name, one]));
  for (const [index, one] of series.entries()) {
    if (one?.relativeTo === undefined) continue;
    const path = `/series/${index}/relativeTo`;
    const base = byName.get(one.relativeTo);
    if (!base) {
      const isCertain = series.every((other) => other?.name !== undefined);
      if (isCertain) faults.add(path, `"${one.relativeTo}" is no series of this configuration`);
    } else if (isCircular(one, byName)) {
      faults.add(path, 'leads back to the series itself');
    } else if (one.interval && base.interval && one.interval !== base.interval) {
      faults.add(
        path,
        `"${one.relativeTo}" has interval ${base.interval}: it must be ${one.interval} as here`,
      );
    }
  }
}

function isCircular(
  start: Draft<Series>,
  byName: ReadonlyMap<string | undefined, Draft<Series> | undefined>,
): boolean {
  const met = new Set<string | undefined>();
  for (let one = byName.get(start.relativeTo); one; one = byName.get(one.relativeTo)) {
    if (one.name === start.name) return true;
    if (one.relativeTo === undefined || met.has(one.name)) return false;
    met.add(one.name);
  }
  return false;
}
