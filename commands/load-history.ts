import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { CommandFault, runCommand } from './command-fault.ts';
import { connectLoading } from './load-history/connect.ts';
import { loadHistory } from './load-history/load-history.ts';
import { findStack, targetHelp, targetOptions } from './stack-target.ts';

const help = `npm run load-history -- --tenant T --series S --in FILE

Takes what a series counted before it was counted here, so that its rhythm is known from the start.

  --tenant T    whose
  --series S    a series of the tenant's configuration
  --in FILE     csv with the columns timestamp and value; others are left aside. A timestamp is the start of an interval
                of the series (RFC 3339, or YYYY-MM-DD HH:MM:SS, which is UTC; of daily intervals a date stands for the
                tenant's local day). An empty value, or a row that is left out, is a gap

Every row that is wrong is told, and then nothing is loaded. Rows may not reach into what is counted here. The same
file again changes nothing; another one replaces the intervals that it names. Nothing is told of what deviated in
imported intervals; they are listed all the same. Load the series that others are relative to first.

${targetHelp}`;

const text = { type: 'string' } as const;

/** `npm run load-history`: a series begins with what it counted elsewhere. */
await runCommand(async () => {
  const options = {
    tenant: text,
    series: text,
    in: text,
    help: { type: 'boolean' },
    ...targetOptions,
  } as const;
  const { values } = parseArgs({ options });
  if (values.help || process.argv.length === 2) return console.log(help);
  const { tenant: tenantId, series, in: file } = values;
  if (!tenantId || !series || !file) throw new CommandFault('Give --tenant, --series and --in; see --help.');
  const content = await readFile(file).catch((error: NodeJS.ErrnoException) => {
    throw new CommandFault(`${file} cannot be read (${error.code}).`);
  });
  const stack = await findStack(values);
  const { ports, close } = connectLoading(stack);
  try {
    const wish = { tenantId, series, file, content };
    await loadHistory(ports, wish, { clock: stack.clock, print: console.log, complain: console.error });
  } finally {
    close();
  }
});
