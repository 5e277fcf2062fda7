import { checkLimits, checkLimitsBounds, recordWithinLimits } from '../../domain/limits/check-limits.ts';
import { memoryLimitQueue } from '../../domain/limits/memory-limit-queue.ts';
import { usageReadBounds } from '../../domain/metering/days/day-usage.ts';
import type { RecordUsage } from '../../domain/metering/windows/record-usage.ts';
import type { TenantConfig } from '../../domain/tenancy/tenant-config.ts';
import { dynamoAccountStore } from '../../infra/limits/dynamo-account-store.ts';
import { dynamoCycleStore } from '../../infra/limits/dynamo-cycle-store.ts';
import { dynamoAccountRegistry } from '../../infra/metering/dynamo-account-registry.ts';
import { dynamoDayStore } from '../../infra/metering/dynamo-day-store.ts';
import { dynamoWindowStore } from '../../infra/metering/dynamo-window-store.ts';
import { shareFor, withTables } from '../cost/cost.ts';
import type { MeteredTables, Units } from '../cost/metered-table.ts';
import { playThroughTidegate, retentionMs, table } from '../cost/tidegate.ts';
import { play, sampled, type Workload, workloads } from '../cost/workload.ts';
import { config } from '../fold-batch.ts';
import type { Options } from '../report.ts';

/** A limit that every account is held to and none reaches: what is measured is the checking of every batch. */
const limited: TenantConfig = {
  ...config,
  plans: [
    {
      name: 'basic',
      default: true,
      limits: [{ meter: 'bytes', perCycle: 2 ** 50, onReached: 'suspend', nearPercent: [80] }],
    },
  ],
};

export interface LimitedCost {
  limited: Units;
  alone: Units;
  accounts: number;
  events: number;
}

/** Units a distinct event that W1 spends with a limit on every account, and without. */
export async function limitedCost(windowSeconds: number, { full, seed }: Options): Promise<LimitedCost> {
  const w1 = workloads[0] as Workload;
  // A part of the sample of the cost bench does: it is played twice here.
  const workload = full ? w1 : sampled(w1, shareFor(w1, windowSeconds) / 4);
  const run = play(workload, seed);
  const spend = (around?: typeof withinLimits) =>
    withTables(async (tables) => {
      if (around) await tables.create('accounts', 'sk');
      const setting = { workload, windowSeconds, seed, ...(around && { around }) };
      const { counting } = await playThroughTidegate(tables, run, setting);
      return { write: counting.write / run.distinct, read: counting.read / run.distinct };
    });
  return {
    alone: await spend(),
    limited: await spend(withinLimits),
    accounts: workload.accounts,
    events: run.distinct,
  };
}

function withinLimits(record: RecordUsage, { client }: MeteredTables, clock: () => number): RecordUsage {
  const random = () => 0.5;
  const stores = { clock, random };
  const check = checkLimits(
    {
      configs: { get: async () => limited, getFresh: async () => limited },
      accounts: dynamoAccountStore(client, 'accounts', { random }),
      cycles: dynamoCycleStore(client, table, stores),
      registry: dynamoAccountRegistry(client, table),
      windows: dynamoWindowStore(client, table, stores),
      days: dynamoDayStore(client, table, { random }),
      queue: memoryLimitQueue(),
      pause: async () => {},
    },
    { ...usageReadBounds, retentionMs, ...checkLimitsBounds },
  );
  return recordWithinLimits(record, check);
}
