import type { Options, Part, Table } from '../report.ts';
import { percentile } from '../report.ts';
import { goalsTable, type Measured } from './goals.ts';
import { measureWorld, rates, recallOf, type WorldMeasure, worlds } from './measure-worlds.ts';
import { measurePace } from './pace.ts';
import { measurePoisoning } from './poisoning.ts';
import { judgePurchases, measureNab } from './real-series.ts';
import { joinFound, scoreAtRate } from './score-at-rate.ts';
import { manyShapes } from './worlds/many-shapes.ts';
import { twoWaves } from './worlds/two-waves.ts';
import { steps } from './worlds/world.ts';

/** The severity that a series is told from unless its tenant says otherwise. */
const usualThreshold = 70;

/** How well the detector does, in worlds that are drawn and on real series, beside what it shall. */
export const anomaly: Part = async (options) => {
  const measured = measure(options);
  return [
    goalsTable(measured),
    worldsTable(measured.worlds),
    kindsTable(measured),
    calibrationTable(measured),
  ];
};

function measure({ seed, seeds = 1, tenants, full, progress }: Options): Measured {
  const drawn = Array.from({ length: full ? Math.max(5, seeds) : seeds }, (_, index) => seed + index);
  const measures: WorldMeasure[] = [];
  for (const interval of ['1h', '5m', '1d']) {
    for (const world of Object.keys(worlds)) {
      progress(`anomaly: ${world} at ${interval}`);
      measures.push(measureWorld(world, interval, drawn, tenants));
    }
  }
  progress('anomaly: real series');
  const nab = measureNab(usualThreshold);
  const purchases = scoreAtRate(judgePurchases(), rates[0]);
  progress('anomaly: poisoning');
  const calm = { seed: seed + 900, tenants: 4, weeks: 50, stepMs: steps['1h']!, isCalm: true };
  const poisoning = measurePoisoning([...twoWaves(calm), ...manyShapes(calm)], seed);
  progress('anomaly: time and state');
  const pace = measurePace([
    ...manyShapes({ seed, tenants: 4, weeks: 52, stepMs: steps['1h']! }),
    ...twoWaves({ seed, tenants: 1, weeks: 20, stepMs: steps['5m']! }),
  ]);
  return { worlds: measures, nab, purchases, poisoning, pace };
}

const percent = (share: number): string => (100 * share).toFixed(1);

function worldsTable(measures: WorldMeasure[]): Table {
  return {
    title: 'Anomalies: recall in every world, %',
    columns: [
      'world',
      'interval',
      'series',
      'at 0.25',
      'reference',
      'at 1',
      'reference',
      'median delay at 0.25',
    ],
    rows: measures.map(({ world, interval, series, detector, reference }) => {
      const { delays } = joinFound(detector[0]!.map(({ all }) => all));
      return [
        world,
        interval,
        series,
        percent(recallOf(detector[0]!)),
        percent(recallOf(reference[0]!)),
        percent(recallOf(detector[1]!)),
        percent(recallOf(reference[1]!)),
        delays.length === 0 ? '-' : percentile(delays, 0.5),
      ];
    }),
    notes: ['At a day there are few intervals in a week, and what lasts some hours lasts a day.'],
  };
}

function kindsTable({ worlds: measures }: Measured): Table {
  const rows = measures
    .filter(({ interval }) => interval === '1h')
    .flatMap(({ world, detector, reference }) => {
      const kinds = [...new Set(detector[0]!.flatMap(({ byKind }) => [...byKind.keys()]))].toSorted();
      return kinds.map((kind) => {
        const [found, known] = [detector[0]!, reference[0]!].map((seeds) =>
          joinFound(seeds.map(({ byKind }) => byKind.get(kind))),
        );
        const { delays, events } = found!;
        return [
          world,
          kind,
          events,
          percent(found!.found / events),
          percent(known!.found / events),
          delays.length === 0 ? '-' : percentile(delays, 0.5),
          delays.length === 0 ? '-' : percentile(delays, 0.9),
        ];
      });
    });
  return {
    title: 'Anomalies: recall by kind at 1 h and 0.25 false alarms a series-week, %',
    columns: ['world', 'kind and size in %', 'events', 'found', 'reference', 'median delay', 'p90'],
    rows,
    notes: ['Over series of every size: much of what is missed is of series of a few events an hour.'],
  };
}

function calibrationTable({ worlds: measures, poisoning }: Measured): Table {
  return {
    title: 'Anomalies: false alarms that a severity promises, and those that come',
    columns: [
      'world',
      'interval',
      'severity',
      'promised a series-week',
      'realised',
      'times',
      'series above 3 times, %',
    ],
    rows: measures.flatMap(({ world, interval, calibration }) =>
      calibration.map(({ severity, promised, realised, tooLoud }) => [
        world,
        interval,
        severity,
        promised,
        realised,
        realised / promised,
        percent(tooLoud),
      ]),
    ),
    notes: [
      'An alarm that goes on counts again after six hours (or two intervals); known special days count, a day after an anomaly does not.',
      ...poisoning.map(
        ({ kind, calm, poisoned, series }) =>
          `Poisoning, ${kind}: severity ${calm.toFixed(1)} after calm weeks, ${poisoned.toFixed(1)} after 40 weeks with one like it in each (mean of ${series} series).`,
      ),
    ],
  };
}
