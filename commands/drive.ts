import { CommandFault } from './command-fault.ts';
import { createApiClient } from './drive/http.ts';
import { targetOf } from './drive/local-target.ts';
import { driveHelp, parseDriveOptions, UsageFault } from './drive/options.ts';
import { terminalProgress } from './drive/progress.ts';
import { summaryText } from './drive/report.ts';
import { drive, spareConnections } from './drive/run.ts';

/** `npm run drive`: posts usage as devices do, and proves that every window is exact. */
async function main(args: string[]): Promise<number> {
  if (args.includes('--help')) {
    console.log(driveHelp);
    return 0;
  }
  const options = parseDriveOptions(args, Date.now());
  const target = targetOf(options);
  const client = createApiClient(target.current().api, options.connections + spareConnections);
  try {
    const summary = await drive(options, { target, client, progress: terminalProgress(), now: Date.now });
    console.log(options.json ? JSON.stringify(summary, undefined, 2) : summaryText(summary));
    return summary.exact ? 0 : 1;
  } finally {
    client.close();
  }
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (fault) {
  if (!(fault instanceof CommandFault)) throw fault;
  console.error(fault.message);
  process.exitCode = fault instanceof UsageFault ? 2 : 1;
}
