import { parseArgs } from 'node:util';
import { CommandFault } from '../command-fault.ts';

export interface DriveOptions {
  accounts: number;
  devices: number;
  minutes: number;
  duplicates: number;
  faulty: number;
  late: number;
  /** Events a second on the wire; 0 is as fast as it goes. */
  rate: number;
  connections: number;
  /** Probe events at least; 0 is none at all. */
  probes: number;
  seed: number;
  run: string;
  meter: string;
  configure: boolean;
  giveUpSeconds: number;
  visibleSeconds: number;
}

/** Where the command line says the stack is; what is absent is looked up. */
export interface TargetOptions {
  api?: string;
  tenant?: string;
  key?: string;
  readKey?: string;
  dataDir?: string;
  json: boolean;
}

/** A fault of the command line, told to whoever typed it. */
export class UsageFault extends CommandFault {
  override name = 'UsageFault';
}

/** Whole numbers and shares that the command line takes: default, least and greatest. */
const numbers = {
  accounts: { usual: 50, min: 1, max: 1_000_000, whole: true },
  devices: { usual: 2, min: 1, max: 100_000, whole: true },
  minutes: { usual: 60, min: 1, max: 33 * 24 * 60, whole: true },
  duplicates: { usual: 0.05, min: 0, max: 1, whole: false },
  faulty: { usual: 0.005, min: 0, max: 0.2, whole: false },
  late: { usual: 0.02, min: 0, max: 1, whole: false },
  rate: { usual: 0, min: 0, max: 10_000_000, whole: false },
  connections: { usual: 16, min: 1, max: 1_000, whole: true },
  probes: { usual: 5, min: 0, max: 1_000, whole: true },
  seed: { usual: 1, min: 0, max: 2 ** 32 - 1, whole: true },
  'give-up': { usual: 120, min: 1, max: 86_400, whole: false },
  'visible-within': { usual: 120, min: 1, max: 86_400, whole: false },
} as const;

/** One byte an event is kept, and little else: a drive of this size fits a small machine. */
const eventsMax = 100_000_000;

export const driveHelp = `npm run drive -- [options]     posts usage as devices do, and proves that every window is exact

  --accounts N         accounts (${numbers.accounts.usual})
  --devices N          devices of each account (${numbers.devices.usual})
  --minutes N          minutes of event time that each device reports, an event a minute (${numbers.minutes.usual})
  --duplicates P       share of events sent again: a whole post, in another post, twice in one (${numbers.duplicates.usual})
  --faulty P           share of faulty events beside the good ones (${numbers.faulty.usual})
  --late P             share of devices that were offline for 1 to 33 days and report now (${numbers.late.usual})
  --rate R             events a second; 0 is as fast as it goes (${numbers.rate.usual})
  --connections C      requests at a time (${numbers.connections.usual})
  --probes N           events at least that are watched until they are visible; 0 is none (${numbers.probes.usual})
  --seed S             what is generated follows from it (${numbers.seed.usual})
  --run NAME           part of the account ids, so that runs do not meet (from the time of the start)
  --meter NAME         meter to count on (bytes)
  --configure          may add the meter to a tenant that has others
  --give-up SECONDS    for how long a post is tried again (${numbers['give-up'].usual})
  --visible-within SECONDS   for how long nothing more need become visible before it counts as lost (${numbers['visible-within'].usual})
  --data-dir DIR       the stack on this machine that keeps its data there (.tidegate)
  --api URL --tenant T --key K [--read-key K]   any other, as a deployed one: the URL ends in its stage. The key needs
                       the scopes ingest and read; with --read-key only ingest
  --json               the result for machines

Posts: a tenth of the accounts at a time as single events, four tenths as batches of one account, half in reports
of many accounts; half of the batches and reports gzip, one in twenty held back. Exit code 1: anything differs.`;

export function parseDriveOptions(args: string[], now: number): DriveOptions & TargetOptions {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean', default: false } as const;
  const { values } = faultsAsUsage(() =>
    parseArgs({
      args,
      options: {
        ...(Object.fromEntries(Object.keys(numbers).map((name) => [name, text])) as Record<
          keyof typeof numbers,
          typeof text
        >),
        ...{ run: text, meter: text, api: text, tenant: text, key: text, 'read-key': text },
        ...{ 'data-dir': text, configure: flag, json: flag },
      },
    }),
  );
  const number = (name: keyof typeof numbers) => numberOf(name, values[name]);
  const run = values.run ?? now.toString(36);
  if (!/^[A-Za-z0-9]{1,20}$/.test(run)) throw new UsageFault('--run takes 1 to 20 letters and digits.');
  const options: DriveOptions = {
    accounts: number('accounts'),
    devices: number('devices'),
    minutes: number('minutes'),
    duplicates: number('duplicates'),
    faulty: number('faulty'),
    late: number('late'),
    rate: number('rate'),
    connections: number('connections'),
    probes: number('probes'),
    seed: number('seed'),
    run,
    meter: values.meter ?? 'bytes',
    configure: values.configure,
    giveUpSeconds: number('give-up'),
    visibleSeconds: number('visible-within'),
  };
  if (options.accounts * options.devices * options.minutes > eventsMax)
    throw new UsageFault(`accounts x devices x minutes may be ${eventsMax} events at most.`);
  const named = { api: values.api, tenant: values.tenant, key: values.key, readKey: values['read-key'] };
  return { ...options, ...present({ ...named, dataDir: values['data-dir'] }), json: values.json };
}

const present = (members: Record<string, string | undefined>): Record<string, string> =>
  Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as Record<
    string,
    string
  >;

function faultsAsUsage<T>(parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    throw new UsageFault((error as Error).message);
  }
}

function numberOf(name: keyof typeof numbers, text: string | undefined): number {
  const { usual, min, max, whole } = numbers[name];
  if (text === undefined) return usual;
  const value = Number(text);
  const fits = text.trim() !== '' && value >= min && value <= max && (!whole || Number.isInteger(value));
  if (!fits)
    throw new UsageFault(
      `--${name} takes a ${whole ? 'whole ' : ''}number from ${min} to ${max}, not '${text}'.`,
    );
  return value;
}

/** The options that a program leaves out, at their defaults. */
export function driveDefaults(run: string): DriveOptions {
  const { json: _json, ...options } = parseDriveOptions(['--run', run], 0);
  return options;
}
