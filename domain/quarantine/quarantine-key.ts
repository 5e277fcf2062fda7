import { tenantIdPattern } from '../tenancy/api-key.ts';
import type { Quarantined, QuarantineReason } from './quarantine.ts';

/** Stands in the key where the tenant is not known; no tenant may have this id. */
export const unknownTenant = 'unknown';

/** What was replayed stands below this, under its former key. */
export const replayedPrefix = 'replayed/';

const unsafeInKey = /[^A-Za-z0-9_.-]/g;

/**
 * The object's key: `tenant=T001/day=2026-11-21/reason=undecodable/record-usage/<shard>-<sequence>-<digest>.json`.
 * The day is that of arrival, so that a redelivery after midnight finds its object; `digest` (of the bytes) tells
 * the lines of one record apart.
 */
export function quarantineKey(item: Quarantined, digest: string): string {
  const { tenantId, reason, consumer, position } = item;
  const tenant = tenantId !== undefined && tenantIdPattern.test(tenantId) ? tenantId : unknownTenant;
  const day = new Date(position.arrivedAt).toISOString().slice(0, 10);
  const place = `${position.shardId}-${position.sequenceNumber}-${digest}`.replace(unsafeInKey, '_');
  return `tenant=${tenant}/day=${day}/reason=${reason}/${consumer.replace(unsafeInKey, '_')}/${place}.json`;
}

/** What the key of an object says of it. */
export interface QuarantinePlace {
  /** `unknown` where the bytes do not say it. */
  tenantId: string;
  /** The UTC date of arrival. */
  day: string;
  reason: QuarantineReason;
  consumer: string;
  isReplayed: boolean;
}

const keyPattern =
  /^(replayed\/)?tenant=([^/]+)\/day=(\d{4}-\d{2}-\d{2})\/reason=([a-z_]+)\/([^/]+)\/[^/]+\.json$/;

/** Undefined for a key that is none of the quarantine's. */
export function parseQuarantineKey(key: string): QuarantinePlace | undefined {
  const [, replayed, tenantId, day, reason, consumer] = keyPattern.exec(key) ?? [];
  if (tenantId === undefined || day === undefined || consumer === undefined) return undefined;
  return {
    tenantId,
    day,
    reason: reason as QuarantineReason,
    consumer,
    isReplayed: replayed !== undefined,
  };
}
