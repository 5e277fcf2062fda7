import type { KinesisStreamEvent, KinesisStreamRecord } from 'aws-lambda';
import { eachAtOnce } from '../domain/metering/at-once.ts';
import { countableRecords } from '../domain/metering/countable-records.ts';
import type { StreamRetention } from '../domain/metering/horizon.ts';
import type {
  Quarantine,
  Quarantined,
  QuarantineReason,
  StreamPosition,
} from '../domain/metering/quarantine.ts';
import type { UsageRecord } from '../domain/metering/usage-record.ts';
import type { TenantConfig } from '../domain/tenancy/tenant-config.ts';
import { decodeCloudEvent } from '../events/cloud-event.ts';
import {
  decodeStreamRecord,
  type EventLine,
  encodeLine,
  isFor,
  isHeartbeat,
} from '../events/stream-record.ts';
import type { ConfigRevisions } from './config-revisions.ts';

const consumer = 'record-usage';
const configsAtOnce = 16;
const quarantinePutsAtOnce = 8;

/** A batch of the stream, read. Places are those of the stream's records in the batch. */
export interface UsageBatch {
  records: UsageRecord[];
  /** For each usage record the place of the stream record that it came in; ascending. */
  places: number[];
  setAside: { item: Quarantined; place: number }[];
  /** Places of stream records that could not be read whole, because a configuration could not. */
  unread: Set<number>;
}

export interface ReadUsageBatchOptions extends StreamRetention {
  configs: ConfigRevisions;
  now: number;
}

/**
 * Reads what a batch counts. Whatever cannot be counted is set aside, whole, and leaves the lines and records
 * around it alone; heartbeats and lines for other consumers are passed over.
 */
export async function readUsageBatch(
  { Records: streamRecords }: KinesisStreamEvent,
  options: ReadUsageBatchOptions,
): Promise<UsageBatch> {
  const batch: UsageBatch = { records: [], places: [], setAside: [], unread: new Set() };
  const decoded = streamRecords.map(({ kinesis }) => decodeStreamRecord(Buffer.from(kinesis.data, 'base64')));
  const lines = decoded.map((record) => record.lines.filter(isEventForUsage));
  const configs = await readConfigs(lines.flat(), options.configs);

  for (const [place, streamRecord] of streamRecords.entries()) {
    const setAside = (line: Omit<Quarantined, 'consumer' | 'position'>) =>
      batch.setAside.push({ place, item: { ...line, consumer, position: positionOf(streamRecord) } });
    for (const { bytes, detail } of decoded[place]!.bad) setAside({ reason: 'undecodable', detail, bytes });
    for (const line of lines[place]!) {
      const judged = judge(line, configs, options);
      if (judged === 'unread') batch.unread.add(place);
      else if ('fault' in judged) {
        setAside({ tenantId: line.tenantId, ...judged.fault, bytes: Buffer.from(encodeLine(line)) });
      } else {
        for (const record of judged.records) {
          batch.records.push(record);
          batch.places.push(place);
        }
      }
    }
  }
  return batch;
}

/** Puts what is set aside into the quarantine; answers the places of what it could not put. */
export async function setAsideAll(
  quarantine: Quarantine,
  batch: UsageBatch,
  now: number,
): Promise<Set<number>> {
  const unkept = new Set<number>();
  await eachAtOnce(batch.setAside, quarantinePutsAtOnce, async ({ item, place }) => {
    await quarantine.put(item, now).catch(() => unkept.add(place));
  });
  return unkept;
}

const isEventForUsage = (line: ReturnType<typeof decodeStreamRecord>['lines'][number]): line is EventLine =>
  !isHeartbeat(line) && isFor(line, consumer);

type Judged = { records: UsageRecord[] } | { fault: { reason: QuarantineReason; detail: string } } | 'unread';

function judge(line: EventLine, configs: Configs, options: ReadUsageBatchOptions): Judged {
  const decoded = decodeCloudEvent(line.event);
  if (!decoded.ok) return { fault: { reason: 'invalid_event', detail: decoded.detail } };
  const config = configs.get(line.tenantId)?.get(line.config);
  if (config === 'unread') return 'unread';
  if (config) return countableRecords(line.tenantId, decoded.event, config, options.now, options);
  const detail = `there is no tenant ${line.tenantId} with a configuration of revision ${line.config}`;
  return { fault: { reason: 'unknown_config', detail } };
}

/** By tenant and revision; `unread` where reading it failed, which passes. */
type Configs = Map<string, Map<number, TenantConfig | 'unread' | undefined>>;

/** Each configuration that the lines name, read once. */
async function readConfigs(lines: readonly EventLine[], revisions: ConfigRevisions): Promise<Configs> {
  const configs: Configs = new Map();
  const named: { tenantId: string; revision: number }[] = [];
  for (const { tenantId, config: revision } of lines) {
    const ofTenant = configs.get(tenantId) ?? new Map();
    if (ofTenant.has(revision)) continue;
    configs.set(tenantId, ofTenant.set(revision, undefined));
    named.push({ tenantId, revision });
  }
  await eachAtOnce(named, configsAtOnce, async ({ tenantId, revision }) => {
    const config = await revisions.at(tenantId, revision).catch(() => 'unread' as const);
    configs.get(tenantId)?.set(revision, config);
  });
  return configs;
}

/** `eventID` is `<shard>:<sequence number>`. */
function positionOf({ eventID, kinesis }: KinesisStreamRecord): StreamPosition {
  return {
    shardId: shardOf(eventID),
    sequenceNumber: kinesis.sequenceNumber,
    arrivedAt: Math.round(kinesis.approximateArrivalTimestamp * 1000),
  };
}

export const shardOf = (eventId: string): string => eventId.split(':')[0] as string;
