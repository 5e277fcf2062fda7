import { setTimeout as delay } from 'node:timers/promises';
import type { QuarantineReason } from '../domain/quarantine/quarantine.ts';
import { kinesisEventStream } from '../infra/metering/kinesis-event-stream.ts';
import { systemRandom } from '../infra/random.ts';
import { CommandFault, runCommand } from './command-fault.ts';
import { terminalProgress } from './drive/progress.ts';
import {
  countQuarantined,
  countsText,
  entriesOf,
  replayQuarantined,
  replayText,
  showQuarantined,
} from './quarantine/verbs.ts';
import { checkRepeats, consumersOf, knownRevision, parsed, wholeNumber } from './replay/arguments.ts';
import { streamSender } from './replay/sender.ts';
import { type StackClients, stackClients } from './stack-clients.ts';
import { findStack, type StackTarget, targetHelp, targetOptions } from './stack-target.ts';

const reasons: readonly QuarantineReason[] = [
  'undecodable',
  'invalid_event',
  'invalid_quantity',
  'unknown_config',
  'beyond_horizon',
  'gave_up',
];

const help = `npm run quarantine -- list|show KEY|replay [options]

  list                 how much is set aside, by tenant, day, reason and consumer; with --keys the objects themselves
  show KEY             one object: why it was set aside, where it stood, and what it says
  replay               sends what was set aside through the stream again, each to the consumer that set it aside.
                       An object is moved below replayed/ once the stream has it; usage counts no event twice

  --tenant T           of this tenant; "unknown" for what does not say whose it is
  --day DATE           that arrived on this UTC date
  --reason R           set aside for ${reasons.join(', ')}
  --replayed           list what was replayed already
  --for A,B            replay for these consumers instead: record-usage, count-traffic, lake
  --config N           replay counts them by this revision of the configuration of --tenant and not by their own, which
                       may not exist; what usage is to count goes to the lake as well
  --count-again        agree that count-traffic counts again what it has counted already
  --rate N             events a second at most (2000)
  --json               list for machines

${targetHelp}`;

const text = { type: 'string' } as const;
const flag = { type: 'boolean' } as const;
const options = {
  ...{ tenant: text, day: text, reason: text, for: text, config: text, rate: text },
  ...{ replayed: flag, keys: flag, json: flag, help: flag, 'count-again': flag },
  ...targetOptions,
};

type Values = ReturnType<typeof parse>['values'];
const parse = () => parsed('quarantine', { options, allowPositionals: true });

interface Asked {
  stack: StackTarget;
  clients: StackClients;
  values: Values;
  key: string;
}

const verbs = {
  async list({ clients, values }: Asked): Promise<string[]> {
    const quarantine = await clients.quarantine();
    const filter = { ...filterOf(values), isReplayed: values.replayed };
    if (values.keys) {
      const entries = await entriesOf(quarantine, filter);
      return values.json ? [JSON.stringify(entries, undefined, 2)] : entries.map(({ key }) => key);
    }
    const counts = await countQuarantined(quarantine, filter);
    return values.json ? [JSON.stringify(counts, undefined, 2)] : countsText(counts);
  },
  async show({ clients, key }: Asked): Promise<string[]> {
    return showQuarantined(await clients.quarantine(), key);
  },
  async replay({ stack, clients, values }: Asked): Promise<string[]> {
    const consumers = values.for === undefined ? undefined : consumersOf(values.for);
    checkRepeats(consumers ?? [], values['count-again']);
    const stream = kinesisEventStream(clients.kinesis, stack.resource('EventStream'), {
      random: systemRandom,
    });
    const rate = wholeNumber('rate', values.rate, 2_000, 1_000_000);
    const sender = streamSender(stream, { rate, now: () => performance.now(), wait: delay });
    const parts = { sender, quarantine: await clients.quarantine(), progress: terminalProgress() };
    const config = await configOf(clients, values);
    return replayText(await replayQuarantined(parts, { filter: filterOf(values), consumers, config }));
  },
};

function filterOf({ tenant, day, reason }: Values) {
  if (day !== undefined && !/^\d{4}-\d{2}-\d{2}$/.test(day))
    throw new CommandFault(`"${day}" is no UTC date; give it as 2026-11-21.`);
  if (reason !== undefined && !reasons.includes(reason as QuarantineReason))
    throw new CommandFault(`"${reason}" is no reason: give one of ${reasons.join(', ')}.`);
  return { tenantId: tenant, day, reason: reason as QuarantineReason | undefined };
}

async function configOf({ configs }: StackClients, { config, tenant }: Values): Promise<number | undefined> {
  if (config === undefined) return undefined;
  if (tenant === undefined)
    throw new CommandFault('--config goes with --tenant: it is a revision of its configuration.');
  return knownRevision(configs, tenant, wholeNumber('config', config, 0, 2 ** 26));
}

/** `npm run quarantine`: what the pipeline set aside, and how it comes back. */
await runCommand(async () => {
  const { values, positionals } = parse();
  const [verb, key] = positionals;
  if (values.help || verb === undefined) return console.log(help);
  const run = verbs[verb as keyof typeof verbs];
  if (verb === 'show' && key === undefined)
    throw new CommandFault('Give the KEY of an object; list --keys names what there is.');
  if (!Object.hasOwn(verbs, verb) || (verb === 'show') !== (key !== undefined))
    throw new CommandFault(`"${positionals.join(' ')}" is nothing to do: use list, show KEY or replay.`);
  const stack = await findStack(values);
  const clients = stackClients(stack);
  try {
    const lines = await run({ stack, clients, values, key: key ?? '' });
    for (const line of lines) console.log(line);
  } finally {
    clients.close();
  }
});
