import { runCommand } from './command-fault.ts';
import { openLake } from './lake/open-lake.ts';
import { runSqlCommand } from './lake/sql-command.ts';
import { findStack } from './stack-target.ts';

/** `npm run sql`: SQL over everything that was accepted. */
await runCommand(() =>
  runSqlCommand(process.argv.slice(2), {
    open: async (stack, range, tables) => openLake(await findStack(stack), range, tables),
    print: (text) => console.log(text),
    note: (text) => console.error(text),
  }),
);
