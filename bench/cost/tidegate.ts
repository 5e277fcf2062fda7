import { accountPartition } from '../../domain/metering/account-partition.ts';
import { registryPartitions } from '../../domain/metering/account-registry.ts';
import type { UsageRecord } from '../../domain/metering/usage-record.ts';
import { hourMs, type WindowReader } from '../../domain/metering/window.ts';
import type { RecordUsage } from '../../domain/metering/windows/record-usage.ts';
import { dynamoRecordUsage } from '../../infra/metering/dynamo-record-usage.ts';
import { dynamoRollUp } from '../../infra/metering/dynamo-roll-up.ts';
import { dynamoWindowStore } from '../../infra/metering/dynamo-window-store.ts';
import { config, hourStartsAt, tenantId } from '../fold-batch.ts';
import { drawBytes, seeded } from '../seeded.ts';
import type { MeteredTables, Units } from './metered-table.ts';
import type { Workload, WorkloadEvent, WorkloadRun } from './workload.ts';

const meter = 'bytes';
export const table = 'usage';
/** Batches that are gathered side by side: four shards of ten lanes each. */
const lanes = 40;
/** The hour that is played: any will do. */
const hour = hourStartsAt / hourMs;
export const retentionMs = 24 * hourMs;

interface Setting {
  workload: Workload;
  windowSeconds: number;
  seed: number;
  /** What is put around the recording, such as the check of limits. */
  around?: (record: RecordUsage, tables: MeteredTables, clock: () => number) => RecordUsage;
}

/** What counting an hour spends, and what one roll-up of that hour's day spends. */
export interface Spent {
  counting: Units;
  rollUp: Units;
}

/** Plays the workload through the real counting code with batch windows of so many seconds, and verifies it. */
export async function playThroughTidegate(
  tables: MeteredTables,
  run: WorkloadRun,
  setting: Setting,
): Promise<Spent> {
  await tables.create(table, 'sk');
  const random = seeded(setting.seed);
  const counting = await tables.measure(() => count(tables, run, setting, random));
  const clock = () => (hour + 1) * hourMs;
  await verify(dynamoWindowStore(tables.client, table, { clock, random }), run);
  const rollUp = dynamoRollUp(tables.client, table, { retentionMs, clock, random });
  return {
    counting,
    rollUp: await tables.measure(async () => {
      for (let partition = 0; partition < registryPartitions; partition++) {
        await rollUp(tenantId, config, partition, clock());
      }
    }),
  };
}

async function count(
  tables: MeteredTables,
  run: WorkloadRun,
  { workload, windowSeconds, around }: Setting,
  random: () => number,
): Promise<void> {
  let now = hour * hourMs;
  const clock = () => now;
  const randomBytes = (bytes: number) => drawBytes(random, bytes);
  const recordAlone = dynamoRecordUsage(tables.client, table, { retentionMs, clock, random, randomBytes });
  const record = around ? around(recordAlone, tables, clock) : recordAlone;
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
async function verify(store: WindowReader, run: WorkloadRun): Promise<void> {
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
