import { parseArgs } from 'node:util';
import { CommandFault } from '../command-fault.ts';

export interface ScoreOptions {
  from: string;
  /** Undefined where anomalies are printed instead. */
  to: string | undefined;
  /** Undefined where each file's own step is looked up. */
  intervalMs: number | undefined;
  /** By the name of a series, the one that it is judged relative to. */
  relative: Map<string, string>;
  timeZone: string;
  /** From this severity on an interval is part of an anomaly. */
  threshold: number;
}

const minuteMs = 60_000;
const intervals: Record<string, number | undefined> = {
  '5m': 5 * minuteMs,
  '10m': 10 * minuteMs,
  '1h': 60 * minuteMs,
  '1d': 24 * 60 * minuteMs,
  auto: undefined,
};

export const scoreHelp = `npm run score -- --interval ${Object.keys(intervals).join('|')} --in DIR --out DIR [options]

Runs the detector that is deployed over the history in every csv file below --in, point by point, and writes the same
files below --out: the columns timestamp, value and anomaly_score, a row for every row, in the file's order.

  --interval I       the step of the series; auto takes each file's most frequent step, whatever it is
  --in DIR           csv files with the columns timestamp and value and, where there is one, calendar: the name of a
                     special day, empty or 0 on others. Other columns are left aside
  --out DIR          where to write; folders are made, files of the same name replaced
  --relative A=B,…   judge series A given series B: the file B.csv beside each A.csv
  --tz ZONE          the zone whose days and weeks the traffic follows (UTC), as Europe/Paris
  --report           print anomalies instead: where each begins and ends, its greatest severity and what was seen then
  --threshold S      with --report, from which severity on (70)
  --help             this text

A timestamp is RFC 3339, or YYYY-MM-DD HH:MM:SS, which is UTC whatever --tz says: a zone moves the rhythm that is
expected, never the points. A number of seconds or milliseconds since 1970 is read too.
anomaly_score is the severity (0 to 100, not rounded) over 100; 0 where the value is missing or the row cannot be
read. Intervals that the file leaves out are gaps to the detector, and are not written. Rows that are out of order are
judged in the order of their times; of several with one time the first is.
What is wrong with a row or a file is told on standard error, and the rest is scored. Exit code 1: nothing was.`;

export function parseScoreOptions(args: string[]): ScoreOptions | 'help' {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean', default: false } as const;
  const options = { interval: text, in: text, out: text, relative: text, tz: text, threshold: text };
  const { values } = faultsAsSentence(() =>
    parseArgs({ args, options: { ...options, report: flag, help: flag } }),
  );
  if (values.help || args.length === 0) return 'help';
  const { interval, threshold = '70' } = values;
  if (interval === undefined || !Object.hasOwn(intervals, interval))
    throw new CommandFault(`--interval takes one of ${Object.keys(intervals).join(', ')}.`);
  if (values.in === undefined) throw new CommandFault('--in takes the folder of the csv files.');
  if (!values.report && values.out === undefined)
    throw new CommandFault('--out takes the folder to write to; --report prints anomalies instead.');
  if (!/^\d{1,3}(\.\d+)?$/.test(threshold) || Number(threshold) > 100)
    throw new CommandFault(`--threshold takes a severity from 0 to 100, not '${threshold}'.`);
  return {
    from: values.in,
    to: values.report ? undefined : values.out,
    intervalMs: intervals[interval],
    relative: parseRelative(values.relative),
    timeZone: parseZone(values.tz),
    threshold: Number(threshold),
  };
}

function parseRelative(text: string | undefined): Map<string, string> {
  const pairs = (text ?? '').split(',').filter((pair) => pair.trim() !== '');
  return new Map(
    pairs.map((pair): [string, string] => {
      const [series, other, ...more] = pair.split('=').map((name) => name.trim().replace(/\.csv$/, ''));
      if (!series || !other || more.length > 0 || series === other)
        throw new CommandFault(`--relative takes pairs like orders=page_views, not '${pair}'.`);
      return [series, other];
    }),
  );
}

function parseZone(zone = 'UTC'): string {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions().timeZone;
  } catch {
    throw new CommandFault(`--tz takes a zone like Europe/Paris; '${zone}' is none.`);
  }
}

function faultsAsSentence<T>(parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    throw new CommandFault((error as Error).message);
  }
}
