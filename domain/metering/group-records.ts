import type { UsageRecord } from './usage-record.ts';
import type { WindowKey } from './window.ts';

/** A batch's records of one window. */
export interface WindowBatch {
  window: WindowKey;
  records: UsageRecord[];
  /** The place of its first record in the batch. */
  firstRecord: number;
}

/**
 * Groups a batch by window, each in the order of its first record. Records come in runs of one account, so the
 * group of the record before is tried first; maps in maps spare joining a key for every event.
 */
export function groupByWindow(records: readonly UsageRecord[]): WindowBatch[] {
  const batches: WindowBatch[] = [];
  const byTenant = new Map<string, Map<string, Map<string, Map<number, WindowBatch>>>>();
  let last: WindowBatch | undefined;
  for (let index = 0; index < records.length; index++) {
    const record = records[index]!;
    if (last === undefined || !isOf(last.window, record)) {
      const byHour = inMap(
        inMap(inMap(byTenant, record.tenantId), record.accountId) as Map<string, Map<number, WindowBatch>>,
        record.meter,
      );
      last = byHour.get(record.hour);
      if (!last) {
        const { tenantId, accountId, meter, hour } = record;
        last = { window: { tenantId, accountId, meter, hour }, records: [], firstRecord: index };
        byHour.set(hour, last);
        batches.push(last);
      }
    }
    last.records.push(record);
  }
  return batches;
}

function isOf(window: WindowKey, record: UsageRecord): boolean {
  return (
    window.hour === record.hour &&
    window.accountId === record.accountId &&
    window.meter === record.meter &&
    window.tenantId === record.tenantId
  );
}

function inMap<Key, Inner extends Map<unknown, unknown>>(map: Map<Key, Inner>, key: Key): Inner {
  let inner = map.get(key);
  if (!inner) {
    inner = new Map() as unknown as Inner;
    map.set(key, inner);
  }
  return inner;
}
