import type { LocalDate } from '../../calendar/local-day.ts';
import { type UtcDay, utcDayOf } from '../account-registry.ts';
import { type StreamRetention, windowExpiresAt } from '../horizon.ts';
import type { Quantity } from '../quantity.ts';
import { type DeviceUsage, type HourSpan, hourMs, type WindowKey, type WindowTotals } from '../window.ts';

/** What one account uses of one meter. */
export type MeteredAccount = Omit<WindowKey, 'hour'>;

/** One local day of it. */
export interface DayKey extends MeteredAccount {
  date: LocalDate;
}

export interface UsageSum {
  value: Quantity;
  events: number;
}

/** A local day as it was rolled up: what its hours came to, and which hours they were. */
export interface DayTotals extends WindowTotals {
  hours: HourSpan;
}

/** A day is kept this long after its end. */
export const dayKeptMs = 400 * 24 * hourMs;

/** Windows must outlive whoever reads them by this much, or a sum could miss one that goes while it is made. */
const readingMs = hourMs;

/** When a day counts as gone, epoch seconds. */
export const dayExpiresAt = (hours: HourSpan): number => Math.ceil((hours.to * hourMs + dayKeptMs) / 1000);

export const isDayKept = (hours: HourSpan, now: number): boolean => dayExpiresAt(hours) * 1000 > now;

export const isDayOver = (hours: HourSpan, now: number): boolean => hours.to * hourMs <= now;

/** Are all windows of these hours still there, and will be until they have been read? */
export const areWindowsKept = (hours: HourSpan, now: number, retention: StreamRetention): boolean =>
  windowExpiresAt(hours.from, retention) * 1000 > now + readingMs;

/** The hours of a UTC day. */
export const utcDayHours = (day: UtcDay): HourSpan => ({ from: day * 24, to: (day + 1) * 24 });

/** The UTC days that hours of this span lie in. */
export function utcDaysOf({ from, to }: HourSpan): UtcDay[] {
  const first = utcDayOf(from);
  const count = from < to ? utcDayOf(to - 1) - first + 1 : 0;
  return Array.from({ length: count }, (_, index) => first + index);
}

export const noUsage: UsageSum = { value: 0n, events: 0 };

export function sumUsage(parts: Iterable<UsageSum>): UsageSum {
  let [value, events] = [0n, 0];
  for (const part of parts) {
    value += part.value;
    events += part.events;
  }
  return { value, events };
}

/** What these windows came to together, devices in the order of their ids. */
export function sumWindows(windows: Iterable<WindowTotals>): WindowTotals {
  const all = [...windows];
  const devices = new Map<string, DeviceUsage>();
  for (const { deviceId, value, events } of all.flatMap((window) => window.devices)) {
    const device = devices.get(deviceId);
    if (device) {
      device.value += value;
      device.events += events;
    } else devices.set(deviceId, { deviceId, value, events });
  }
  return { ...sumUsage(all), devices: byDeviceId([...devices.values()]) };
}

/** What one device used in these windows. */
export const sumDevice = (windows: Iterable<WindowTotals>, deviceId: string): UsageSum =>
  sumUsage([...windows].flatMap(({ devices }) => devices.filter((device) => device.deviceId === deviceId)));

/** Sorted by their ids' code units, so that the same usage always reads the same. */
export const byDeviceId = (devices: DeviceUsage[]): DeviceUsage[] =>
  devices.sort((a, b) => (a.deviceId < b.deviceId ? -1 : a.deviceId > b.deviceId ? 1 : 0));
