import { tenantIdPattern } from '../../domain/tenancy/api-key.ts';
import { isId } from '../../events/cloud-event.ts';
import { CommandFault } from '../command-fault.ts';
import { knownTenant } from '../tenant-administration.ts';
import type { Asked, Verb } from '../tenant-verbs.ts';
import type { Removed } from './erase-account.ts';
import type { HeldEvents, Subject } from './held-events.ts';

const flags = { yes: { type: 'boolean' }, 'whole-stream': { type: 'boolean' } } as const;

/** Consumers share what a shard can be read at, so nobody reads all of it without having asked for it. */
const readSecondsMax = 20;

/** The verbs of `npm run tenant` that remove what is stored. */
export const erasureVerbs: Record<string, Verb> = {
  erase: {
    parameters: ['TENANT'],
    options: { account: { type: 'string' }, ...flags },
    usage: '--account A [--yes] [--whole-stream]',
    help: 'removes all that is stored of an account: from tables, lake and quarantine',
    async run(asked) {
      const [tenantId = ''] = asked.args;
      const { account: accountId } = asked.options;
      if (!isId(accountId)) throw new CommandFault('Give the --account whose data are to be removed.');
      await knownTenant(asked.administration, tenantId);
      await agree(
        asked,
        `All that is stored of account ${accountId} of ${tenantId} will be removed for good.`,
      );
      tell(asked, await asked.eraser.eraseAccount({ tenantId, accountId }));
      await tellWhatStays(asked, { tenantId, accountId });
      for (const keyId of await keysBoundTo(asked, tenantId, accountId))
        asked.print(
          `The key ${keyId} is bound to the account: end it with npm run tenant -- revoke ${keyId}`,
        );
      asked.print('The sums of the whole tenant, which name nobody, keep what the account had used.');
    },
  },
  delete: {
    parameters: ['TENANT'],
    options: flags,
    usage: '[--yes] [--whole-stream]',
    help: 'removes the tenant with all that is stored of it; its keys end within a minute',
    async run(asked) {
      const [tenantId = ''] = asked.args;
      if (!tenantIdPattern.test(tenantId)) throw new CommandFault(`"${tenantId}" is no tenant id.`);
      await agree(asked, `The tenant ${tenantId} and all that is stored of it will be removed for good.`);
      tell(asked, await asked.eraser.deleteTenant(tenantId));
      await tellWhatStays(asked, { tenantId });
      asked.print(
        'Its keys are let in no more within a minute. Events posted until then may still come through:',
      );
      asked.print('run it again after some minutes, until nothing is found.');
      asked.print('Where views of it were made in Athena they stay, and find nothing. To drop them:');
      asked.print(`npm run sql -- --stage STAGE --tenant ${tenantId} --drop-athena-views`);
    },
  },
};

async function agree({ options, confirm }: Asked, sentence: string): Promise<void> {
  if (options.yes === true || (await confirm(`${sentence} Go on?`))) return;
  throw new CommandFault(`${sentence} Nothing was done: give --yes if that is what you want.`);
}

function tell({ print }: Asked, removed: readonly Removed[]): void {
  const found = removed.filter(({ count }) => count > 0);
  if (found.length === 0) print('Nothing was found.');
  else print('Removed:');
  for (const { what, count } of found) print(`  ${String(count).padStart(8)}  ${what}`);
}

async function tellWhatStays({ eraser, options, print }: Asked, subject: Subject): Promise<void> {
  const until = new Date(await eraser.streamHoldsUntil()).toISOString().slice(0, 16);
  const msMax = options['whole-stream'] === true ? Number.POSITIVE_INFINITY : readSecondsMax * 1_000;
  // What was removed stays removed where this cannot be read.
  const held = await eraser.heldByStream(subject, msMax).catch((error: Error) => error);
  print(heldText(held, until));
  print('Backups of the tables end by themselves after 35 days.');
}

function heldText(held: HeldEvents | Error, until: string): string {
  const risk = `until ${until}Z, and a replay from it would bring them back`;
  if (held instanceof Error)
    return `How much the stream still holds of it cannot be read (${held.message}). It holds what was sent up to now ${risk}.`;
  const { count, share } = held;
  const events = `${count} ${count === 1 ? 'event' : 'events'} of it, each as often as it was sent or replayed`;
  if (share < 1)
    return `The stream holds at least ${events}, ${risk}. ${Math.floor(share * 100)} % of what may hold some was read in ${readSecondsMax} s: --whole-stream reads all of it.`;
  return count === 0 ? 'The stream holds nothing of it.' : `The stream holds ${events}, ${risk}.`;
}

async function keysBoundTo(
  { administration }: Asked,
  tenantId: string,
  accountId: string,
): Promise<string[]> {
  const keys = await administration.directory.listKeys(tenantId);
  return keys
    .filter(({ accounts, revokedAt }) => revokedAt === undefined && accounts?.includes(accountId))
    .map(({ keyId }) => keyId);
}
