import { setTimeout as delay } from 'node:timers/promises';
import { kinesisEventStream } from '../infra/metering/kinesis-event-stream.ts';
import { systemRandom } from '../infra/random.ts';
import { dynamoConfigHistory } from '../infra/tenancy/dynamo-config-history.ts';
import { CommandFault, runCommand } from './command-fault.ts';
import { terminalProgress } from './drive/progress.ts';
import { openLake } from './lake/open-lake.ts';
import {
  checkRepeats,
  consumersOf,
  knownRevision,
  parsed,
  spanOf,
  tenantOf,
  wholeNumber,
  wordsOf,
} from './replay/arguments.ts';
import { lakeSource } from './replay/lake-source.ts';
import { quarantineSource } from './replay/quarantine-source.ts';
import { type ReplaySource, runReplay } from './replay/run-replay.ts';
import { streamSender } from './replay/sender.ts';
import { type EventFilter, streamSource } from './replay/stream-source.ts';
import { type StackClients, stackClients } from './stack-clients.ts';
import { findStack, type StackTarget, targetHelp, targetOptions } from './stack-target.ts';

const help = `npm run replay -- --tenant T --from TIME --to TIME [options]

Sends events of the lake through the pipeline again, by their own time. Usage counts each event once, so it may be run
at any time, twice, or over everything. Events that are too old to be told from a repeat are set aside as
beyond_horizon, and reported.

  --tenant T           whose
  --from TIME --to TIME   events of this span; a date stands for its midnight in UTC, --to is not part of it
  --type A,B           of these event types alone
  --for A,B            for these consumers: record-usage, count-traffic, lake (record-usage)
  --from-stream        what the stream still holds, instead of what the lake does: so a lost file of the lake is
                       made good, with --for lake
  --from-quarantine    what is set aside, instead; npm run quarantine -- replay also moves it away
  --config N           counts them by this revision of the configuration and not by their own; then --for is
                       record-usage,lake, so that the lake knows by which they were counted
  --count-again        agree that count-traffic counts again what it has counted already
  --rate N             events a second at most (2000)

${targetHelp}`;

const text = { type: 'string' } as const;
const flag = { type: 'boolean' } as const;
const options = {
  ...{ tenant: text, from: text, to: text, type: text, for: text, config: text, rate: text },
  ...{ 'from-stream': flag, 'from-quarantine': flag, 'count-again': flag, help: flag },
  ...targetOptions,
};
const parse = () => parsed('replay', { options }).values;
type Values = ReturnType<typeof parse>;

function wishOf(values: Values) {
  const config = values.config === undefined ? undefined : wholeNumber('config', values.config, 0, 2 ** 26);
  const usual = config === undefined ? 'record-usage' : 'record-usage,lake';
  const consumers = consumersOf(values.for ?? usual);
  checkRepeats(consumers, values['count-again']);
  if (values['from-stream'] && values['from-quarantine'])
    throw new CommandFault('Give --from-stream or --from-quarantine, not both.');
  const types = values.type === undefined ? undefined : wordsOf(values.type);
  const filter: EventFilter = { tenantId: tenantOf(values.tenant), ...spanOf(values), types };
  return { config, consumers, filter, rate: wholeNumber('rate', values.rate, 2_000, 1_000_000) };
}

interface Replay extends ReturnType<typeof wishOf> {
  stack: StackTarget;
  clients: StackClients;
  values: Values;
}

interface Opened {
  source: ReplaySource;
  close: () => void;
}

async function replay(wish: Replay): Promise<void> {
  const { stack, clients, filter, consumers, config, rate } = wish;
  const { tenantId } = filter;
  const history = dynamoConfigHistory(clients.dynamodb, stack.resource('TenantsTable'));
  if (!(await history.latest(tenantId))) throw new CommandFault(`There is no tenant "${tenantId}".`);
  if (config !== undefined) await knownRevision(clients.configs, tenantId, config);
  const stream = kinesisEventStream(clients.kinesis, stack.resource('EventStream'), { random: systemRandom });
  const sender = streamSender(stream, { rate, now: () => performance.now(), wait: delay });
  const { source, close } = await sourceOf(wish);
  const parts = {
    sender,
    quarantine: await clients.quarantine(),
    configAt: (revision: number) => clients.configs.at(tenantId, revision),
    retentionMs: await clients.retentionMs(),
    clock: stack.clock,
    progress: terminalProgress(),
  };
  const outcome = await runReplay(source, { tenantId, consumers, config }, parts).finally(close);
  if (outcome.sent === 0 && outcome.beyondHorizon === 0)
    return console.log(`Nothing was sent: ${placeOf(wish.values)} no such event of this span.`);
  console.log(`${outcome.sent} events are on the stream again, for ${consumers.join(' and ')}.`);
  if (outcome.beyondHorizon > 0)
    console.log(
      `${outcome.beyondHorizon} events are beyond the horizon: usage does not count them; they are set aside in the quarantine.`,
    );
  if (config !== undefined && !consumers.includes('lake'))
    console.log(
      'The lake does not know that they were counted by another revision: reconcile will name them.',
    );
}

function placeOf(values: Values): string {
  if (values['from-quarantine']) return 'the quarantine has';
  return values['from-stream'] ? 'the stream holds' : 'the lake has';
}

async function sourceOf({ stack, clients, filter, values, config }: Replay): Promise<Opened> {
  const close = () => {};
  if (values['from-quarantine'])
    return { source: await quarantineSource(await clients.quarantine(), filter), close };
  if (values['from-stream'])
    return {
      source: streamSource(clients.kinesis, stack.resource('EventStream'), filter, stack.clock()),
      close,
    };
  const lake = await openLake(stack, { tenant: filter.tenantId, from: filter.from, to: filter.to });
  return { source: await lakeSource(lake, filter, config), close: () => lake.close() };
}

/** `npm run replay`: stored events go through the pipeline again. */
await runCommand(async () => {
  const values = parse();
  if (values.help || process.argv.length === 2) return console.log(help);
  const wish = wishOf(values);
  const stack = await findStack(values);
  const clients = stackClients(stack);
  try {
    await replay({ stack, clients, values, ...wish });
  } finally {
    clients.close();
  }
});
