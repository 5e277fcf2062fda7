import { describe, expect, it } from 'vitest';
import type { ReceivedEvent } from '../../../domain/metering/intake/received-event.ts';
import { emptyConfig, type Series, type TenantConfig } from '../../../domain/tenancy/tenant-config.ts';
import { trafficAmountsOf } from '../../../domain/traffic/traffic-amounts.ts';

const series: Series[] = [
  { name: 'orders', eventType: 'shop.order', aggregation: 'count', interval: 'PT1H', severityThreshold: 70 },
  {
    name: 'revenue',
    eventType: 'shop.order',
    aggregation: 'sum',
    field: 'amount',
    interval: 'PT1H',
    severityThreshold: 70,
  },
  { name: 'views', eventType: 'shop.view', aggregation: 'count', interval: 'PT5M', severityThreshold: 70 },
];
const config: TenantConfig = { ...emptyConfig, series };

const eventOf = (data: Record<string, unknown>, type = 'shop.order'): ReceivedEvent => ({
  id: 'e1',
  deviceId: 'shop',
  type,
  occurredAt: 0,
  version: 1,
  data,
});

const revenueOf = (amount: unknown): bigint | string => {
  const read = trafficAmountsOf(eventOf({ amount }), config);
  if ('fault' in read) return read.fault.detail;
  return read.amounts.find((one) => one.series.name === 'revenue')?.amount as bigint;
};

describe('what an event adds to series', () => {
  it('is one to each that counts its type, and its field to each that sums it', () => {
    expect(trafficAmountsOf(eventOf({ amount: 19.99 }), config)).toEqual({
      amounts: [
        { series: series[0], amount: 1n },
        { series: series[1], amount: 19_990_000n },
      ],
    });
  });

  it('is nothing where no series is of its type', () => {
    expect(trafficAmountsOf(eventOf({}, 'vpn.usage'), config)).toEqual({ amounts: [] });
    expect(trafficAmountsOf(eventOf({}, 'constructor'), config)).toEqual({ amounts: [] });
  });

  it.each([
    { amount: 0.1 + 0.2, units: 300_000n },
    { amount: 1e-9, units: 0n },
    { amount: 0.0000005, units: 1n },
    { amount: 0.00000049, units: 0n },
    { amount: 1.0000015, units: 1_000_002n },
    { amount: 0.99999999, units: 1_000_000n },
    { amount: JSON.rawJSON('4503599627.3704961'), units: 4_503_599_627_370_496n },
    { amount: 0, units: 0n },
  ])('is rounded to a millionth: $units units', ({ amount, units }) => {
    expect(revenueOf(amount)).toBe(units);
  });

  it.each([
    { amount: undefined, says: 'data.amount is missing' },
    { amount: null, says: 'data.amount is null, not a number' },
    { amount: '12', says: 'data.amount is a string, not a number' },
    { amount: -3, says: 'data.amount is negative' },
    { amount: -0.00000001, says: 'data.amount is negative' },
    { amount: 1e300, says: 'data.amount is more than 2^53 - 1 units' },
    { amount: JSON.rawJSON('9999999999.99999999'), says: 'data.amount has more than 6 decimal places' },
  ])('cannot be said of $amount', ({ amount, says }) => {
    expect(revenueOf(amount)).toContain(says);
    expect(revenueOf(amount)).toContain('series revenue adds up numbers >= 0');
  });
});
