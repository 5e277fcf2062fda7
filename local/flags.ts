import { parseArgs } from 'node:util';
import { reasonOf, StackFault } from './stack-fault.ts';
import {
  batchWindowSecondsMax,
  defaultBatchWindowSeconds,
  defaultDataDir,
  defaultLakeBufferSeconds,
  defaultPort,
  lakeBufferSecondsMax,
} from './start-options.ts';

export const help = `npm start -- [flags]

Runs Tidegate whole on this machine: the API, its Lambdas, and emulators of what they use. The data are kept, and
the stack may be stopped or killed at any moment and started again.

  --port N                 port of the API, ${defaultPort} where absent; 0 takes any that is free
  --data-dir DIR           folder of the data, ${defaultDataDir} where absent
  --fresh                  empties that folder first
  --no-demo                no demo data; the tenants T001 and T002 and their keys are there all the same
  --batch-window SECONDS   how long consumers gather events, 0 to ${batchWindowSecondsMax}; ${defaultBatchWindowSeconds} where absent
  --lake-buffer SECONDS    how long events are gathered for a file of the lake, 0 to ${lakeBufferSecondsMax}; ${defaultLakeBufferSeconds} where absent
  --now TIME               where the stack's clock starts, as 2026-11-21T10:00:00Z; it never goes back on the same data
  --logs                   shows what the functions log; the files are in logs/ of the data folder in any case
  --quiet                  says nothing but what goes wrong
  --help                   this text

Once it is ready, local.json in the data folder says where everything is, with keys that work.
`;

export interface Flags {
  port: number;
  dataDir: string;
  fresh: boolean;
  demo: boolean;
  batchWindowSeconds: number;
  lakeBufferSeconds: number;
  now: number | undefined;
  logs: boolean;
  quiet: boolean;
  help: boolean;
}

/** Reads the command line. Throws a StackFault of one sentence where it is not understood. */
export function parseFlags(args: string[]): Flags {
  const values = parse(args);
  const now = values.now === undefined ? undefined : timeOf(values.now);
  return {
    port: wholeNumber('--port', values.port, defaultPort, 65_535),
    dataDir: values['data-dir'] ?? defaultDataDir,
    fresh: values.fresh ?? false,
    demo: !values['no-demo'],
    batchWindowSeconds: wholeNumber(
      '--batch-window',
      values['batch-window'],
      defaultBatchWindowSeconds,
      batchWindowSecondsMax,
    ),
    lakeBufferSeconds: wholeNumber(
      '--lake-buffer',
      values['lake-buffer'],
      defaultLakeBufferSeconds,
      lakeBufferSecondsMax,
    ),
    now,
    logs: values.logs ?? false,
    quiet: values.quiet ?? false,
    help: values.help ?? false,
  };
}

function parse(args: string[]) {
  const text = { type: 'string' } as const;
  const isSet = { type: 'boolean' } as const;
  try {
    return parseArgs({
      args,
      options: {
        port: text,
        'data-dir': text,
        fresh: isSet,
        'no-demo': isSet,
        'batch-window': text,
        'lake-buffer': text,
        now: text,
        logs: isSet,
        quiet: isSet,
        help: isSet,
      },
    }).values;
  } catch (error) {
    const [sentence] = reasonOf(error).split('. ');
    throw new StackFault(`${sentence}; npm start -- --help lists the flags.`);
  }
}

function wholeNumber(flag: string, text: string | undefined, fallback: number, max: number): number {
  if (text === undefined) return fallback;
  const value = Number(text);
  if (/^\d+$/.test(text) && value <= max) return value;
  throw new StackFault(`${flag} takes a whole number from 0 to ${max}, not ${JSON.stringify(text)}.`);
}

/** With a zone, so that the same command means the same time everywhere. */
function timeOf(text: string): number {
  const at = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/.test(text)
    ? Date.parse(text)
    : Number.NaN;
  if (Number.isNaN(at))
    throw new StackFault(
      `--now takes a time with its zone, as 2026-11-21T10:00:00Z, not ${JSON.stringify(text)}.`,
    );
  return at;
}
