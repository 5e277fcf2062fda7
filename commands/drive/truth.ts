import { type Hour, hourOf } from '../../domain/metering/window.ts';
import type { Fleet, FleetEvent } from './fleet.ts';

export interface DeviceTruth {
  value: bigint;
  events: number;
}

/** What must be found of one account: per hour, per device. Hours that are absent must be empty. */
export interface AccountTruth {
  accountId: string;
  hours: Map<Hour, Map<string, DeviceTruth>>;
}

export type CountedEvent = Pick<FleetEvent, 'deviceId' | 'occurredAt' | 'quantity'>;

export function truthOf(accountId: string, events: Iterable<CountedEvent>): AccountTruth {
  const hours: AccountTruth['hours'] = new Map();
  for (const { deviceId, occurredAt, quantity } of events) {
    const hour = hourOf(occurredAt);
    const devices = hours.get(hour) ?? new Map<string, DeviceTruth>();
    hours.set(hour, devices);
    const device = devices.get(deviceId) ?? { value: 0n, events: 0 };
    devices.set(deviceId, device);
    device.value += BigInt(quantity);
    device.events++;
  }
  return { accountId, hours };
}

/** The truth of a fleet's account: whatever was acknowledged, once, made again from its ordinals. */
export const fleetTruth = (fleet: Fleet, acknowledged: Uint8Array, account: number): AccountTruth =>
  truthOf(fleet.accountId(account), acknowledgedEvents(fleet, acknowledged, account));

function* acknowledgedEvents(fleet: Fleet, acknowledged: Uint8Array, account: number): Generator<FleetEvent> {
  for (const ordinal of fleet.ordinalsOf(account)) {
    if (acknowledged[ordinal] === 1) yield fleet.event(ordinal);
  }
}

/** Asked is an hour more at each end, so that what was counted just beside the truth is found. */
export function spanOf(truth: AccountTruth): { from: Hour; to: Hour } {
  const hours = [...truth.hours.keys()];
  return { from: Math.min(...hours) - 1, to: Math.max(...hours) + 2 };
}
