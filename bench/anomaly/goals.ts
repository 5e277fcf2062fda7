import { percentile, type Table } from '../report.ts';
import { kindOf, recallOf, type WorldMeasure } from './measure-worlds.ts';
import type { NabScore } from './nab/nab-score.ts';
import type { Pace } from './pace.ts';
import type { Poisoning } from './poisoning.ts';
import type { AtRate, Found } from './score-at-rate.ts';

/** All that the goals are held against. */
export interface Measured {
  worlds: WorldMeasure[];
  nab: { best: NabScore; usual: NabScore };
  purchases: AtRate;
  poisoning: Poisoning[];
  pace: Pace;
}

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
const shareOf = ({ found, events }: Found): number => found / Math.max(1, events);
const delay = ({ delays }: Found, share: number): number =>
  delays.length === 0 ? Number.NaN : percentile(delays, share);

/** Whether every one of these holds. */
const verdict = (...holds: boolean[]): string => (holds.every(Boolean) ? 'reached' : 'missed');

/** The goals, each with what was measured here and whether that reaches it. */
export function goalsTable(measured: Measured): Table {
  return {
    title: 'Anomalies: the goals',
    columns: ['goal', 'wanted', 'measured', ''],
    rows: [...ofHourly(measured), ...ofFiveMinutes(measured), ...ofReal(measured), ...ofTheRest(measured)],
    notes: [
      'One threshold for all series of a world, such that they ring at most 0.25 (or 1) times a series-week while nothing is wrong.',
      'Two waves is a mild world of daily and weekly rhythm; many shapes and sessions are rougher ones (bench/anomaly/worlds). The reference knows the true mean of every interval.',
      'Recall counts every event in every series that it touches; delays are in intervals, the first being 1.',
    ],
  };
}

const find = ({ worlds }: Measured, world: string, interval: string): WorldMeasure =>
  worlds.find((one) => one.world === world && one.interval === interval)!;

function ofHourly(measured: Measured): string[][] {
  const mild = find(measured, 'two waves', '1h');
  const [atQuarter] = mild.detector as [AtRate[]];
  const recall = recallOf(atQuarter);
  const ofReference = recall / recallOf(mild.reference[0]!);
  const drop20 = kindOf(atQuarter, 'drop 20', [500]);
  const drop50 = kindOf(atQuarter, 'drop 50', [50, 500]);
  const conversion = kindOf(atQuarter, 'conversion 30', [50, 500]);
  const leak = kindOf(atQuarter, 'leak 40');
  const kinds: [string, string, Found, number, number, number][] = [
    ['drop 20 %, mean >= 500', '>= 80 %, median <= 2', drop20, 0.8, 0.5, 2],
    ['drop 50 %, mean >= 50', '>= 99 %, p90 <= 2', drop50, 0.99, 0.9, 2],
    ['conversion falls 30 %, mean orders >= 50', '>= 98 %, p90 <= 4', conversion, 0.98, 0.9, 4],
    ['leak to -40 % in 48 h', '>= 90 %, median <= 24', leak, 0.9, 0.5, 24],
  ];
  return [
    [
      'two waves, 1 h, 0.25: all kinds',
      '>= 76 %, >= 97 % of the reference',
      `${percent(recall)}, ${percent(ofReference)} of it`,
      verdict(recall >= 0.76, ofReference >= 0.97),
    ],
    ...['many shapes', 'sessions'].map((world) => ofRough(find(measured, world, '1h'))),
    ...kinds.map(([goal, wanted, found, least, share, most]) => [
      goal,
      wanted,
      `${percent(shareOf(found))} of ${found.events}, ${share === 0.5 ? 'median' : 'p90'} ${delay(found, share)}`,
      verdict(shareOf(found) >= least, delay(found, share) <= most),
    ]),
    ...ofOutages(atQuarter, mild.reference[0]!),
  ];
}

function ofRough({ world, detector, reference }: WorldMeasure): string[] {
  const [quarter, one] = detector.map(recallOf) as [number, number];
  const known = reference.map((seeds) => percent(recallOf(seeds))).join(' / ');
  return [
    `${world}, 1 h, 0.25 / 1: all kinds`,
    '>= 60 / 78 %',
    `${percent(quarter)} / ${percent(one)} (reference ${known})`,
    verdict(quarter >= 0.6, one >= 0.78),
  ];
}

