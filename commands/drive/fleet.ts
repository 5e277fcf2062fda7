import { drawBelow, drawUnit } from './draw.ts';

/** The meter that the drive counts on, in the tenant's configuration. */
export interface DrivenMeter {
  name: string;
  eventType: string;
  aggregation: 'sum' | 'count';
  /** The member of `data` that is added; absent where events are counted. */
  field?: string;
  scale: number;
  /** The greatest quantity that one event reports, in smallest units: below what a limit would cut off. */
  quantityMax: number;
}

export interface FleetShape {
  seed: number;
  /** Stands in every account's id, so that no run meets the usage of another. */
  run: string;
  accounts: number;
  /** Of each account. */
  devices: number;
  /** Of event time: every device reports once a minute. */
  minutes: number;
  /** The share of devices that were offline for days and report only now. */
  lateShare: number;
  /** The end of the event time, epoch milliseconds. */
  until: number;
  meter: DrivenMeter;
}

export interface FleetEvent {
  account: number;
  accountId: string;
  deviceId: string;
  id: string;
  /** Epoch milliseconds. */
  occurredAt: number;
  /** The same instant as it is written in the event. */
  time: string;
  /** In the meter's smallest units. */
  quantity: number;
}

/**
 * Every event of the fleet by its ordinal: 0 to `reports` - 1 are what the devices report, in the order of
 * account, device and minute; then comes one closing event an account, which is sent when all others are
 * acknowledged. The stream keeps an account's order, so once that one is counted nothing of the account is left.
 */
export interface Fleet {
  readonly shape: FleetShape;
  readonly reports: number;
  readonly ordinals: number;
  event(ordinal: number): FleetEvent;
  accountId(account: number): string;
  ordinalOf(account: number, device: number, minute: number): number;
  closingOrdinal(account: number): number;
  /** All ordinals of an account, its closing one included. */
  ordinalsOf(account: number): Iterable<number>;
}

const minuteMs = 60_000;
const dayMs = 86_400_000;
/** Younger than the horizon of 35 days by enough that a drive of hours stays within it. */
export const oldestDays = 34;

/** One draw a purpose, so that no two choices hang together. */
const purpose = { second: 1, form: 2, quantity: 3, whale: 4, offline: 5, offlineDays: 6 };

/** Ids are data, never structure: some accounts have what an encoder or a router may stumble over. */
const oddEndings = ['/..', ' %41', '#1', 'é', '🛰', '?x=1&y', '"\\', "'; --", '+', '../x', '.', '{}'];
const oddEvery = 16;

export function createFleet(shape: FleetShape): Fleet {
  const perAccount = shape.devices * shape.minutes;
  const reports = shape.accounts * perAccount;
  const accountIds = Array.from({ length: shape.accounts }, (_, account) => accountIdOf(shape, account));

  return {
    shape,
    reports,
    ordinals: reports + shape.accounts,
    accountId: (account) => accountIds[account] as string,
    ordinalOf: (account, device, minute) => account * perAccount + device * shape.minutes + minute,
    closingOrdinal: (account) => reports + account,
    *ordinalsOf(account) {
      for (let offset = 0; offset < perAccount; offset++) yield account * perAccount + offset;
      yield reports + account;
    },
    event(ordinal) {
      if (ordinal >= reports) return closingEvent(shape, accountIds, ordinal - reports);
      const account = Math.floor(ordinal / perAccount);
      const device = Math.floor((ordinal % perAccount) / shape.minutes);
      return reportedEvent(shape, accountIds[account] as string, {
        ordinal,
        account,
        device,
        minute: ordinal % shape.minutes,
      });
    },
  };
}

function accountIdOf({ seed, run }: FleetShape, account: number): string {
  const odd = account % oddEvery === oddEvery - 1;
  const ending = oddEndings[Math.floor(account / oddEvery) % oddEndings.length] as string;
  return `drive-${seed}-${run}-${account}${odd ? ending : ''}`;
}

function reportedEvent(
  shape: FleetShape,
  accountId: string,
  at: { ordinal: number; account: number; device: number; minute: number },
): FleetEvent {
  const { seed } = shape;
  const globalDevice = at.account * shape.devices + at.device;
  const minuteStart = shape.until - (shape.minutes - at.minute) * minuteMs - offlineMs(shape, globalDevice);
  const occurredAt = minuteStart + drawBelow(minuteMs, seed, purpose.second, at.ordinal);
  return {
    account: at.account,
    accountId,
    deviceId: `phone-${at.account}-${at.device}`,
    // Devices number their reports for themselves, so the same id comes from many sources.
    id: `m${at.minute}`,
    ...written(occurredAt, drawBelow(3, seed, purpose.form, at.ordinal)),
    quantity: quantityOf(shape, globalDevice, at.ordinal),
  };
}

function closingEvent(shape: FleetShape, accountIds: string[], account: number): FleetEvent {
  return {
    account,
    accountId: accountIds[account] as string,
    deviceId: `closing-${account}`,
    id: 'closing',
    ...written(shape.until - 1, 0),
    quantity: 1,
  };
}

/** An offline device's whole report is days old; what reports in time is not shifted. */
function offlineMs({ seed, lateShare, minutes }: FleetShape, globalDevice: number): number {
  if (drawUnit(seed, purpose.offline, globalDevice) >= lateShare) return 0;
  const daysMax = oldestDays - Math.ceil((minutes * minuteMs) / dayMs);
  return daysMax < 1 ? 0 : (1 + drawBelow(daysMax, seed, purpose.offlineDays, globalDevice)) * dayMs;
}

const hundredth = 100;
const usualMax = 5_000_000;

/** Mostly up to 5 million; one device in a hundred reports up to the greatest quantity that one event may. */
function quantityOf({ seed, meter }: FleetShape, globalDevice: number, ordinal: number): number {
  if (meter.aggregation === 'count') return 1;
  const whale = drawBelow(hundredth, seed, purpose.whale, globalDevice) === 0;
  const max = whale ? meter.quantityMax : Math.min(usualMax, meter.quantityMax);
  return Math.floor(drawUnit(seed, purpose.quantity, ordinal) * (max + 1));
}

/** An instant in one of the forms that RFC 3339 allows. */
function written(occurredAt: number, form: number): { occurredAt: number; time: string } {
  const text = new Date(occurredAt).toISOString();
  if (form === 1) return { occurredAt, time: `${text.slice(0, 19)}Z` };
  if (form === 2) {
    const local = new Date(occurredAt + 330 * minuteMs).toISOString();
    return { occurredAt, time: `${local.slice(0, -1)}+05:30` };
  }
  return { occurredAt, time: text };
}
