import { type Draw, drawFor } from '../draw.ts';
import { type LocalClock, localClock } from './local-clock.ts';
import {
  dayMs,
  type Extent,
  hourMs,
  type Kind,
  type LabelledEvent,
  type Special,
  type TenantModel,
  type WorldSeries,
  weekMs,
} from './world.ts';

/** Worlds begin here; a year of them meets both changes of the clock. */
export const worldStart = Date.UTC(2024, 0, 1);
const warmWeeks = 8;

interface PlacedEvent extends LabelledEvent {
  of: Kind;
}

/** Plays the traffic of one tenant: one series a metric, with everything that happened to it. */
export function play(model: TenantModel, tenant: string, extent: Extent, draw: Draw): WorldSeries[] {
  const clock = localClock(model.timeZone);
  const starts = startsOf(clock, extent);
  const warmEnd = starts[0]! + Math.min(warmWeeks, extent.weeks / 3) * weekMs;
  const placed = extent.isCalm ? [] : placeEvents(model, clock, starts, extent.stepMs, warmEnd, draw);
  const series = model.metrics.map(
    (metric): WorldSeries => ({
      tenant,
      metric,
      stepMs: extent.stepMs,
      timeZone: model.timeZone,
      starts,
      values: new Float64Array(starts.length),
      special: specialNames(model.specials, starts, extent.stepMs),
      given: undefined,
      truth: new Float64Array(starts.length),
      events: placed.filter(({ metrics }) => metrics.includes(metric)).map(labelOf),
      ambiguous: [
        ...model.specials.filter(({ isKnown }) => !isKnown).map(({ start, end }) => ({ start, end })),
        ...placed
          .filter(({ metrics }) => !metrics.includes(metric))
          .map(({ start, end }) => ({ start, end })),
      ],
      warmEnd,
    }),
  );
  for (const one of series) one.given = series.find(({ metric }) => metric === model.relative[one.metric]);
  fill(model, series, placed, draw);
  return series;
}

/** All tenants of a world, each with chance of its own. */
export function playAll(
  worldId: number,
  extent: Extent,
  modelOf: (draw: Draw, extent: Extent, tenant: number) => TenantModel,
): WorldSeries[] {
  return Array.from({ length: extent.tenants }, (_, tenant) => {
    const model = modelOf(drawFor(worldId, extent.seed, tenant, 1), extent, tenant);
    return play(
      model,
      `tenant-${String(tenant).padStart(3, '0')}`,
      extent,
      drawFor(worldId, extent.seed, tenant, 2),
    );
  }).flat();
}

const labelOf = ({ kind, size, start, end, metrics }: PlacedEvent): LabelledEvent => ({
  kind,
  size,
  start,
  end,
  metrics,
});

function startsOf(clock: LocalClock, { weeks, stepMs }: Extent): Float64Array {
  if (stepMs < dayMs) {
    return Float64Array.from(
      { length: Math.floor((weeks * weekMs) / stepMs) },
      (_, index) => worldStart + index * stepMs,
    );
  }
  const first = clock.dayStart(worldStart + dayMs / 2);
  return Float64Array.from({ length: weeks * 7 }, (_, day) => clock.dayStart(first + (day + 0.5) * dayMs));
}

function specialNames(specials: Special[], starts: Float64Array, stepMs: number): (string | undefined)[] {
  const names: (string | undefined)[] = new Array(starts.length).fill(undefined);
  for (const { start, end, name, isKnown } of specials) {
    if (!isKnown) continue;
    for (
      let index = firstAfter(starts, start - stepMs);
      index < starts.length && starts[index]! < end;
      index++
    )
      names[index] = name;
  }
  return names;
}

/** Index of the first interval that starts after `at`. */
function firstAfter(starts: Float64Array, at: number): number {
  let low = 0;
  let high = starts.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (starts[middle]! > at) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** Anomalies about every so many days, apart from each other and from days that move the traffic by themselves. */
function placeEvents(
  model: TenantModel,
  clock: LocalClock,
  starts: Float64Array,
  stepMs: number,
  warmEnd: number,
  draw: Draw,
): PlacedEvent[] {
  const end = starts.at(-1)! + stepMs;
  const placed: PlacedEvent[] = [];
  for (let at = warmEnd; at < end - 5 * dayMs; at += draw.between(0.7, 1.3) * model.everyDays * dayMs) {
    const of = draw.pick(model.kinds);
    const wanted = at + draw.between(0, 24) * hourMs;
    const begins = of.beginsAt === undefined ? wanted : clock.dayStart(wanted) + of.beginsAt * hourMs;
    const index = firstAfter(starts, begins - 1);
    const start = starts[index]!;
    const lasts = Math.max(stepMs, Math.ceil((draw.between(...of.hours) * hourMs) / stepMs) * stepMs);
    const event = { kind: of.kind, size: of.size, start, end: start + lasts, metrics: of.touches, of };
    const meets = model.specials.some(
      (day) => start < day.end + dayMs / 2 && event.end > day.start - dayMs / 2,
    );
    const former = placed.at(-1);
    if (meets || event.end > end || (former && start < former.end + 1.25 * dayMs)) continue;
    placed.push(event);
  }
  return placed;
}

function fill(model: TenantModel, series: WorldSeries[], placed: PlacedEvent[], draw: Draw): void {
  const { starts, stepMs } = series[0]!;
  const level = { lasting: 1 };
  const waiting = [...placed];
  const daily = series.map(() => 0);
  let former = series.map(() => 0);
  let missing = 0;
  for (let index = 0; index < starts.length; index++) {
    const at = starts[index]!;
    while (waiting[0] && at >= waiting[0].end) level.lasting *= waiting.shift()!.of.lasting ?? 1;
    const event = waiting[0] && at >= waiting[0].start ? waiting[0] : undefined;
    const truth = meansOf(model, at, starts[index + 1] ?? at + stepMs).map((mean) => mean * level.lasting);
    // The day's running mean is what an addition that does not follow the rhythm is measured by.
    for (const [metric, mean] of truth.entries())
      daily[metric]! += (mean - daily[metric]!) * Math.min(1, stepMs / dayMs);
    const progress = event ? (at - event.start + stepMs) / (event.end - event.start) : 0;
    const means = event?.of.alter?.(truth, progress, daily) ?? truth;
    const counted = model.count(means, index);
    const counts = event?.of.recount?.(counted, former) ?? counted;
    if (!event) former = counts;
    if (missing > 0) missing -= 1;
    else if (draw.share() < model.gapChance)
      missing = Math.ceil((draw.scale(...model.gapHours) * hourMs) / stepMs);
    for (const [metric, one] of series.entries()) {
      one.truth[index] = truth[metric]!;
      one.values[index] = missing > 0 ? Number.NaN : counts[metric]!;
    }
  }
}

/** Means of an interval: of a part of an hour from its middle, of a day as the sum of its hours. */
function meansOf(model: TenantModel, start: number, end: number): number[] {
  const parts = Math.max(1, Math.round((end - start) / hourMs));
  const part = (end - start) / parts;
  const sums = model.metrics.map(() => 0);
  for (let index = 0; index < parts; index++) {
    const middle = start + (index + 0.5) * part;
    const factor = (part / hourMs) * specialFactor(model.specials, middle);
    for (const [metric, rate] of model.ratesAt(middle).entries()) sums[metric]! += rate * factor;
  }
  return sums;
}

function specialFactor(specials: Special[], at: number): number {
  let factor = 1;
  for (const { start, end, factorAt } of specials) {
    if (at >= start && at < end) factor *= factorAt((at - start) / (end - start));
  }
  return factor;
}
