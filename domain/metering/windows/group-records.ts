import type { UsageRecord } from '../usage-record.ts';
import type { WindowKey } from '../window.ts';

/** A batch's records of one window. */
export interface WindowBatch {
  window: WindowKey;
  records: UsageRecord[];
  /** The place of its first record in the batch. */
  firstRecord: number;
}

/**
 * Groups a batch by window, each in the order of its first record. Records come in runs of one account, so the
 * group of the record before is tried first; then the account is looked up, and of its few windows in the batch
 * the right one is sought. That spares joining a key for every event.
 */
export function groupByWindow(records: readonly UsageRecord[]): WindowBatch[] {
  const batches: WindowBatch[] = [];
  const byTenant = new Map<string, Map<string, AccountBatches>>();
  let last: WindowBatch | undefined;
  let tenantId: string | undefined;
  let byAccount = new Map<string, AccountBatches>();
  for (let index = 0; index < records.length; index++) {
    const record = records[index]!;
    if (last === undefined || !isOf(last.window, record)) {
      if (record.tenantId !== tenantId) {
        tenantId = record.tenantId;
        byAccount = byTenant.get(tenantId) ?? new Map();
        byTenant.set(tenantId, byAccount);
      }
      const account = byAccount.get(record.accountId);
      last = account && findWindow(account, record);
      if (last === undefined) {
        last = startBatch(record, index);
        batches.push(last);
        if (account) addWindow(account, last);
        else byAccount.set(record.accountId, { few: [last], many: undefined });
      }
    }
    last.records.push(record);
  }
  return batches;
}

/** A batch's windows of one account; where they are many, also by hour and meter. */
interface AccountBatches {
  few: WindowBatch[];
  many: Map<string, WindowBatch> | undefined;
}

/** More windows of one account than this are no longer sought one by one. */
const fewMax = 8;

function findWindow({ few, many }: AccountBatches, record: UsageRecord): WindowBatch | undefined {
  if (many) return many.get(`${record.hour}#${record.meter}`);
  for (const batch of few) if (isOf(batch.window, record)) return batch;
  return undefined;
}

function addWindow(account: AccountBatches, batch: WindowBatch): void {
  if (account.many) account.many.set(placeOf(batch), batch);
  else if (account.few.push(batch) > fewMax) {
    account.many = new Map(account.few.map((each) => [placeOf(each), each]));
  }
}

const placeOf = ({ window: { hour, meter } }: WindowBatch): string => `${hour}#${meter}`;

function startBatch(record: UsageRecord, firstRecord: number): WindowBatch {
  const { tenantId, accountId, meter, hour } = record;
  return { window: { tenantId, accountId, meter, hour }, records: [], firstRecord };
}

/** Numbers first, and what differs most often. */
function isOf(window: WindowKey, record: UsageRecord): boolean {
  return (
    window.hour === record.hour &&
    window.accountId === record.accountId &&
    window.meter === record.meter &&
    window.tenantId === record.tenantId
  );
}
