import type { Hour } from './window.ts';

/**
 * The validated fact that one event feeds one meter: what is counted. One event makes one record a meter of
 * its type. `quantity` is in the meter's smallest units, at most 2^53 - 1, so a double holds it exactly.
 */
export interface UsageRecord {
  tenantId: string;
  accountId: string;
  deviceId: string;
  eventId: string;
  meter: string;
  hour: Hour;
  quantity: number;
}
