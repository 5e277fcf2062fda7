import type { ConfigHistory } from '../../domain/tenancy/config-history.ts';
import type { TenantDirectory } from '../../domain/tenancy/tenant-directory.ts';
import { itemsOfBatch, itemsOfFirehoseErrors } from '../../infra/quarantine/failure-items.ts';
import { fileFailures } from '../../infra/quarantine/file-failures.ts';
import type { GatewayKeys } from '../gateway-keys.ts';
import { readStream } from '../replay/read-stream.ts';
import type { StackClients } from '../stack-clients.ts';
import type { StackTarget } from '../stack-target.ts';
import type { TopicDirectory } from '../topic-directory.ts';
import { deleteTenantItems } from './delete-tenant.ts';
import { type AccountName, eraseAccountItems, type Removed } from './erase-account.ts';
import { deleteTenantFromLake, eraseAccountFromLake } from './erase-lake.ts';
import { deleteTenantFromQuarantine, eraseAccountFromQuarantine } from './erase-quarantine.ts';
import { countHeld, type HeldEvents, mayHold, type Subject } from './held-events.ts';
import type { Table } from './items.ts';

/**
 * Removes what is stored of an account or of a tenant: from the tables, the lake and the quarantine. Repeatable; who
 * dies in between is made good by running it again. It answers what was removed.
 */
export interface Eraser {
  eraseAccount(account: AccountName): Promise<Removed[]>;
  deleteTenant(tenantId: string): Promise<Removed[]>;
  /** What the stream holds until its retention ends. Reads all of it, or as much as `msMax` allows. */
  heldByStream(subject: Subject, msMax: number): Promise<HeldEvents>;
  /** Until when the stream holds what it has now, epoch milliseconds. */
  streamHoldsUntil(): Promise<number>;
}

export interface EraserParts {
  stack: StackTarget;
  clients: StackClients;
  directory: TenantDirectory;
  history: ConfigHistory;
  gatewayKeys: GatewayKeys;
  topics: TopicDirectory;
}

export function stackEraser(parts: EraserParts): Eraser {
  const { stack, clients } = parts;
  const table = (logicalId: string): Table => ({
    client: clients.dynamodb,
    name: stack.resource(logicalId),
  });
  const [usage, accounts] = [table('UsageTable'), table('AccountsTable')];

  /** What was given up is filed first, so that nothing of it comes to the quarantine afterwards. */
  async function fileAll(): Promise<void> {
    const quarantine = await clients.quarantine();
    const given = { now: stack.clock(), hasTime: () => true };
    const mappings = { name: 'mappings', prefix: '', toItems: itemsOfBatch };
    const lake = { name: 'lake', prefix: 'failed/', toItems: itemsOfFirehoseErrors };
    const filed = [
      await fileFailures(
        { ...mappings, objects: await clients.bucket('FailedBatchesBucket') },
        quarantine,
        given,
      ),
      await fileFailures({ ...lake, objects: await clients.bucket('LakeBucket') }, quarantine, given),
    ];
    const failure = filed.flatMap(({ failures }) => failures)[0];
    if (failure) throw failure;
  }

  return {
    async eraseAccount(account) {
      await fileAll();
      const lake = { stack, objects: await clients.bucket('LakeBucket') };
      return [
        ...(await eraseAccountItems(
          { usage, accounts, history: parts.history, now: stack.clock() },
          account,
        )),
        ...(await eraseAccountFromLake(lake, account)),
        ...(await eraseAccountFromQuarantine(await clients.quarantine(), account)),
      ];
    },
    async deleteTenant(tenantId) {
      const tables = { tenants: table('TenantsTable'), others: [usage, accounts, table('TrafficTable')] };
      const items = await deleteTenantItems({ ...parts, ...tables }, tenantId);
      await fileAll();
      const lake = { stack, objects: await clients.bucket('LakeBucket') };
      return [
        ...items,
        ...(await deleteTenantFromLake(lake, tenantId)),
        ...(await deleteTenantFromQuarantine(await clients.quarantine(), tenantId)),
      ];
    },
    async heldByStream(subject, msMax) {
      const endsAt = performance.now() + msMax;
      const until = stack.clock();
      const since = until - (await clients.retentionMs());
      const span = { streamName: stack.resource('EventStream'), since, until, wants: mayHold(subject) };
      return countHeld(readStream(clients.kinesis, span), subject, () => performance.now() < endsAt);
    },
    streamHoldsUntil: async () => stack.clock() + (await clients.retentionMs()),
  };
}
