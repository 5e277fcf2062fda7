import type { QuarantineReason } from '../../quarantine/quarantine.ts';
import type { TenantConfig } from '../../tenancy/tenant-config.ts';
import { isBeyondHorizon, type StreamRetention } from '../horizon.ts';
import type { UsageRecord } from '../usage-record.ts';
import type { ReceivedEvent } from './received-event.ts';
import { usageRecordsOf } from './usage-records.ts';

/** What an event counts, or why it is set aside. An event that no meter counts has no records and no fault. */
export type Countable = { records: UsageRecord[] } | { fault: { reason: QuarantineReason; detail: string } };

/**
 * What a received event counts by the configuration that ingest applied, so that it counts the same whenever
 * it is processed; only whether it is too old to be told from a repeat depends on the time.
 */
export function countableRecords(
  tenantId: string,
  event: ReceivedEvent,
  config: TenantConfig,
  now: number,
  retention: StreamRetention,
): Countable {
  const usage = usageRecordsOf(tenantId, event, config);
  if ('fault' in usage) return { fault: { reason: usage.fault.code, detail: usage.fault.detail } };
  if (usage.records.length === 0 || !isBeyondHorizon(event.occurredAt, now, retention)) return usage;
  const detail =
    'the event is so old that its window may be gone, so that a repeat of it could no longer be recognised; ' +
    'it counts if it is sent within 35 days and read within the retention of the stream';
  return { fault: { reason: 'beyond_horizon', detail } };
}
