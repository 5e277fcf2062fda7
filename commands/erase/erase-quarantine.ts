import type { Quarantined } from '../../domain/quarantine/quarantine.ts';
import type { QuarantineArchive } from '../../domain/quarantine/quarantine-archive.ts';
import { unknownTenant } from '../../domain/quarantine/quarantine-key.ts';
import { decodeStreamRecord, type EventLine, encodeLine, isHeartbeat } from '../../events/stream-record.ts';
import type { AccountName, Removed } from './erase-account.ts';

/**
 * Removes an account's events from what was set aside, of its tenant's objects and of those that do not say whose they
 * are. Lines that nobody can read are removed where they name the account.
 */
export async function eraseAccountFromQuarantine(
  quarantine: QuarantineArchive,
  account: AccountName,
): Promise<Removed[]> {
  let count = 0;
  for (const tenantId of [account.tenantId, unknownTenant]) {
    for (const isReplayed of [false, true]) {
      for await (const { key } of quarantine.list({ tenantId, isReplayed })) {
        const item = await quarantine.read(key);
        const left = item && withoutAccount(item, account);
        if (!item || !left) continue;
        const { quarantinedAt, ...rest } = item;
        if (left.bytes.length === 0) await quarantine.remove(key);
        else await quarantine.replace(key, { ...rest, bytes: left.bytes }, quarantinedAt);
        count += left.removed;
      }
    }
  }
  return [{ what: 'quarantined lines', count }];
}

/** What is left of an item, and how many lines were taken out; undefined where none is the account's. */
export function withoutAccount(
  { bytes }: Pick<Quarantined, 'bytes'>,
  { tenantId, accountId }: AccountName,
): { bytes: Uint8Array; removed: number } | undefined {
  const { lines, bad } = decodeStreamRecord(bytes);
  const name = JSON.stringify(accountId);
  const keptLines = lines.filter((line) => !isOf(line as EventLine, tenantId, accountId));
  const keptBad = bad.filter((line) => !Buffer.from(line.bytes).includes(name));
  const removed = lines.length + bad.length - keptLines.length - keptBad.length;
  if (removed === 0) return undefined;
  const parts = [
    ...keptLines.map((line) => Buffer.from(encodeLine(line))),
    ...keptBad.map((line) => line.bytes),
  ];
  return { bytes: Buffer.concat(parts.flatMap((part) => [part, Buffer.from('\n')])), removed };
}

const isOf = (line: EventLine, tenantId: string, accountId: string): boolean =>
  !isHeartbeat(line) && line.tenantId === tenantId && line.event.subject === accountId;

/** Removes all that was set aside of a tenant, replayed or not. */
export async function deleteTenantFromQuarantine(
  quarantine: QuarantineArchive,
  tenantId: string,
): Promise<Removed[]> {
  let count = 0;
  for (const isReplayed of [false, true]) {
    for await (const { key } of quarantine.list({ tenantId, isReplayed })) {
      await quarantine.remove(key);
      count += 1;
    }
  }
  return [{ what: 'quarantined objects', count }];
}
