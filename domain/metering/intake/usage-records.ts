import type { Meter, TenantConfig } from '../../tenancy/tenant-config.ts';
import type { UsageRecord } from '../usage-record.ts';
import { hourOf } from '../window.ts';
import { parseQuantity } from './parse-quantity.ts';
import type { ReceivedEvent } from './received-event.ts';

/** Why an event cannot be counted, with the contract's code; `detail` names every meter that it fails. */
export interface UsageFault {
  code: 'invalid_event' | 'invalid_quantity';
  detail: string;
}

export type UsageRecords = { records: UsageRecord[] } | { fault: UsageFault };

const noMeters: readonly Meter[] = [];
const meterIndex = new WeakMap<TenantConfig, Map<string, Meter[]>>();

/** The meters in force that an event of this type feeds. */
export function metersOf(config: TenantConfig, eventType: string): readonly Meter[] {
  let index = meterIndex.get(config);
  if (!index) {
    index = Map.groupBy(config.meters, (meter) => meter.eventType);
    meterIndex.set(config, index);
  }
  return index.get(eventType) ?? noMeters;
}

/** What an event counts by this configuration: one record a meter of its type, or why it cannot be counted. */
export function usageRecordsOf(tenantId: string, event: ReceivedEvent, config: TenantConfig): UsageRecords {
  const meters = metersOf(config, event.type);
  const records: UsageRecord[] = [];
  if (meters.length === 0) return { records };
  const { accountId, deviceId, id: eventId } = event;
  if (accountId === undefined) return { fault: { code: 'invalid_event', detail: missingAccount(meters) } };
  const hour = hourOf(event.occurredAt);
  let faults = '';
  for (const meter of meters) {
    const parsed = quantityOf(event, meter);
    if ('fault' in parsed) faults += `${faults && '; '}${quantityFault(meter, parsed.fault)}`;
    else
      records.push({
        tenantId,
        accountId,
        deviceId,
        eventId,
        meter: meter.name,
        hour,
        quantity: parsed.quantity,
      });
  }
  return faults === '' ? { records } : { fault: { code: 'invalid_quantity', detail: faults } };
}

const one = { quantity: 1 };

function quantityOf(event: ReceivedEvent, meter: Meter) {
  if (meter.aggregation === 'count') return one;
  const field = meter.field as string;
  // A member of its own: `constructor` or `__proto__` must not find what every object inherits.
  return parseQuantity(Object.hasOwn(event.data, field) ? event.data[field] : undefined, meter.scale);
}

function missingAccount(meters: readonly Meter[]): string {
  const names = meters.map(({ name }) => name).join(', ');
  return `subject is missing: an event that a meter counts (${names}) needs the account there`;
}

function quantityFault({ name, field, scale }: Meter, fault: string): string {
  const places = scale === 0 ? 'without decimals' : `with at most ${scale} decimal places`;
  return `data.${field} ${fault}: meter ${name} takes a number >= 0 ${places}`;
}
