import type { Options, Part, Table } from '../report.ts';
import { type MeteredTables, meteredTables } from './metered-table.ts';
import { naiveIdTable } from './naive-id-table.ts';
import { naiveIdempotency } from './naive-idempotency.ts';
import { playThroughTidegate } from './tidegate.ts';
import { play, sampled, type Workload, type WorkloadEvent, type WorkloadRun, workloads } from './workload.ts';

const batchWindows = [1, 5, 60, 300];
/** Events of the sample that a naive design counts: it costs the same for each. */
const naiveEventsMax = 3_000;
/** Writes that a run of Tidegate is expected to need at most, unless everything is measured at full size. */
const writesMax = 12_000;
const inFlight = 20;

type Naive = (tables: MeteredTables) => Promise<(event: WorkloadEvent) => Promise<void>>;

/** Write and read units a distinct event, beside the two designs that people use. */
export const cost: Part = async (options) => {
  const tidegate: Table = {
    title: 'Cost: write units and read units a distinct event',
    columns: [
      'workload',
      'batch window s',
      'write units',
      'read units',
      'beside (a)',
      'a roll-up, write / read',
      'accounts × devices',
      'events',
    ],
    rows: [],
    notes: [
      ...workloads.map(({ name, what }) => `${name}: ${what}, for an hour.`),
      'Ids of 36 characters. Units are the emulator’s ConsumedCapacity; the registry is included. Apart: one run of the roll-up after that hour, an event.',
      'Every device of every account is read back and equals the truth.',
    ],
  };
  const naive: Table = {
    title: 'Cost: the designs that people use',
    columns: ['workload', 'design', 'write units', 'read units', 'events'],
    rows: [],
    notes: [
      '(a) Powertools idempotency an event, then ADD to the device’s and the account’s window.',
      '(b) A table of ids with conditional puts, then the same two ADDs.',
      `On a sample of at most ${naiveEventsMax.toLocaleString('en-US')} events, which neither design is cheaper without.`,
    ],
  };
  for (const workload of workloads) {
    const beside = await measureNaive(workload, options, naive);
    for (const windowSeconds of batchWindows) {
      tidegate.rows.push(await measureTidegate(workload, windowSeconds, beside, options));
    }
  }
  return [tidegate, naive];
};

async function measureNaive(workload: Workload, options: Options, table: Table): Promise<number> {
  const perHour = workload.accounts * workload.devicesPerAccount * (3_600 / workload.everySeconds);
  const run = play(sampled(workload, Math.min(1, naiveEventsMax / perHour)), options.seed);
  const designs: [string, Naive][] = [
    ['(a) idempotency', naiveIdempotency],
    ['(b) id table', naiveIdTable],
  ];
  const spent: number[] = [];
  for (const [name, design] of designs) {
    options.progress(`cost: ${workload.name}, ${name}`);
    const units = await withTables(async (tables) => {
      const count = await design(tables);
      return tables.measure(async () => {
        for (let at = 0; at < run.events.length; at += inFlight) {
          await Promise.all(run.events.slice(at, at + inFlight).map(count));
        }
      });
    });
    table.rows.push([
      workload.name,
      name,
      units.write / run.distinct,
      units.read / run.distinct,
      run.distinct,
    ]);
    spent.push(units.write / run.distinct);
  }
  return spent[0] as number;
}

async function measureTidegate(
  workload: Workload,
  windowSeconds: number,
  naiveWrites: number,
  { full, seed, progress }: Options,
): Promise<(string | number)[]> {
  const size = full ? workload : sampled(workload, shareFor(workload, windowSeconds));
  progress(`cost: ${workload.name}, batch window ${windowSeconds} s`);
  const run = play(size, seed);
  const { counting, rollUp } = await withTables((tables) =>
    playThroughTidegate(tables, run, { workload: size, windowSeconds, seed }),
  );
  const [write, read] = [counting.write / run.distinct, counting.read / run.distinct];
  const rolledUp = `${perEvent(rollUp.write, run)} / ${perEvent(rollUp.read, run)}`;
  const devices = `${size.accounts} × ${size.devicesPerAccount}`;
  return [workload.name, windowSeconds, write, read, write / naiveWrites, rolledUp, devices, run.distinct];
}

/**
 * The share of a workload's accounts that keeps a run short. What an account costs does not depend on how many
 * there are; a workload of one account is never cut, as its devices share their pages.
 */
export function shareFor(
  { accounts, devicesPerAccount, everySeconds }: Workload,
  windowSeconds: number,
): number {
  if (accounts === 1) return 1;
  const writesAnAccount = Math.min(3_600 / windowSeconds, devicesPerAccount * (3_600 / everySeconds));
  return Math.min(1, writesMax / (accounts * writesAnAccount));
}

const perEvent = (units: number, run: WorkloadRun): string => (units / run.distinct).toPrecision(2);

/** Works on tables of its own. */
export async function withTables<Result>(work: (tables: MeteredTables) => Promise<Result>): Promise<Result> {
  const tables = await meteredTables();
  try {
    return await work(tables);
  } finally {
    await tables.close();
  }
}
