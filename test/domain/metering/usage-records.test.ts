import { describe, expect, it } from 'vitest';
import type { ReceivedEvent } from '../../../domain/metering/intake/received-event.ts';
import { metersOf, usageRecordsOf } from '../../../domain/metering/intake/usage-records.ts';
import { sampleConfig } from '../../events/sample-events.ts';

const config = sampleConfig();
const occurredAt = Date.UTC(2026, 10, 21, 10, 59, 59, 999);
const event = (members: Partial<ReceivedEvent> = {}): ReceivedEvent => ({
  id: 'event-1',
  deviceId: 'phone-7',
  accountId: 'acct-42',
  type: 'card.charge',
  occurredAt,
  version: 1,
  data: { amount: 12.34 },
  ...members,
});

describe('usageRecordsOf', () => {
  it('makes one record a meter of the type', () => {
    const record = {
      tenantId: 'T001',
      accountId: 'acct-42',
      deviceId: 'phone-7',
      eventId: 'event-1',
      hour: occurredAt / 3_600_000 - 3_599_999 / 3_600_000,
    };
    expect(usageRecordsOf('T001', event(), config)).toEqual({
      records: [
        { ...record, meter: 'euros', quantity: 1_234 },
        { ...record, meter: 'charges', quantity: 1 },
      ],
    });
  });

  it('makes none for a type that no meter counts, account or not', () => {
    const { accountId: _, ...nobodys } = event({ type: 'page.view' });
    expect(usageRecordsOf('T001', nobodys, config)).toEqual({ records: [] });
  });

  it('needs an account where a meter counts', () => {
    const { accountId: _, ...nobodys } = event();
    expect(usageRecordsOf('T001', nobodys, config)).toEqual({
      fault: {
        code: 'invalid_event',
        detail: 'subject is missing: an event that a meter counts (euros, charges) needs the account there',
      },
    });
  });

  it.each([
    [{}, 'data.amount is missing: meter euros takes a number >= 0 with at most 2 decimal places'],
    [
      { amount: -1 },
      'data.amount is negative: meter euros takes a number >= 0 with at most 2 decimal places',
    ],
    [
      { amount: '1' },
      'data.amount is a string, not a number: meter euros takes a number >= 0 with at most 2 decimal places',
    ],
  ])('refuses %j', (data, detail) => {
    expect(usageRecordsOf('T001', event({ data }), config)).toEqual({
      fault: { code: 'invalid_quantity', detail },
    });
  });

  it('names every meter that the event fails', () => {
    const [, euros] = config.meters;
    const twice = sampleConfig({ meters: [euros!, { ...euros!, name: 'taxes', field: 'tax', scale: 0 }] });
    const result = usageRecordsOf('T001', event({ data: { amount: null, tax: 1.5 } }), twice);
    expect('fault' in result && result.fault.detail).toBe(
      'data.amount is null, not a number: meter euros takes a number >= 0 with at most 2 decimal places; ' +
        'data.tax has more than 0 decimal places: meter taxes takes a number >= 0 without decimals',
    );
  });

  it.each(['constructor', '__proto__', 'toString', 'hasOwnProperty'])(
    'takes only what is in the data for the field %s',
    (field) => {
      const odd = sampleConfig({ meters: [{ ...config.meters[1]!, field }] });
      const missing = usageRecordsOf('T001', event({ data: {} }), odd);
      expect('fault' in missing && missing.fault.detail).toContain(`data.${field} is missing`);
      const data = JSON.parse(`{"${field}": 3}`);
      expect(usageRecordsOf('T001', event({ data }), odd)).toMatchObject({ records: [{ quantity: 300 }] });
    },
  );
});

describe('metersOf', () => {
  it('knows the meters of each configuration', () => {
    expect(metersOf(config, 'card.charge').map(({ name }) => name)).toEqual(['euros', 'charges']);
    expect(metersOf(sampleConfig({ meters: [] }), 'card.charge')).toEqual([]);
    expect(metersOf(config, '__proto__')).toEqual([]);
  });
});
