import { tenantIdPattern } from '../../domain/tenancy/api-key.ts';
import { isId } from '../../events/cloud-event.ts';
import { CommandFault } from '../command-fault.ts';
import { knownTenant } from '../tenant-administration.ts';
import type { Asked, Verb } from '../tenant-verbs.ts';
import type { Removed } from './erase-account.ts';

const yes = { yes: { type: 'boolean' } } as const;

/** The verbs of `npm run tenant` that remove what is stored. */
export const erasureVerbs: Record<string, Verb> = {
  erase: {
    parameters: ['TENANT'],
    options: { account: { type: 'string' }, ...yes },
    usage: '--account A [--yes]',
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
      await tellWhatStays(asked);
      for (const keyId of await keysBoundTo(asked, tenantId, accountId))
        asked.print(
          `The key ${keyId} is bound to the account: end it with npm run tenant -- revoke ${keyId}`,
        );
      asked.print('The sums of the whole tenant, which name nobody, keep what the account had used.');
    },
  },
  delete: {
    parameters: ['TENANT'],
    options: yes,
    usage: '[--yes]',
    help: 'removes the tenant with all that is stored of it; its keys end within a minute',
    async run(asked) {
      const [tenantId = ''] = asked.args;
      if (!tenantIdPattern.test(tenantId)) throw new CommandFault(`"${tenantId}" is no tenant id.`);
      await agree(asked, `The tenant ${tenantId} and all that is stored of it will be removed for good.`);
      tell(asked, await asked.eraser.deleteTenant(tenantId));
      await tellWhatStays(asked);
      asked.print(
        'Its keys are let in no more within a minute. Events posted until then may still come through:',
      );
      asked.print('run it again after some minutes, until nothing is found.');
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

async function tellWhatStays({ eraser, print }: Asked): Promise<void> {
  const until = new Date(await eraser.streamHoldsUntil()).toISOString().slice(0, 16);
  print(
    `The stream holds what was sent up to now until ${until}Z, and a replay from it would bring it back; backups of the tables end by themselves after 35 days.`,
  );
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
