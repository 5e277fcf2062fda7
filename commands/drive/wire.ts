import { decimalText } from '../../domain/metering/quantity.ts';
import type { DrivenMeter, Fleet, FleetEvent } from './fleet.ts';

/** An event before it is text; `quantity` is the JSON text of the number, so that nothing is rounded. */
export interface EventParts {
  specversion: string;
  id: string | undefined;
  source: string;
  subject: string | undefined;
  type: string;
  time: string;
  quantity: string;
  /** Further members of `data`, as JSON text that begins with a comma. */
  more: string;
}

export const partsOf = (event: FleetEvent, meter: DrivenMeter): EventParts => ({
  specversion: '1.0',
  id: event.id,
  source: event.deviceId,
  subject: event.accountId,
  type: meter.eventType,
  time: event.time,
  quantity: decimalText(BigInt(event.quantity), meter.scale),
  more: '',
});

export function eventText(parts: EventParts, meter: DrivenMeter): string {
  const { quantity, more, ...attributes } = parts;
  const amount = meter.field === undefined ? '"drive":1' : `${JSON.stringify(meter.field)}:${quantity}`;
  // Undefined attributes are left out by JSON itself.
  return `${JSON.stringify(attributes).slice(0, -1)},"data":{${amount}${more}}}`;
}

/** One entry of a post: an event of the fleet, or a faulty one made from it. */
export interface Item {
  ordinal: number;
  fault?: Fault;
}

export interface Fault {
  name: string;
  /** What the receipt must say. */
  code: string;
  /** Only where the meter adds a quantity. */
  ofQuantity?: true;
  /** As a post of its own it would be another fault. */
  neverAlone?: true;
  /** The text that is sent instead of the event. `nowMs` is the end of the fleet's event time. */
  text(parts: EventParts, meter: DrivenMeter, nowMs: number): string;
}

const hourMs = 3_600_000;
const at = (instant: number): string => new Date(instant).toISOString();
const altered =
  (change: (parts: EventParts, meter: DrivenMeter, nowMs: number) => Partial<EventParts>) =>
  (parts: EventParts, meter: DrivenMeter, nowMs: number): string =>
    eventText({ ...parts, ...change(parts, meter, nowMs) }, meter);

/**
 * Faulty events that stand beside good ones: each has a fresh id, so that one which is taken by mistake shows
 * as a count too many.
 */
export const faults: Fault[] = [
  { name: 'no id', code: 'invalid_event', text: altered(() => ({ id: undefined })) },
  { name: 'long id', code: 'invalid_event', text: altered(() => ({ id: 'i'.repeat(129) })) },
  { name: 'no account', code: 'invalid_event', text: altered(() => ({ subject: undefined })) },
  { name: 'control character', code: 'invalid_event', text: altered(() => ({ source: 'a\u0000b' })) },
  { name: 'lone surrogate', code: 'invalid_event', text: altered(() => ({ source: '\ud800' })) },
  { name: 'time in words', code: 'invalid_event', text: altered(() => ({ time: 'yesterday' })) },
  { name: 'no zone', code: 'invalid_event', text: altered(({ time }) => ({ time: time.slice(0, 19) })) },
  { name: 'leap second', code: 'invalid_event', text: altered(() => ({ time: '2026-06-30T23:59:60Z' })) },
  { name: 'not an object', code: 'invalid_event', neverAlone: true, text: () => '42' },
  { name: 'old specversion', code: 'invalid_event', text: altered(() => ({ specversion: '0.3' })) },
  { name: 'unknown type', code: 'unknown_type', text: altered(() => ({ type: 'drive.unknown' })) },
  {
    name: 'too old',
    code: 'too_old',
    text: altered((_p, _m, now) => ({ time: at(now - 36 * 24 * hourMs) })),
  },
  {
    name: 'ahead',
    code: 'in_future',
    text: altered((_p, _m, now) => ({ time: at(now + 3650 * 24 * hourMs) })),
  },
  {
    name: 'too large',
    code: 'event_too_large',
    text: altered(() => ({ more: `,"pad":"${'p'.repeat(66_000)}"` })),
  },
  { name: 'negative', code: 'invalid_quantity', ofQuantity: true, text: altered(() => ({ quantity: '-1' })) },
  {
    name: 'in words',
    code: 'invalid_quantity',
    ofQuantity: true,
    text: altered(() => ({ quantity: '"7"' })),
  },
  { name: 'null', code: 'invalid_quantity', ofQuantity: true, text: altered(() => ({ quantity: 'null' })) },
  {
    name: 'endless',
    code: 'invalid_quantity',
    ofQuantity: true,
    text: altered(() => ({ quantity: '1e400' })),
  },
  {
    name: 'too fine',
    code: 'invalid_quantity',
    ofQuantity: true,
    text: altered((_p, { scale }) => ({ quantity: `0.${'0'.repeat(scale)}5` })),
  },
  {
    name: 'too much',
    code: 'invalid_quantity',
    ofQuantity: true,
    text: altered((_p, { scale }) => ({ quantity: decimalText(2n ** 53n, scale) })),
  },
];

/** The same id and source with another time: it stands after the event that it contradicts. */
export const conflict: Fault = {
  name: 'conflict',
  code: 'conflicting_duplicate',
  text: altered(() => ({ more: ',"again":true' })),
};

/** The text of one entry; `salt` keeps the ids of faulty events apart. */
export function itemText(fleet: Fleet, { ordinal, fault }: Item, salt: string): string {
  const { meter, until } = fleet.shape;
  const parts = partsOf(fleet.event(ordinal), meter);
  if (fault === undefined) return eventText(parts, meter);
  return fault.text(fault === conflict ? parts : { ...parts, id: `bad-${salt}` }, meter, until);
}

export interface ExpectedReceipt {
  received: number;
  accepted: number;
  duplicates: number;
  rejected: { index: number; code: string }[];
}

/** What the contract promises as the answer to these entries. */
export function expectedReceipt(items: readonly Item[]): ExpectedReceipt {
  const seen = new Set<number>();
  const receipt: ExpectedReceipt = { received: items.length, accepted: 0, duplicates: 0, rejected: [] };
  for (const [index, { ordinal, fault }] of items.entries()) {
    if (fault !== undefined) receipt.rejected.push({ index, code: fault.code });
    else if (seen.has(ordinal)) receipt.duplicates++;
    else receipt.accepted++;
    if (fault === undefined) seen.add(ordinal);
  }
  return receipt;
}
