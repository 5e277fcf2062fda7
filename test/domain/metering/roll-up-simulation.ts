import { seeded } from '../../../bench/seeded.ts';
import { cycleAt } from '../../../domain/calendar/cycle.ts';
import { datesOf, dayHours, lastDates } from '../../../domain/calendar/local-day.ts';
import { accountPartition } from '../../../domain/metering/account-partition.ts';
import { registryPartitions, utcDayOf } from '../../../domain/metering/account-registry.ts';
import { dayUsage, usageReadBounds } from '../../../domain/metering/days/day-usage.ts';
import { memoryDayStore, memoryTenantDayStore } from '../../../domain/metering/days/memory-day-store.ts';
import { rollUpBounds, rollUpPartition } from '../../../domain/metering/days/roll-up.ts';
import { memoryAccountRegistry } from '../../../domain/metering/memory-account-registry.ts';
import { type Hour, hourMs, hourOf } from '../../../domain/metering/window.ts';
import { isMarkDue } from '../../../domain/metering/windows/day-marks.ts';
import type { TenantConfig, ZoneChange } from '../../../domain/tenancy/tenant-config.ts';
import { memoryWindows, type Process, Turns } from './day-world.ts';

const minuteMs = 60_000;
const dayMs = 24 * hourMs;
const tenantId = 'T001';
const accounts = ['acct-1', 'a#000'];
const meters = ['bytes', 'calls'];
const zoneNames = ['UTC', 'Europe/Berlin', 'Asia/Kolkata', 'America/New_York', 'Pacific/Kiritimati'];
const retentionMs = 7 * dayMs;
/** A consumer's or a job's Lambda ends after this. */
const processMaxMs = 14 * minuteMs;

type Bounds = typeof rollUpBounds;

/**
 * Runs writers, roll-ups and readers of one tenant against each other for `turns` turns, then lets it be quiet
 * for three days and rolls up once more. Answers what is wrong, in words; nothing if all is right.
 */
