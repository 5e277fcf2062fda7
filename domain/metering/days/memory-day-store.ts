import { accountPartition } from '../account-partition.ts';
import { type DayKey, type DayTotals, noUsage, sumDevice, sumUsage, type UsageSum } from './day.ts';
import type { DayStore, PartitionDay, TenantDayStore } from './day-store.ts';

const keyOf = ({ tenantId, accountId, meter, date }: DayKey): string =>
  JSON.stringify([tenantId, accountId, meter, date]);

/** Days in memory. */
export function memoryDayStore(): DayStore {
  const days = new Map<string, { key: DayKey; day: DayTotals; revision: number }>();
  const read = <Value>(
    account: Omit<DayKey, 'date'>,
    dates: readonly string[],
    of: (day: DayTotals) => Value,
  ) =>
    new Map(
      dates.flatMap((date) => {
        const entry = days.get(keyOf({ ...account, date }));
        return entry ? [[date, of(entry.day)] as const] : [];
      }),
    );

  return {
    async readState(key) {
      const entry = days.get(keyOf(key));
      if (!entry) return { revision: 0 };
      const { value, events, hours } = entry.day;
      return { stored: { value, events, hours }, revision: entry.revision };
    },
    async putDay(key, day, revision) {
      if ((days.get(keyOf(key))?.revision ?? 0) !== revision) return false;
      days.set(keyOf(key), { key, day: structuredClone(day), revision: revision + 1 });
      return true;
    },
    readSums: async (account, dates) => read(account, dates, ({ value, events }) => ({ value, events })),
    readDays: async (account, dates) =>
      read(account, dates, ({ value, events, devices }) => structuredClone({ value, events, devices })),
    readDeviceDays: async (account, deviceId, dates) =>
      read(account, dates, (day) => sumDevice([day], deviceId)),
    async sumPartition({ tenantId, meter, date, partition }) {
      const isIn = ({ key }: { key: DayKey }) =>
        key.tenantId === tenantId &&
        key.meter === meter &&
        key.date === date &&
        accountPartition(key.accountId) === partition;
      return sumUsage([...days.values()].filter(isIn).map(({ day }) => day));
    },
  };
}

/** A tenant's days in memory. */
export function memoryTenantDayStore(): TenantDayStore {
  const sums = new Map<string, { day: PartitionDay; sum: UsageSum; revision: number }>();
  const counts = new Map<string, Map<number, number>>();
  const keyOf = ({ tenantId, meter, date, partition }: PartitionDay) =>
    JSON.stringify([tenantId, meter, date, partition]);

  return {
    readRevision: async (day) => sums.get(keyOf(day))?.revision ?? 0,
    async putSum(day, { value, events }, revision) {
      if ((sums.get(keyOf(day))?.revision ?? 0) !== revision) return false;
      sums.set(keyOf(day), { day, sum: { value, events }, revision: revision + 1 });
      return true;
    },
    async readSums(tenantId, meter, first, last) {
      const found = new Map<string, UsageSum>();
      for (const { day, sum } of sums.values()) {
        const isIn =
          day.tenantId === tenantId && day.meter === meter && day.date >= first && day.date <= last;
        if (isIn) found.set(day.date, sumUsage([found.get(day.date) ?? noUsage, sum]));
      }
      return found;
    },
    async putAccountCount(tenantId, partition, accounts) {
      const byPartition = counts.get(tenantId) ?? new Map<number, number>();
      counts.set(tenantId, byPartition.set(partition, accounts));
    },
    async readAccountCount(tenantId) {
      return [...(counts.get(tenantId)?.values() ?? [])].reduce((sum, count) => sum + count, 0);
    },
  };
}
