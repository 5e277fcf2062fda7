import { lateTable, tableOf } from './table-name.ts';

/** An event that is received this long after its time goes to its tenant's `late` partition. */
export const lateAfterMs = 2 * 86_400_000;

/** Stands in the path of late events, whose versions are those of their rows. */
export const lateVersion = 0;

/** Where an event lies: `tenant=…/table=…/version=…/year=…/month=…/day=…`. */
export interface LakePartition {
  tenantId: string;
  /** Of the event's type, or `late`. */
  table: string;
  version: number;
  /** A moment of its day in UTC, epoch milliseconds: of its time, or where it is late, of its receipt. */
  day: number;
}

export interface PartitionedEvent {
  tenantId: string;
  type: string;
  version: number;
  /** Epoch milliseconds. */
  occurredAt: number;
  receivedAt: number;
}

/**
 * Events of the last days lie by their own day. Older ones, which may be of any of 35 days, would each open a partition
 * of which all tenants together have few: they share one a tenant, by the day on which they were received.
 */
export function partitionOf({
  tenantId,
  type,
  version,
  occurredAt,
  receivedAt,
}: PartitionedEvent): LakePartition {
  if (receivedAt - occurredAt > lateAfterMs)
    return { tenantId, table: lateTable, version: lateVersion, day: receivedAt };
  return { tenantId, table: tableOf(type), version, day: occurredAt };
}