export async function simulateRollUp(
  seed: number,
  turnsMax: number,
  bounds: Bounds = rollUpBounds,
): Promise<string[]> {
  const random = seeded(seed);
  const pick = <Item>(items: readonly Item[]): Item => items[Math.floor(random() * items.length)] as Item;
  const turns = new Turns(random);
  const faults: string[] = [];

  const registry = memoryAccountRegistry();
  const windows = memoryWindows();
  const days = memoryDayStore();
  const tenantDays = memoryTenantDayStore();
  const portsOf = (process: Process) => ({
    registry: process.wrap(registry),
    windows: process.wrap(windows),
    days: process.wrap(days),
    tenantDays: process.wrap(tenantDays),
  });
  /** Where zones never change, roll-ups may even go on as zombies for days. */
  const changesZones = seed % 2 === 0;

  // Where days change their zone in both directions, and clocks change too.
  let now = Date.parse('2026-10-20T00:00Z') + Math.floor(random() * dayMs);
  let zones: ZoneChange[] = [{ from: 0, timeZone: pick(zoneNames), cycle: { period: 'day', anchorDay: 1 } }];
  const config = () =>
    ({
      zones,
      meters: meters.slice(0, 1).map((name) => ({ name })),
      retiredMeters: meters.slice(1).map((name) => ({ name })),
    }) as unknown as TenantConfig;

  /** Few different hours, so that windows are written again and again: young ones, late ones, very late ones. */
  function drawHour(): Hour {
    const ageMs = pick([0, 8 * hourMs, 40 * hourMs, 60 * hourMs, 10 * dayMs, 30 * dayMs]) * random();
    return Math.floor(hourOf(now - ageMs) / 8) * 8;
  }

  async function write(process: Process) {
    const started = now;
    const window = { tenantId, accountId: pick(accounts), meter: pick(meters), hour: drawHour() };
    if (isMarkDue(window, !windows.has(window), started)) {
      await process.wrap(registry).mark(tenantId, window.accountId, [utcDayOf(window.hour)], started);
    }
    const counting = { count: async () => windows.add(window, pick(['d1', 'd2', '__proto__']), 3) };
    await process.wrap(counting).count();
  }

  async function rollUp(process: Process) {
    const roll = rollUpPartition(portsOf(process), { ...bounds, retentionMs });
    await roll(tenantId, config(), accountPartition(pick(accounts)), now);
  }

  /** What was counted before a read began is in its answer, and nothing is that was not counted when it ended. */
  async function read(process: Process) {
    const ports = portsOf(process);
    const account = { tenantId, accountId: pick(accounts), meter: pick(meters) };
    const started = now;
    const askedZones = zones;
    const dates = lastDates(askedZones, hourOf(started), 35);
    const truth = () =>
      dates.map((date) => {
        const { from, to } = dayHours(askedZones, date);
        return windows.truth(account, (hour) => hour >= from && hour < to).events;
      });
    const before = truth();
    const registered = await ports.registry.find(tenantId, account.accountId);
    const query = { account, zones: askedZones, registered, now: started };
    const usage = dayUsage(ports, { ...usageReadBounds, retentionMs });
    const isDevice = random() < 0.3;
    let index = 0;
    for await (const { date, usage: used } of isDevice
      ? usage.withDevices(query, dates)
      : usage.sums(query, dates)) {
      if (used.events < before[index]! || used.events > truth()[index]!) {
        faults.push(`Read of ${date}: ${used.events}, not between ${before[index]} and ${truth()[index]}.`);
      }
      index += 1;
    }
  }

  function changeZone() {
    const held = zones.filter(({ from }) => from <= now);
    const { end } = cycleAt(held, now);
    zones = [...held, { from: end, timeZone: pick(zoneNames), cycle: { period: 'day', anchorDay: 1 } }];
  }

  /** A little while everybody lives; or so much that their platform has ended all but zombies. */
  async function passTime() {
    if (random() < 0.4) {
      const most = deadline - now;
      now += Math.floor(random() * most);
      return;
    }
    await turns.kill((process) => changesZones || !zombies.has(process));
    now += Math.floor(random() ** 2 * 20 * hourMs);
    deadline = now + processMaxMs;
  }
  const zombies = new Set<Process>();
  let deadline = now + processMaxMs;

  for (let turn = 0; turn < turnsMax; turn++) {
    const lot = random();
    if (lot < 0.25) turns.start(write);
    else if (lot < 0.33) zombies.add(turns.start(rollUp));
    else if (lot < 0.35) turns.start(read);
    else if (lot < 0.36 && changesZones) changeZone();
    else if (lot < 0.5) await passTime();
    for (let steps = 0; steps < 12; steps++) await turns.step(0.01);
  }
  while (await turns.step(0)) {
    // Everybody comes to an end.
  }

  now += 3 * dayMs;
  const last = rollUpPartition({ registry, windows, days, tenantDays }, { ...bounds, retentionMs });
  for (let partition = 0; partition < registryPartitions; partition++)
    await last(tenantId, config(), partition, now);

  const written = datesOf(zones, { from: hourOf(now - 45 * dayMs), to: hourOf(now) });
  for (const meter of meters) {
    const sums = await tenantDays.readSums(tenantId, meter, written[0]!, written.at(-1)!);
    for (const date of written) {
      const { from, to } = dayHours(zones, date);
      let events = 0;
      for (const accountId of accounts) {
        const account = { tenantId, accountId, meter };
        const truth = windows.truth(account, (hour) => hour >= from && hour < to);
        const stored = (await days.readDays(account, [date])).get(date);
        events += truth.events;
        if (
          JSON.stringify(stored?.devices ?? [], text) !== JSON.stringify(truth.devices, text) ||
          (stored?.events ?? 0) !== truth.events
        ) {
          faults.push(`${accountId} ${meter} ${date}: rolled up ${stored?.events}, counted ${truth.events}.`);
        }
      }
      if ((sums.get(date)?.events ?? 0) !== events) {
        faults.push(`Tenant ${meter} ${date}: rolled up ${sums.get(date)?.events}, counted ${events}.`);
      }
    }
  }
  for (const account of await registry.list(tenantId, { limit: 100 })) {
    if (account.dirtyDays.size > 0)
      faults.push(`${account.accountId} is still marked: ${[...account.dirtyDays.keys()]}.`);
  }
  return faults;
}

const text = (_: string, value: unknown): unknown => (typeof value === 'bigint' ? String(value) : value);
