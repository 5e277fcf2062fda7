import { type Calibration, calibrate } from './calibration.ts';
import { judgeWorld } from './judge-world.ts';
import { judgeByTruth } from './reference.ts';
import { type AtRate, type Found, joinFound, type Scored, scoreAtRate } from './score-at-rate.ts';
import { manyShapes } from './worlds/many-shapes.ts';
import { sessions } from './worlds/sessions.ts';
import { twoWaves } from './worlds/two-waves.ts';
import { type Extent, steps, type WorldSeries } from './worlds/world.ts';

export const worlds: Record<string, (extent: Extent) => WorldSeries[]> = {
  'two waves': twoWaves,
  'many shapes': manyShapes,
  sessions,
};

/** False alarms a series-week that thresholds are set for. */
export const rates = [0.25, 1] as const;

/** How much of each world is drawn at an interval; tenants may be asked for otherwise. */
export const extents: Record<string, { tenants: number; weeks: number }> = {
  '5m': { tenants: 9, weeks: 24 },
  '1h': { tenants: 20, weeks: 52 },
  '1d': { tenants: 40, weeks: 104 },
};

/** What was measured of one world at one interval, over its seeds. */
export interface WorldMeasure {
  world: string;
  interval: string;
  series: number;
  /** By rate, and by seed. */
  detector: AtRate[][];
  reference: AtRate[][];
  calibration: Calibration[];
}

export function measureWorld(
  world: string,
  interval: string,
  seeds: readonly number[],
  tenants: number | undefined,
): WorldMeasure {
  const extent = extents[interval]!;
  const all: Scored[] = [];
  const bySeed = seeds.map((seed) => {
    const drawn = worlds[world]!({
      seed,
      tenants: tenants ?? extent.tenants,
      weeks: extent.weeks,
      stepMs: steps[interval]!,
    });
    const judged = judgeWorld(drawn);
    all.push(...judged);
    const known = drawn.map(judgeByTruth);
    return {
      detector: rates.map((rate) => scoreAtRate(judged, rate)),
      reference: rates.map((rate) => scoreAtRate(known, rate)),
    };
  });
  return {
    world,
    interval,
    series: all.length,
    detector: rates.map((_, rate) => bySeed.map(({ detector }) => detector[rate]!)),
    reference: rates.map((_, rate) => bySeed.map(({ reference }) => reference[rate]!)),
    calibration: calibrate(all),
  };
}

/** Mean over the seeds of the share that was found. */
export const recallOf = (seeds: readonly AtRate[]): number =>
  seeds.reduce((sum, { all }) => sum + all.found / Math.max(1, all.events), 0) / seeds.length;

/** One kind of event, of all seeds; with bands, only of series whose mean lies in one of them. */
export const kindOf = (seeds: readonly AtRate[], kind: string, bands?: readonly number[]): Found =>
  joinFound(
    seeds.flatMap(({ byKind, byBand }) =>
      bands ? bands.map((band) => byBand.get(`${kind} | ${band}`)) : [byKind.get(kind)],
    ),
  );
