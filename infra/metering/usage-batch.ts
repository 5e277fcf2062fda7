import type { KinesisStreamEvent } from 'aws-lambda';
import type { StreamRetention } from '../../domain/metering/horizon.ts';
import { countableRecords } from '../../domain/metering/intake/countable-records.ts';
import type { UsageRecord } from '../../domain/metering/usage-record.ts';
import { decodeCloudEvent } from '../../events/cloud-event.ts';
import {
  type LineFault,
  type ReadBatch,
  type ReadLine,
  readBatch,
  unknownConfig,
} from '../stream/read-batch.ts';
import type { ConfigRevisions } from '../tenancy/config-revisions.ts';

/** A batch of the stream, read. */
export interface UsageBatch extends ReadBatch {
  records: UsageRecord[];
  /** For each usage record the place of the stream record that it came in; ascending. */
  places: number[];
  /** Tenants that have series, for which it matters how much they repeat. */
  tenantsWithSeries: Set<string>;
}

export interface ReadUsageBatchOptions extends StreamRetention {
  configs: ConfigRevisions;
  now: number;
}

/** Reads what a batch counts; heartbeats are passed over. */
export async function readUsageBatch(
  event: KinesisStreamEvent,
  options: ReadUsageBatchOptions,
): Promise<UsageBatch> {
  const records: UsageRecord[] = [];
  const places: number[] = [];
  const tenantsWithSeries = new Set<string>();
  const take = (read: ReadLine): LineFault | 'unread' | undefined => {
    const judged = judge(read, options);
    if (judged === 'unread') return judged;
    if ('fault' in judged) return judged.fault;
    const hasSeries = read.config !== 'unread' && read.config && read.config.series.length > 0;
    if (hasSeries) tenantsWithSeries.add(read.line.tenantId);
    for (const record of judged.records) {
      records.push(record);
      places.push(read.place);
    }
    return undefined;
  };
  const batch = await readBatch(event, { consumer: 'record-usage', configs: options.configs, take });
  return { ...batch, records, places, tenantsWithSeries };
}

type Judged = { records: UsageRecord[] } | { fault: LineFault } | 'unread';

function judge({ line, isPrintable, config }: ReadLine, options: ReadUsageBatchOptions): Judged {
  const decoded = decodeCloudEvent(line.event, isPrintable);
  if (!decoded.ok) return { fault: { reason: 'invalid_event', detail: decoded.detail } };
  if (config === 'unread') return 'unread';
  if (config) return countableRecords(line.tenantId, decoded.event, config, options.now, options);
  return { fault: unknownConfig(line) };
}
