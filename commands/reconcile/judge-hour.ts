import { usageRecordsOf } from '../../domain/metering/intake/usage-records.ts';
import type { TenantConfig } from '../../domain/tenancy/tenant-config.ts';
import { decodeCloudEvent } from '../../events/cloud-event.ts';
import { type LakeRow, lineOfRow } from '../../events/lake-row.ts';

/** An event as one meter counts it. */
export interface CountedEvent {
  source: string;
  id: string;
  quantity: bigint;
}

/** What the lake's copies of an account and hour come to. */
export interface JudgedHour {
  /** By meter, then by the event's identity in its window. */
  meters: Map<string, Map<string, CountedEvent>>;
  /** Events of which no copy can be counted though a meter takes their type: they ought to be set aside. */
  uncountable: Map<string, { source: string; id: string }>;
}

/** Tells events of one account and hour apart. */
export const identityOf = (source: string, id: string): string => `${source.length}:${source}${id}`;

/** Counts the copies, in the order in which they were received, by the very rules that usage is counted by. */
export function judgeHour(
  tenantId: string,
  rows: readonly LakeRow[],
  configs: ReadonlyMap<number, TenantConfig>,
): JudgedHour {
  const judged: JudgedHour = { meters: new Map(), uncountable: new Map() };
  for (const row of rows) {
    const identity = identityOf(row.source, row.id);
    const records = recordsOf(tenantId, row, configs.get(row.config));
    if (!records) judged.uncountable.set(identity, { source: row.source, id: row.id });
    for (const { meter, quantity } of records ?? []) {
      const events = judged.meters.get(meter) ?? new Map<string, CountedEvent>();
      judged.meters.set(meter, events);
      if (!events.has(identity))
        events.set(identity, { source: row.source, id: row.id, quantity: BigInt(quantity) });
    }
  }
  for (const events of judged.meters.values()) {
    for (const identity of events.keys()) judged.uncountable.delete(identity);
  }
  return judged;
}

/** Undefined where the copy can be counted by no meter, because of a fault or for want of its configuration. */
function recordsOf(tenantId: string, row: LakeRow, config: TenantConfig | undefined) {
  const decoded = decodeCloudEvent(lineOfRow(tenantId, row).line.event);
  const usage = decoded.ok && config ? usageRecordsOf(tenantId, decoded.event, config) : undefined;
  return usage && 'records' in usage ? usage.records : undefined;
}
