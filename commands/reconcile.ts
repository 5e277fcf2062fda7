import { setTimeout as delay } from 'node:timers/promises';
import { hourMs } from '../domain/metering/window.ts';
import { type RecountReport, recountReport } from '../domain/reconciliation/recount-reports.ts';
import { hourText } from '../domain/reconciliation/window-look.ts';
import { allMeters, type TenantConfig } from '../domain/tenancy/tenant-config.ts';
import { dynamoRecountReports } from '../infra/reconciliation/dynamo-recount-reports.ts';
import { dynamoConfigHistory } from '../infra/tenancy/dynamo-config-history.ts';
import { CommandFault, runCommand } from './command-fault.ts';
import { terminalProgress } from './drive/progress.ts';
import { openLake } from './lake/open-lake.ts';
import { differenceText, hoursText, remedies, unaccountedText } from './reconcile/difference-text.ts';
import { type ExtraNames, nameExtras } from './reconcile/name-extras.ts';
import { firstKeptHour, type OpenStore, type Reconciliation, reconcile } from './reconcile/reconcile.ts';
import { openRecount } from './reconcile/recount.ts';
import { conservationReport, reportText } from './reconcile/report.ts';
import { readSetAside } from './reconcile/set-aside.ts';
import { dynamoStoredWindows, hoursOf } from './reconcile/windows.ts';
import { parsed, spanOf, tenantOf } from './replay/arguments.ts';
import { streamSource } from './replay/stream-source.ts';
import { type StackClients, stackClients } from './stack-clients.ts';
import { findStack, localStackName, type StackTarget, targetHelp, targetOptions } from './stack-target.ts';

/** Twice what the lake gathers events for, the transform's own buffer included. */
const waitSecondsUsual = { local: 10, deployed: 720 };

const help = `npm run reconcile -- --tenant T --from TIME --to TIME [options]

Counts every event of the lake anew, per account, meter and hour, and compares with the windows. Hours that differ are
compared once more when both sides have had their time; only what stays different is named. Exit code 1: anything is;
2: it could not be compared.
The tenant sees in its data health when this was done and what became of everything that is stored.

  --tenant T           whose
  --from TIME --to TIME   whole hours from and to these times of the events; a date stands for its midnight in UTC
  --wait SECONDS       before what differs is compared again: twice the lake's buffer time
                       (${waitSecondsUsual.local} on this machine, ${waitSecondsUsual.deployed} for a deployed stack)
  --report             what became of everything that is stored, hour by hour
  --all                names every difference and every id, not only the first
  --json               the result for machines

${targetHelp}`;

const text = { type: 'string' } as const;
const flag = { type: 'boolean' } as const;
const options = {
  ...{ tenant: text, from: text, to: text, wait: text },
  ...{ report: flag, all: flag, json: flag, help: flag },
  ...targetOptions,
};
const parse = () => parsed('reconcile', { options }).values;
type Values = ReturnType<typeof parse>;

interface Asked {
  stack: StackTarget;
  clients: StackClients;
  values: Values;
  tenantId: string;
  config: TenantConfig;
  span: { from: number; to: number };
  waitSeconds: number;
}

async function compare(asked: Asked): Promise<void> {
  const { stack, clients, values, tenantId, config, span } = asked;
  const range = { tenantId, from: span.from * hourMs, to: span.to * hourMs };
  const openStore = async (): Promise<OpenStore> => {
    const setAside = await readSetAside(await clients.quarantine(), range);
    const lake = await openLake(stack, { tenant: tenantId, from: range.from, to: range.to });
    const recount = await openRecount(lake, { tenantId, waiting: setAside.waiting }, clients.configs);
    return { recount, setAside, close: () => lake.close() };
  };
  const windows = dynamoStoredWindows(clients.dynamodb, stack.resource('UsageTable'), stack.clock);
  const { store, ...result } = await reconcile(span, {
    openStore,
    windows,
    config,
    waitForBoth: () => waitForBoth(asked.waitSeconds),
    progress: terminalProgress(),
  });
  try {
    const conserved = await conservationReport(store, result.examination);
    const isEqual = result.differences.length === 0 && result.unaccounted.length === 0;
    await keepReport(asked, recountReport({ at: stack.clock(), span, isEqual }, conserved));
    const report = values.report ? conserved : undefined;
    if (!isEqual) process.exitCode = 1;
    if (values.json) {
      const { examination: _, ...rest } = result;
      const span = { from: hourText(range.from / hourMs), to: hourText(range.to / hourMs) };
      console.log(JSON.stringify({ tenantId, ...span, equal: isEqual, ...rest, report }, jsonValue, 2));
      return;
    }
    if (report) for (const line of reportText(report)) console.log(line);
    const names = await nameExtras(result.differences, {
      windows,
      streamOf: (filter) =>
        streamSource(clients.kinesis, stack.resource('EventStream'), filter, stack.clock()),
      progress: terminalProgress(),
    });
    for (const line of verdict(asked, result, names)) console.log(line);
  } finally {
    store.close();
  }
}

