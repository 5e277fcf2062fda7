import { accountPartition, formatPartition } from '../../domain/metering/account-partition.ts';
import { type DayKey, type DayTotals, dayExpiresAt, type UsageSum } from '../../domain/metering/days/day.ts';
import type { PartitionDay } from '../../domain/metering/days/day-store.ts';
import type { DeviceUsage, HourSpan } from '../../domain/metering/window.ts';
import type { ItemKey } from '../dynamo-batch-get.ts';
import type { Item } from './window-items.ts';

/** The first item of a day: its sums, and its devices where they are few enough to need no pages. */
export interface DayHead extends UsageSum {
  rev: number;
  hours: HourSpan;
  pages: number;
  devices: DeviceUsage[];
}

export const dayPk = ({ tenantId, date, partition }: Omit<PartitionDay, 'meter'>): string =>
  `d#${tenantId}#${date}#${formatPartition(partition)}`;

/** Page 0 is the head. An account's id may hold anything, so pages are told by the last three characters alone. */
const daySk = ({ meter, accountId }: Omit<DayKey, 'date'>, page: number): string =>
  `${meter}#${accountId}#${String(page).padStart(3, '0')}`;

export const isHeadSk = (sk: string): boolean => sk.endsWith('#000');

export const attributeKey = ({ pk, sk }: ItemKey): Item => ({ pk: { S: pk }, sk: { S: sk } });

/** The key of a day's item: its head, page 0, or one of its pages of devices. */
export function dayItemKey(key: DayKey, page: number): ItemKey {
  const partition = accountPartition(key.accountId);
  return { pk: dayPk({ tenantId: key.tenantId, date: key.date, partition }), sk: daySk(key, page) };
}

export function headItem(key: DayKey, day: DayTotals, rev: number, pages: number): Item {
  return {
    ...attributeKey(dayItemKey(key, 0)),
    rev: { N: String(rev) },
    claim: { N: String(rev) },
    total: { N: String(day.value) },
    events: { N: String(day.events) },
    fromHour: { N: String(day.hours.from) },
    toHour: { N: String(day.hours.to) },
    pages: { N: String(pages) },
    ...(pages === 0 && { devices: { S: encodeDevices(day.devices) } }),
    expiresAt: { N: String(dayExpiresAt(day.hours)) },
  };
}

export const pageItem = (
  key: DayKey,
  page: number,
  devices: readonly DeviceUsage[],
  { rev, expiresAt }: { rev: number; expiresAt: number },
): Item => ({
  ...attributeKey(dayItemKey(key, page)),
  rev: { N: String(rev) },
  devices: { S: encodeDevices(devices) },
  expiresAt: { N: String(expiresAt) },
});

/** Undefined where the day was claimed but never written. */
export function toHead(item: Item | undefined): DayHead | undefined {
  if (item?.rev?.N === undefined) return undefined;
  return {
    ...toSum(item),
    rev: Number(item.rev.N),
    hours: { from: Number(item.fromHour?.N), to: Number(item.toHour?.N) },
    pages: Number(item.pages?.N),
    devices: toDevices(item),
  };
}

export const toSum = (item: Item): UsageSum => ({
  value: BigInt(item.total?.N as string),
  events: Number(item.events?.N),
});

/** Rows in a JSON text, far smaller than lists of attributes; ids stay values, so that none is taken for a name. */
const encodeDevices = (devices: readonly DeviceUsage[]): string =>
  JSON.stringify(devices.map(({ deviceId, value, events }) => [deviceId, String(value), events]));

export function toDevices(item: Item | undefined): DeviceUsage[] {
  if (item?.devices?.S === undefined) return [];
  const rows = JSON.parse(item.devices.S) as [string, string, number][];
  return rows.map(([deviceId, value, events]) => ({ deviceId, value: BigInt(value), events }));
}
