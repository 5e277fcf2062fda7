import { beforeEach, describe, expect, it } from 'vitest';
import { accountPartition } from '../../../domain/metering/account-partition.ts';
import { utcDayOf } from '../../../domain/metering/account-registry.ts';
import { memoryDayStore, memoryTenantDayStore } from '../../../domain/metering/days/memory-day-store.ts';
import { type RollUpPorts, rollUpBounds, rollUpPartition } from '../../../domain/metering/days/roll-up.ts';
import { memoryAccountRegistry } from '../../../domain/metering/memory-account-registry.ts';
import { hourMs, hourOf } from '../../../domain/metering/window.ts';
import type { TenantConfig } from '../../../domain/tenancy/tenant-config.ts';
import { type MemoryWindows, memoryWindows } from './day-world.ts';

const tenantId = 'T001';
const account = { tenantId, accountId: 'acct-1', meter: 'bytes' };
const config = {
  zones: [{ from: 0, timeZone: 'UTC', cycle: { period: 'month', anchorDay: 1 } }],
  meters: [{ name: 'bytes' }],
  retiredMeters: [{ name: 'calls' }],
} as unknown as TenantConfig;
const bounds = { ...rollUpBounds, retentionMs: 168 * hourMs };
const noon = Date.parse('2026-11-21T12:00Z');
const hour = hourOf(Date.parse('2026-11-18T10:00Z'));
const day = utcDayOf(hour);
const partition = accountPartition(account.accountId);

describe('rollUpPartition', () => {
  let windows: MemoryWindows;
  let ports: RollUpPorts;
  beforeEach(() => {
    windows = memoryWindows();
    ports = {
      registry: memoryAccountRegistry(),
      windows,
      days: memoryDayStore(),
      tenantDays: memoryTenantDayStore(),
    };
  });

  const rollUp = (over: Partial<RollUpPorts> = {}, now = noon) =>
    rollUpPartition({ ...ports, ...over }, bounds)(tenantId, config, partition, now);
  const count = (meter = 'bytes') => windows.add({ ...account, meter, hour }, 'd1', 5);
  const mark = (at = noon - hourMs) => ports.registry.mark(tenantId, account.accountId, [day], at);
  const isMarked = async () =>
    (await ports.registry.find(tenantId, account.accountId))?.dirtyDays.has(day) === true;
  const events = async (meter = 'bytes') =>
    (await ports.days.readSums({ ...account, meter }, ['2026-11-18'])).get('2026-11-18')?.events;
  const tenantEvents = async () =>
    (await ports.tenantDays.readSums(tenantId, 'bytes', '2026-11-18', '2026-11-18')).get('2026-11-18')
      ?.events;

  it('writes the days of every meter, retired ones too, then the sums, and clears the mark', async () => {
    await mark();
    count();
    count('calls');
    expect(await rollUp()).toEqual({
      accounts: 1,
      days: { written: 2, unchanged: 0, empty: 0, contended: 0, expired: 0 },
      tenantDays: 2,
      marksCleared: 1,
    });
    expect([await events(), await events('calls'), await tenantEvents()]).toEqual([1, 1, 1]);
    expect(await ports.tenantDays.readAccountCount(tenantId)).toBe(1);
    expect(await rollUp()).toMatchObject({
      accounts: 1,
      days: { written: 0, unchanged: 0 },
      marksCleared: 0,
    });
  });

  it('writes nothing of a meter without usage', async () => {
    await mark();
    expect((await rollUp()).days).toEqual({ written: 0, unchanged: 0, empty: 2, contended: 0, expired: 0 });
    expect(await events()).toBeUndefined();
  });

  it('keeps the mark of a day that ended less than 26 hours ago', async () => {
    await mark((day + 1) * 24 * hourMs);
    count();
    const ended = (day + 1) * 24 * hourMs;
    await rollUp({}, ended + 26 * hourMs);
    expect(await isMarked()).toBe(true);
    await rollUp({}, ended + 26 * hourMs + 1);
    expect(await isMarked()).toBe(false);
  });

  it('keeps a mark whose write may be to come', async () => {
    await mark(noon - 15 * 60_000);
    expect((await rollUp()).marksCleared).toBe(0);
    count();
    expect((await rollUp({}, noon + 1)).marksCleared).toBe(1);
    expect(await events()).toBe(1);
  });

  it('keeps a mark that was made again while the hours were read', async () => {
    await mark();
    count();
    const late = {
      readWindows: async (...asked: Parameters<MemoryWindows['readWindows']>) => {
        const read = await windows.readWindows(...asked);
        await mark(noon);
        count();
        return read;
      },
    };
    expect((await rollUp({ windows: late })).marksCleared).toBe(0);
    await rollUp({}, noon + hourMs);
    expect(await events()).toBe(3);
    expect(await isMarked()).toBe(false);
  });

  it('never lets older hours replace newer ones, and clears nothing where it was overtaken', async () => {
    await mark();
    count();
    const blocked = Promise.withResolvers<void>();
    const reached = Promise.withResolvers<void>();
    const slow = {
      readWindows: async (...asked: Parameters<MemoryWindows['readWindows']>) => {
        const read = await windows.readWindows(...asked);
        reached.resolve();
        await blocked.promise;
        return read;
      },
    };
    const overtaken = rollUp({ windows: slow });
    await reached.promise;
    count();
    await rollUp();
    blocked.resolve();
    expect((await overtaken).marksCleared).toBe(0);
    expect([await events(), await tenantEvents()]).toEqual([2, 2]);
  });

  it('never lets a sum of older days replace one of newer days', async () => {
    await mark();
    count();
    const blocked = Promise.withResolvers<void>();
    const reached = Promise.withResolvers<void>();
    const { days } = ports;
    const slow = {
      ...days,
      sumPartition: async (...asked: Parameters<typeof days.sumPartition>) => {
        const sum = await days.sumPartition(...asked);
        reached.resolve();
        await blocked.promise;
        return sum;
      },
    };
    const overtaken = rollUp({ days: slow });
    await reached.promise;
    count();
    await mark(noon - 1);
    await rollUp();
    blocked.resolve();
    await overtaken;
    expect(await tenantEvents()).toBe(2);
  });

  it.each(['days', 'sums'] as const)('leaves the mark where others keep changing the %s', async (what) => {
    await mark();
    count();
    const contended =
      what === 'days'
        ? { days: { ...ports.days, putDay: async () => false } }
        : { tenantDays: { ...ports.tenantDays, putSum: async () => false } };
    const outcome = await rollUp(contended);
    expect(outcome.marksCleared).toBe(0);
    expect(outcome.days.contended).toBe(what === 'days' ? 1 : 0);
    expect(await isMarked()).toBe(true);
  });

  it('sums a day again that was written by one that was cut off before its sum', async () => {
    await mark();
    count();
    const dying = { ...ports.tenantDays, putSum: () => Promise.reject(new Error('died')) };
    await expect(rollUp({ tenantDays: dying })).rejects.toThrow('died');
    expect((await rollUp()).days.unchanged).toBe(1);
    expect(await tenantEvents()).toBe(1);
    expect(await isMarked()).toBe(false);
  });

  it('leaves a day as it is whose windows may be gone', async () => {
    await mark();
    count();
    count();
    await rollUp();
    await mark(noon);
    const late = Date.parse('2026-11-18T01:00Z') + (35 + 7 + 7) * 24 * hourMs;
    const gone = { readWindows: async () => new Map() };
    expect((await rollUp({ windows: gone }, late)).days.expired).toBe(2);
    expect(await events()).toBe(2);
  });
});
