import { parseQuantity, readDecimal } from '../metering/intake/parse-quantity.ts';
import type { ReceivedEvent } from '../metering/intake/received-event.ts';
import { type Quantity, quantityMax } from '../metering/quantity.ts';
import type { Series, TenantConfig } from '../tenancy/tenant-config.ts';
import { seriesScale } from './traffic-reader.ts';

/** What an event adds to one series, in its smallest units. */
export interface TrafficAmount {
  series: Series;
  amount: Quantity;
}

/** Why an event cannot be counted; `detail` names every series that it fails. */
export interface TrafficFault {
  code: 'invalid_quantity';
  detail: string;
}

export type TrafficAmounts = { amounts: TrafficAmount[] } | { fault: TrafficFault };

const noSeries: readonly Series[] = [];
const seriesIndex = new WeakMap<TenantConfig, Map<string, Series[]>>();

/** The series in force that an event of this type feeds. */
export function seriesOf(config: TenantConfig, eventType: string): readonly Series[] {
  let index = seriesIndex.get(config);
  if (!index) {
    index = Map.groupBy(config.series, (series) => series.eventType);
    seriesIndex.set(config, index);
  }
  return index.get(eventType) ?? noSeries;
}

/** What an event adds to the series of its type by this configuration, or why it cannot be counted. */
export function trafficAmountsOf(event: ReceivedEvent, config: TenantConfig): TrafficAmounts {
  const amounts: TrafficAmount[] = [];
  const faults: string[] = [];
  for (const series of seriesOf(config, event.type)) {
    const read = amountOf(event, series);
    if (typeof read === 'bigint') amounts.push({ series, amount: read });
    else faults.push(`data.${series.field} ${read.fault}: series ${series.name} adds up numbers >= 0`);
  }
  return faults.length === 0
    ? { amounts }
    : { fault: { code: 'invalid_quantity', detail: faults.join('; ') } };
}

function amountOf({ data }: ReceivedEvent, { aggregation, field }: Series): Quantity | { fault: string } {
  if (aggregation === 'count') return 1n;
  // A member of its own: `constructor` or `__proto__` must not find what every object inherits.
  const value = Object.hasOwn(data, field as string) ? data[field as string] : undefined;
  const parsed = parseQuantity(value, seriesScale);
  if ('quantity' in parsed) return BigInt(parsed.quantity);
  return roundedAmount(value) ?? parsed;
}

const unitDigitsMax = String(quantityMax).length;
const digitFive = 0x35;

/**
 * A meter refuses what is finer than its scale, since somebody is billed by it. A series has no scale to keep to,
 * and 0.1 + 0.2 is what many senders make of 0.3: what is finer than its units is rounded, half up.
 */
function roundedAmount(value: unknown): Quantity | undefined {
  const text = JSON.isRawJSON(value) ? value.rawJSON : typeof value === 'number' ? String(value) : '';
  const decimal = readDecimal(text);
  if (!decimal || decimal.negative) return undefined;
  const kept = decimal.digits.length + decimal.exponent + seriesScale;
  const isFiner = decimal.exponent + seriesScale < 0;
  if (!isFiner || kept > unitDigitsMax) return undefined;
  if (kept < 0) return 0n;
  const down = BigInt(decimal.digits.slice(0, kept) || '0');
  const units = decimal.digits.charCodeAt(kept) >= digitFive ? down + 1n : down;
  return units <= quantityMax ? units : undefined;
}
