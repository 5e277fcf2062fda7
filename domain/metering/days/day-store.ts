import type { LocalDate } from '../../calendar/local-day.ts';
import type { HourSpan, WindowTotals } from '../window.ts';
import type { DayKey, DayTotals, MeteredAccount, UsageSum } from './day.ts';

/** What is stored of a day, and which state of it that is: a put names the state that it follows. */
export interface DayState {
  stored?: UsageSum & { hours: HourSpan };
  revision: number;
}

/**
 * Keeps the days of accounts, each whole with its devices.
 *
 * Promise: a put takes place only if nothing was put since the state that it names, so what was computed from
 * older hours never replaces what was computed from newer ones. A put that rejects may have been begun: the
 * day then reads as it was before or not at all, and the next put mends it. What a resolved put stored, the
 * next read sees. Days that were never put, and days caught in the middle of a put, are absent from an answer:
 * their hours say what they hold.
 */
export interface DayStore {
  readState(key: DayKey): Promise<DayState>;
  /** Answers whether it was put. Repeating one that was answers false and changes nothing. */
  putDay(key: DayKey, day: DayTotals, revision: number): Promise<boolean>;
  readSums(account: MeteredAccount, dates: readonly LocalDate[]): Promise<Map<LocalDate, UsageSum>>;
  /** With every device. */
  readDays(account: MeteredAccount, dates: readonly LocalDate[]): Promise<Map<LocalDate, WindowTotals>>;
  /** One device's share; zero where the day knows it not. */
  readDeviceDays(
    account: MeteredAccount,
    deviceId: string,
    dates: readonly LocalDate[],
  ): Promise<Map<LocalDate, UsageSum>>;
  /** The sum over the stored days of all accounts of a registry partition. */
  sumPartition(day: PartitionDay): Promise<UsageSum>;
}

/** A local day of one registry partition of a tenant. */
export interface PartitionDay {
  tenantId: string;
  meter: string;
  date: LocalDate;
  partition: number;
}

/**
 * Keeps what a tenant's days come to, by registry partition, and how many accounts each partition has.
 *
 * Promise: a put takes place only if nothing was put since the revision that it names. Reads are consistent.
 */
export interface TenantDayStore {
  /** Which state is stored, 0 where there is none. */
  readRevision(day: PartitionDay): Promise<number>;
  putSum(day: PartitionDay, sum: UsageSum & { hours: HourSpan }, revision: number): Promise<boolean>;
  /** The tenant's days from `first` to `last`, each over all partitions; days without usage are absent. */
  readSums(
    tenantId: string,
    meter: string,
    first: LocalDate,
    last: LocalDate,
  ): Promise<Map<LocalDate, UsageSum>>;
  /** Replaces the partition's count. */
  putAccountCount(tenantId: string, partition: number, accounts: number): Promise<void>;
  /** Over all partitions; 0 before the first roll-up. */
  readAccountCount(tenantId: string): Promise<number>;
}
