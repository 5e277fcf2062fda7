import { beforeEach, describe, expect, it } from 'vitest';
import { accountPartition } from '../../../domain/metering/account-partition.ts';
import type { DayTotals } from '../../../domain/metering/days/day.ts';
import type { DayStore, PartitionDay, TenantDayStore } from '../../../domain/metering/days/day-store.ts';
import type { HourSpan } from '../../../domain/metering/window.ts';

const date = '2026-11-20';
const hours: HourSpan = { from: 498_000, to: 498_024 };

/** A day of so many devices, device n with value n and n events. */
export function dayOf(devices: number, span = hours): DayTotals {
  const used = Array.from({ length: devices }, (_, index) => ({
    deviceId: `device-${String(index).padStart(5, '0')}`,
    value: BigInt(index),
    events: index,
  }));
  const events = used.reduce((sum, device) => sum + device.events, 0);
  return { value: BigInt(events), events, devices: used, hours: span };
}

/** What every DayStore keeps to. */
export function dayStoreContract(create: () => Promise<DayStore>): void {
  let store: DayStore;
  beforeEach(async () => {
    store = await create();
  });

  const account = { tenantId: 'T001', accountId: 'acct-1', meter: 'bytes' };
  const key = { ...account, date };

  describe('a day that was never put', () => {
    it('has revision 0 and is absent', async () => {
      expect(await store.readState(key)).toEqual({ revision: 0 });
      expect(await store.readSums(account, [date])).toEqual(new Map());
      expect(await store.readDays(account, [date])).toEqual(new Map());
      expect(await store.readDeviceDays(account, 'device-00001', [date])).toEqual(new Map());
      expect(await store.readDays(account, [])).toEqual(new Map());
    });
  });

  describe.each([1, 64, 65, 700])('a day of %i devices', (devices) => {
    const day = dayOf(devices);
    const { value, events } = day;

    it('reads as it was put', async () => {
      expect(await store.putDay(key, day, 0)).toBe(true);
      expect((await store.readState(key)).stored).toEqual({ value, events, hours });
      expect(await store.readSums(account, [date, '2026-11-19'])).toEqual(
        new Map([[date, { value, events }]]),
      );
      expect(await store.readDays(account, [date])).toEqual(
        new Map([[date, { value, events, devices: day.devices }]]),
      );
    });

    it('knows what each device used', async () => {
      await store.putDay(key, day, 0);
      const last = day.devices.at(-1)!;
      const used = await store.readDeviceDays(account, last.deviceId, [date]);
      expect(used).toEqual(new Map([[date, { value: last.value, events: last.events }]]));
      const other = await store.readDeviceDays(account, 'device-x', [date]);
      expect(other).toEqual(new Map([[date, { value: 0n, events: 0 }]]));
    });

    it('is put only after the state that was read', async () => {
      await store.putDay(key, day, 0);
      expect(await store.putDay(key, dayOf(3), 0)).toBe(false);
      expect((await store.readState(key)).stored?.events).toBe(events);
      const { revision } = await store.readState(key);
      expect(await store.putDay(key, dayOf(3), revision)).toBe(true);
      expect(await store.putDay(key, day, revision)).toBe(false);
      expect((await store.readDays(account, [date])).get(date)?.devices).toEqual(dayOf(3).devices);
    });
  });

  it('lets exactly one of several puts through that follow the same state', async () => {
    for (const devices of [3, 200]) {
      const { revision } = await store.readState(key);
      const puts = await Promise.all([1, 2, 3].map(() => store.putDay(key, dayOf(devices), revision)));
      expect(puts.filter(Boolean)).toHaveLength(1);
    }
  });

  it('reads a month of days that differ in size', async () => {
    const dates = Array.from({ length: 30 }, (_, index) => `2026-10-${String(index + 1).padStart(2, '0')}`);
    for (const [index, date] of dates.entries()) await store.putDay({ ...key, date }, dayOf(index * 7), 0);
    const days = await store.readDays(account, dates);
    const device = await store.readDeviceDays(account, 'device-00005', dates);
    for (const [index, date] of dates.entries()) {
      expect(days.get(date)?.devices).toEqual(dayOf(index * 7).devices);
      expect(device.get(date)?.events).toBe(index > 0 ? 5 : 0);
    }
  });

  it('keeps sums that no double holds', async () => {
    const value = 12_345_678_901_234_567_890n;
    const devices = [{ deviceId: '__proto__', value, events: 1 }];
    await store.putDay(key, { value, events: 1, hours, devices }, 0);
    expect(await store.readDays(account, [date])).toEqual(new Map([[date, { value, events: 1, devices }]]));
  });

  it.each(['a#000', 'a', 'a#', 'a#001', '../b', 'tenant/..', '😀', '__proto__', 'A', '1'.repeat(128)])(
    'tells account %s from the others',
    async (accountId) => {
      const accounts = [
        'a',
        'a#000',
        'a#001',
        'a#',
        'A',
        '../b',
        'tenant/..',
        '😀',
        '__proto__',
        '1'.repeat(128),
      ];
      for (const [index, other] of accounts.entries()) {
        await store.putDay({ ...key, accountId: other }, dayOf(index === 0 ? 100 : index + 1), 0);
      }
      const index = accounts.indexOf(accountId);
      const sums = await store.readSums({ ...account, accountId }, [date]);
      expect(sums.get(date)?.events).toBe(dayOf(index === 0 ? 100 : index + 1).events);
    },
  );

  it('sums a partition over its accounts, of one meter and date and tenant', async () => {
    const accounts = Array.from({ length: 60 }, (_, index) => `acct-${index}#000`);
    for (const accountId of accounts) {
      await store.putDay({ ...key, accountId }, dayOf(accountId.includes('7') ? 70 : 2), 0);
      await store.putDay({ ...key, accountId, meter: 'bytes.up' }, dayOf(5), 0);
      await store.putDay({ ...key, accountId, date: '2026-11-21' }, dayOf(5), 0);
      await store.putDay({ ...key, accountId, tenantId: 'T002' }, dayOf(5), 0);
    }
    for (let partition = 0; partition < 16; partition++) {
      const own = accounts.filter((accountId) => accountPartition(accountId) === partition);
      const events = own.reduce((sum, id) => sum + dayOf(id.includes('7') ? 70 : 2).events, 0);
      const sum = await store.sumPartition({ tenantId: 'T001', meter: 'bytes', date, partition });
      expect(sum).toEqual({ value: BigInt(events), events });
    }
  });
}

