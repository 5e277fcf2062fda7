import type { KinesisStreamEvent, KinesisStreamRecord } from 'aws-lambda';
import { eachAtOnce } from '../../domain/metering/at-once.ts';
import type { StreamRetention } from '../../domain/metering/horizon.ts';
import { countableRecords } from '../../domain/metering/intake/countable-records.ts';
import type { UsageRecord } from '../../domain/metering/usage-record.ts';
import type {
  Quarantine,
  Quarantined,
  QuarantineReason,
  StreamPosition,
} from '../../domain/quarantine/quarantine.ts';
import type { TenantConfig } from '../../domain/tenancy/tenant-config.ts';
import { decodeCloudEvent } from '../../events/cloud-event.ts';
import {
  decodeStreamRecord,
  type EventLine,
  encodeLine,
  isFor,
  isHeartbeat,
} from '../../events/stream-record.ts';
import type { ConfigRevisions } from '../tenancy/config-revisions.ts';

const consumer = 'record-usage';
const quarantinePutsAtOnce = 8;

/** A batch of the stream, read. Places are those of the stream's records in the batch. */
export interface UsageBatch {
  records: UsageRecord[];
  /** For each usage record the place of the stream record that it came in; ascending. */
  places: number[];
  setAside: { item: Quarantined; place: number }[];
  /** Places of stream records that could not be read whole, because a configuration could not. */
  unread: Set<number>;
  /** Why configurations could not be read, or what was set aside could not be kept. */
  failures: Error[];
}

export interface ReadUsageBatchOptions extends StreamRetention {
  configs: ConfigRevisions;
  now: number;
}

/**
 * Reads what a batch counts. Whatever cannot be counted is set aside, whole, and leaves the lines and records
 * around it alone; heartbeats and lines for other consumers are passed over. Each stream record is read to its
 * usage records before the next one is decoded: what was parsed is used while it is at hand, and then let go.
 */
export async function readUsageBatch(
  { Records: streamRecords }: KinesisStreamEvent,
  options: ReadUsageBatchOptions,
): Promise<UsageBatch> {
  const batch: UsageBatch = { records: [], places: [], setAside: [], unread: new Set(), failures: [] };
  const configs = new BatchConfigs(options.configs, batch.failures);
  const scratch = Buffer.allocUnsafeSlow(bytesMaxOf(streamRecords));
  for (const [place, streamRecord] of streamRecords.entries()) {
    const bytes = scratch.write(streamRecord.kinesis.data, 'base64');
    const { lines, bad, isPrintable } = decodeStreamRecord(scratch.subarray(0, bytes));
    const setAside = (line: Omit<Quarantined, 'consumer' | 'position'>) =>
      batch.setAside.push({ place, item: { ...line, consumer, position: positionOf(streamRecord) } });
    for (const { bytes, detail } of bad) setAside({ reason: 'undecodable', detail, bytes });
    for (const line of lines) {
      if (isHeartbeat(line) || !isFor(line, consumer)) continue;
      if (!configs.hasRead(line)) await configs.read(line);
      const judged = judge(line, isPrintable, configs.present, options);
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

/** Room for the largest record, which the others use after it. */
const bytesMaxOf = (records: KinesisStreamRecord[]): number =>
  records.reduce((most, { kinesis }) => Math.max(most, Buffer.byteLength(kinesis.data, 'base64')), 0);

/** Puts what is set aside into the quarantine; answers the places of what it could not put. */
export async function setAsideAll(
  quarantine: Quarantine,
  batch: UsageBatch,
  now: number,
): Promise<Set<number>> {
  const unkept = new Set<number>();
  await eachAtOnce(batch.setAside, quarantinePutsAtOnce, async ({ item, place }) => {
    await quarantine.put(item, now).catch((error: Error) => {
      unkept.add(place);
      batch.failures.push(error);
    });
  });
  return unkept;
}

type Judged = { records: UsageRecord[] } | { fault: { reason: QuarantineReason; detail: string } } | 'unread';

function judge(
  line: EventLine,
  isPrintable: boolean,
  config: ReadConfig,
  options: ReadUsageBatchOptions,
): Judged {
  const decoded = decodeCloudEvent(line.event, isPrintable);
  if (!decoded.ok) return { fault: { reason: 'invalid_event', detail: decoded.detail } };
  if (config === 'unread') return 'unread';
  if (config) return countableRecords(line.tenantId, decoded.event, config, options.now, options);
  const detail = `there is no tenant ${line.tenantId} with a configuration of revision ${line.config}`;
  return { fault: { reason: 'unknown_config', detail } };
}

/** Undefined where there is none, `unread` where reading it failed, which passes. */
type ReadConfig = TenantConfig | 'unread' | undefined;

/** The configurations that the lines of a batch name, each asked for once. */
class BatchConfigs {
  /** That of the line that was looked at last. */
  present: ReadConfig;
  readonly #revisions: ConfigRevisions;
  readonly #failures: Error[];
  readonly #read = new Map<string, Map<number, ReadConfig>>();
  #tenantId: string | undefined;
  #revision: number | undefined;

  constructor(revisions: ConfigRevisions, failures: Error[]) {
    this.#revisions = revisions;
    this.#failures = failures;
  }

  /** Whether the line's configuration is at hand; then it is `present`. Lines come in runs of one of them. */
  hasRead({ tenantId, config: revision }: EventLine): boolean {
    if (revision === this.#revision && tenantId === this.#tenantId) return true;
    const ofTenant = this.#read.get(tenantId);
    if (!ofTenant?.has(revision)) return false;
    this.#present(tenantId, revision, ofTenant.get(revision));
    return true;
  }

  async read({ tenantId, config: revision }: EventLine): Promise<void> {
    const config = await this.#revisions.at(tenantId, revision).catch((error: Error) => {
      this.#failures.push(error);
      return 'unread' as const;
    });
    const ofTenant = this.#read.get(tenantId) ?? new Map<number, ReadConfig>();
    this.#read.set(tenantId, ofTenant.set(revision, config));
    this.#present(tenantId, revision, config);
  }

  #present(tenantId: string, revision: number, config: ReadConfig): void {
    this.#tenantId = tenantId;
    this.#revision = revision;
    this.present = config;
  }
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