function ofOutages(seeds: AtRate[], reference: AtRate[]): string[][] {
  const bands: [string, number[], number][] = [
    ['mean >= 50', [50, 500], 0.99],
    ['mean 5 to 50', [5], 0.97],
  ];
  return bands.map(([name, of, least]) => {
    const [first, known] = [seeds, reference].map((run) => {
      const { delays } = kindOf(run, 'outage 100', of);
      return delays.filter((intervals) => intervals === 1).length / Math.max(1, delays.length);
    }) as [number, number];
    return [
      `outage, in its first interval where it is seen, ${name}`,
      `>= ${100 * least} %`,
      `${percent(first)} (reference ${percent(known)})`,
      verdict(first >= least),
    ];
  });
}

function ofFiveMinutes(measured: Measured): string[][] {
  return measured.worlds
    .filter(({ interval }) => interval === '5m')
    .map(({ world, detector, reference }) => {
      const [quarter, one] = detector.map(recallOf) as [number, number];
      const isMild = world === 'two waves';
      const known = reference.map((seeds) => percent(recallOf(seeds))).join(' / ');
      return [
        `${world}, 5 min, 0.25 / 1: all kinds`,
        isMild ? '>= 70 %' : '>= 35 / 60 %',
        `${percent(quarter)} / ${percent(one)} (reference ${known})`,
        isMild ? verdict(quarter >= 0.7) : verdict(quarter >= 0.35, one >= 0.6),
      ];
    });
}

function ofReal({ nab, purchases }: Measured): string[][] {
  const recall = shareOf(purchases.all);
  return [
    [
      'NAB, the part kept here, standard profile',
      '>= 72',
      `${nab.best.score.toFixed(1)} at severity ${nab.best.threshold.toFixed(1)}; ${nab.usual.score.toFixed(1)} at ${nab.usual.threshold}`,
      verdict(nab.best.score >= 72),
    ],
    [
      'real purchase rates, 0.25',
      '>= 86 %, median <= 2',
      `${purchases.all.found} of ${purchases.all.events}, median ${delay(purchases.all, 0.5)}`,
      verdict(recall >= 0.86, delay(purchases.all, 0.5) <= 2),
    ],
  ];
}

function ofTheRest({ worlds, poisoning, pace }: Measured): string[][] {
  const ratios = worlds.flatMap(({ calibration }) =>
    calibration.map(({ realised, promised }) => realised / promised),
  );
  const loudest = Math.max(...worlds.flatMap(({ calibration }) => calibration.map(({ tooLoud }) => tooLoud)));
  const [least, most] = [Math.min(...ratios), Math.max(...ratios)];
  const lost = Math.max(...poisoning.map(({ calm, poisoned }) => calm - poisoned));
  return [
    [
      'false alarms beside those promised, in every world',
      '0.5 to 2 times',
      `${least.toFixed(2)} to ${most.toFixed(2)} times`,
      verdict(least >= 0.5, most <= 2),
    ],
    ['series above 3 times, in the worst', '<= 5 %', percent(loudest), verdict(loudest <= 0.05)],
    [
      'severity lost after 40 weeks of weekly anomalies, worst kind',
      '<= 10',
      lost.toFixed(1),
      verdict(lost <= 10),
    ],
    [
      'time a point',
      'p50 <= 10 µs, p99 <= 100 µs',
      `${pace.p50Us.toFixed(1)} µs, ${pace.p99Us.toFixed(1)} µs`,
      verdict(pace.p50Us <= 10, pace.p99Us <= 100),
    ],
    [
      'state a series',
      '<= 8 KB',
      `${(pace.snapshotBytes / 1_024).toFixed(1)} KB`,
      verdict(pace.snapshotBytes <= 8_192),
    ],
    [
      'restored from snapshots, the same severity',
      'to 1e-9',
      `differs by ${pace.restoredDifference}`,
      verdict(pace.restoredDifference <= 1e-9),
    ],
  ];
}
