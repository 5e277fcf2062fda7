import { noUsage, sumUsage, type UsageSum } from '../domain/metering/days/day.ts';
import { formatQuantity } from '../domain/metering/quantity.ts';
import { type HourSpan, hourMs, type WindowTotals } from '../domain/metering/window.ts';
import type { Meter } from '../domain/tenancy/tenant-config.ts';

/** A quantity as the contract writes it. */
export type WireQuantity = number | string;

/** One window of the contract's Usage. */
export interface WireWindow {
  start: string;
  end: string;
  value: WireQuantity;
  events: number;
  devices?: { deviceId: string; value: WireQuantity; events: number }[];
}

/** One day of a tenant's or a device's usage. */
export interface WireDay {
  date: string;
  value: WireQuantity;
  events: number;
}

/** Whole seconds, in UTC: 2026-11-21T10:00:00Z. */
export const encodeInstant = (instantMs: number): string =>
  `${new Date(instantMs).toISOString().slice(0, 19)}Z`;

export const encodeWindow = (meter: Meter, hours: HourSpan, { value, events }: UsageSum): WireWindow => ({
  start: encodeInstant(hours.from * hourMs),
  end: encodeInstant(hours.to * hourMs),
  value: formatQuantity(value, meter.scale),
  events,
});

export const encodeDeviceRows = (meter: Meter, { devices }: WindowTotals) =>
  devices.map(({ deviceId, value, events }) => ({
    deviceId,
    value: formatQuantity(value, meter.scale),
    events,
  }));

/** The name, the unit where it has one, and the sum of what is listed. */
export function encodeTotal(meter: Meter, parts: Iterable<UsageSum>) {
  const { value, events } = sumUsage(parts);
  const unit = meter.unit === undefined ? {} : { unit: meter.unit };
  return { meter: meter.name, ...unit, total: formatQuantity(value, meter.scale), events };
}

/** Days in the order of `dates`, those without usage as zero. */
export const encodeDays = (
  meter: Meter,
  dates: readonly string[],
  sums: ReadonlyMap<string, UsageSum>,
): WireDay[] =>
  dates.map((date) => {
    const { value, events } = sums.get(date) ?? noUsage;
    return { date, value: formatQuantity(value, meter.scale), events };
  });
