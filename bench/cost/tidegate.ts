import { accountPartition } from '../../domain/metering/account-partition.ts';
import { recordUsage, recordUsageBounds } from '../../domain/metering/record-usage.ts';
import type { UsageRecord } from '../../domain/metering/usage-record.ts';
import { hourMs } from '../../domain/metering/window.ts';
import { dynamoAccountRegistry } from '../../infra/dynamo-account-registry.ts';
import { dynamoEventHashKeys } from '../../infra/dynamo-event-hash-keys.ts';
import { dynamoWindowStore } from '../../infra/dynamo-window-store.ts';
import { drawBytes, seeded } from '../seeded.ts';
import type { MeteredTables } from './metered-table.ts';
import type { Workload, WorkloadEvent, WorkloadRun } from './workload.ts';

const tenantId = 'T001';
const meter = 'bytes';
const table = 'usage';
/** Batches that are gathered side by side: four shards of ten lanes each. */
const lanes = 40;
/** The hour that is played: any will do. */
const hour = Math.floor(Date.UTC(2026, 10, 21, 10) / hourMs);
const retentionMs = 24 * hourMs;

/** Plays the workload through the real counting code with batch windows of so many seconds. */
export async function playThroughTidegate(
  tables: MeteredTables,
  run: WorkloadRun,
  { workload, windowSeconds, seed }: { workload: Workload; windowSeconds: number; seed: number },
): Promise<void> {
  await tables.create(table, 'sk');
  const random = seeded(seed);
  let now = hour * hourMs;
  const store = dynamoWindowStore(tables.client, table, { clock: () => now, random });
  const record = recordUsage(
    {
      store,
      registry: dynamoAccountRegistry(tables.client, table),
      hashKeys: dynamoEventHashKeys(tables.client, table, (count) => drawBytes(random, count)),
      pause: async () => {},
    },
    { ...recordUsageBounds, retentionMs },
  );
  for (const { endsAt, batches } of batchesOf(run.events, windowSeconds)) {
    now = hour * hourMs + endsAt * 1_000;
    const delivered = batches.flatMap((batch) =>
      random() < workload.redelivered ? [batch, batch] : [batch],
    );
    for (const batch of delivered) {
      const failure = (await record(batch, now)).find((touched) => touched.failure)?.failure;
      if (failure) throw failure;
    }
  }
  tables.pause();
  await verify(store, run);
}

/** The batches of each batch window, a lane each, in order of time. */
function* batchesOf(events: WorkloadEvent[], windowSeconds: number) {
  for (let from = 0; from < events.length; ) {
    const endsAt = (Math.floor(events[from]!.arrivesAt / windowSeconds) + 1) * windowSeconds;
    let to = from;
    while (to < events.length && events[to]!.arrivesAt < endsAt) to++;
    const byLane = Map.groupBy(events.slice(from, to), ({ accountId }) => laneOf(accountId));
    yield { endsAt, batches: [...byLane.values()].map((lane) => lane.map(toRecord)) };
    from = to;
  }
}

/** Accounts go to lanes by their partition, and one lane has one order. */
const laneOf = (accountId: string): number =>
  (accountPartition(accountId) * 7 + accountId.charCodeAt(0)) % lanes;

const toRecord = ({ accountId, deviceId, eventId, bytes }: WorkloadEvent): UsageRecord => ({
  tenantId,
  accountId,
  deviceId,
  eventId,
  meter,
  hour,
  quantity: bytes,
});

/** Every device of every account must have been counted exactly. */
async function verify(store: ReturnType<typeof dynamoWindowStore>, run: WorkloadRun): Promise<void> {
  for (const [accountId, devices] of run.truth) {
    const windows = await store.readWindows({ tenantId, accountId, meter }, { from: hour, to: hour + 1 });
    const found = windows.get(hour)?.devices ?? [];
    const isEqual =
      found.length === devices.size &&
      found.every(({ deviceId, value, events }) => {
        const truth = devices.get(deviceId);
        return truth !== undefined && value === BigInt(truth.value) && events === truth.events;
      });
    if (!isEqual) throw new Error(`Account ${accountId} was not counted exactly.`);
  }
}