/** What every TenantDayStore keeps to. */
export function tenantDayStoreContract(create: () => Promise<TenantDayStore>): void {
  let store: TenantDayStore;
  beforeEach(async () => {
    store = await create();
  });

  const day = (over: Partial<PartitionDay> = {}): PartitionDay => ({
    tenantId: 'T001',
    meter: 'bytes',
    date,
    partition: 3,
    ...over,
  });
  const sum = (events: number) => ({ value: BigInt(events) * 10n, events, hours });

  it('has nothing at first', async () => {
    expect(await store.readRevision(day())).toBe(0);
    expect(await store.readSums('T001', 'bytes', '2026-01-01', '2026-12-31')).toEqual(new Map());
    expect(await store.readAccountCount('T001')).toBe(0);
  });

  it('puts only after the revision that was read', async () => {
    expect(await store.putSum(day(), sum(1), 0)).toBe(true);
    expect(await store.putSum(day(), sum(2), 0)).toBe(false);
    const revision = await store.readRevision(day());
    expect(await store.putSum(day(), sum(3), revision)).toBe(true);
    expect(await store.putSum(day(), sum(4), revision)).toBe(false);
    const sums = await store.readSums('T001', 'bytes', date, date);
    expect(sums).toEqual(new Map([[date, { value: 30n, events: 3 }]]));
  });

  it('adds up the partitions of each date asked for, and of nothing else', async () => {
    await store.putSum(day({ partition: 0 }), sum(1), 0);
    await store.putSum(day({ partition: 15 }), sum(2), 0);
    await store.putSum(day({ date: '2026-11-21' }), sum(4), 0);
    await store.putSum(day({ date: '2026-11-22' }), sum(8), 0);
    await store.putSum(day({ date: '2026-11-19' }), sum(16), 0);
    await store.putSum(day({ meter: 'bytes.up' }), sum(32), 0);
    await store.putSum(day({ tenantId: 'T0011' }), sum(64), 0);
    expect(await store.readSums('T001', 'bytes', date, '2026-11-21')).toEqual(
      new Map([
        [date, { value: 30n, events: 3 }],
        ['2026-11-21', { value: 40n, events: 4 }],
      ]),
    );
  });

  it('counts accounts over all partitions, each as it was put last', async () => {
    await store.putAccountCount('T001', 0, 7);
    await store.putAccountCount('T001', 15, 4);
    await store.putAccountCount('T001', 0, 8);
    await store.putAccountCount('T002', 0, 100);
    await store.putSum(day({ meter: 'accounts' }), sum(1), 0);
    expect(await store.readAccountCount('T001')).toBe(12);
  });
}
