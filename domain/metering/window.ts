import type { Quantity } from './quantity.ts';

/** A UTC hour, counted in whole hours since 1970-01-01T00:00Z. */
export type Hour = number;

export const hourMs = 3_600_000;

/** The hour in which an instant (epoch milliseconds) lies. */
export const hourOf = (instantMs: number): Hour => Math.floor(instantMs / hourMs);

/** The window of one account's usage of one meter in one UTC hour, [hour, hour + 1). */
export interface WindowKey {
  tenantId: string;
  accountId: string;
  meter: string;
  hour: Hour;
}

export interface DeviceUsage {
  deviceId: string;
  value: Quantity;
  events: number;
}

/** What a window says: the sum of its pages. */
export interface WindowTotals {
  value: Quantity;
  events: number;
  devices: DeviceUsage[];
}

/** A half-open span of hours, [from, to). */
export interface HourSpan {
  from: Hour;
  to: Hour;
}

/**
 * Reads windows as they stand now, each a consistent sum of its pages (every acknowledged count is in it).
 * Hours without usage and hours past their expiry are absent from the answer.
 */
export interface WindowReader {
  readWindows(account: Omit<WindowKey, 'hour'>, span: HourSpan): Promise<Map<Hour, WindowTotals>>;
}