/** For the data health of the tenant. What was found is told all the same where it cannot be kept. */
async function keepReport({ stack, clients, tenantId }: Asked, report: RecountReport): Promise<void> {
  try {
    await dynamoRecountReports(clients.dynamodb, stack.resource('TrafficTable')).put(tenantId, report);
  } catch (error) {
    console.error(
      `The tenant's data health does not show this recount, for it could not be stored: ${error}`,
    );
  }
}

const jsonValue = (_name: string, value: unknown): unknown =>
  typeof value === 'bigint' ? String(value) : value;

function waitSecondsOf(stack: StackTarget, { wait }: Values): number {
  if (wait === undefined)
    return stack.name === localStackName ? waitSecondsUsual.local : waitSecondsUsual.deployed;
  const seconds = wait.trim() === '' ? Number.NaN : Number(wait);
  if (seconds >= 0 && seconds <= 86_400) return seconds;
  throw new CommandFault(`--wait takes seconds, from 0 to 86400, not "${wait}".`);
}

async function waitForBoth(seconds: number): Promise<void> {
  console.error(`Something differs; it is compared once more in ${seconds} s.`);
  await delay(seconds * 1_000);
}

function verdict(
  { values, tenantId, config, span }: Asked,
  result: Reconciliation,
  names: ExtraNames,
): string[] {
  const { differences, unaccounted, windows, events } = result;
  const hours = `${hourText(span.from)} to ${hourText(span.to)}`;
  if (differences.length === 0 && unaccounted.length === 0 && windows === 0)
    return [`EQUAL: neither the windows nor the lake hold anything to count of ${hours}.`];
  if (differences.length === 0 && unaccounted.length === 0)
    return [`EQUAL: ${windows} windows with ${events} events of ${hours} are what the lake comes to.`];
  const bounds = values.all ? { differences: Infinity, ids: Infinity } : { differences: 20, ids: 5 };
  const scaleOf = (meter: string) => allMeters(config).find(({ name }) => name === meter)?.scale ?? 0;
  const named = differences.slice(0, bounds.differences);
  const lost = unaccounted.slice(0, bounds.differences);
  const hidden = differences.length - named.length + unaccounted.length - lost.length;
  return [
    `DIFFERENT: ${differences.length} windows of ${hours}.`,
    ...(differences.length > 0 ? [`Hours (windows): ${hoursText(differences)}`] : []),
    ...named.flatMap((one) =>
      differenceText(one, names.get(one), { scale: scaleOf(one.window.meter), ids: bounds.ids }),
    ),
    ...lost.map(unaccountedText),
    ...(hidden > 0 ? [`${hidden} more; --all names them.`] : []),
    ...remedies(tenantId, differences),
  ];
}

/** `npm run reconcile`: proves that nothing was lost or counted twice. */
await runCommand(async () => {
  const values = parse();
  if (values.help || process.argv.length === 2) return console.log(help);
  const tenantId = tenantOf(values.tenant);
  const wanted = hoursOf(spanOf(values));
  const stack = await findStack(values);
  const waitSeconds = waitSecondsOf(stack, values);
  const clients = stackClients(stack);
  try {
    const config = await dynamoConfigHistory(clients.dynamodb, stack.resource('TenantsTable')).latest(
      tenantId,
    );
    if (!config) throw new CommandFault(`There is no tenant "${tenantId}".`);
    const kept = firstKeptHour(wanted.from, stack.clock(), { retentionMs: await clients.retentionMs() });
    const since = `Windows are kept from ${hourText(kept)} on`;
    if (kept >= wanted.to) throw new CommandFault(`${since}: of these hours none can be compared.`);
    if (kept > wanted.from) console.error(`${since}: earlier hours are not compared.`);
    await compare({
      stack,
      clients,
      values,
      tenantId,
      config,
      span: { from: kept, to: wanted.to },
      waitSeconds,
    });
  } finally {
    clients.close();
  }
}, 2);
