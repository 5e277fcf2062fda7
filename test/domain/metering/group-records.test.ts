import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { UsageRecord } from '../../../domain/metering/usage-record.ts';
import { groupByWindow } from '../../../domain/metering/windows/group-records.ts';

const record: fc.Arbitrary<UsageRecord> = fc.record({
  tenantId: fc.constantFrom('T001', 'T002'),
  accountId: fc.constantFrom('a', 'a#1', '1#a'),
  deviceId: fc.constant('d'),
  eventId: fc.string(),
  meter: fc.constantFrom('m', 'n'),
  hour: fc.nat(12),
  quantity: fc.nat(),
});

describe('groupByWindow', () => {
  it('puts each record into one group of its window, in order', () => {
    fc.assert(
      fc.property(fc.array(record, { maxLength: 200 }), (records) => {
        const textOf = ({
          tenantId,
          accountId,
          meter,
          hour,
        }: Omit<UsageRecord, 'deviceId' | 'eventId' | 'quantity'>) =>
          JSON.stringify([tenantId, accountId, meter, hour]);
        const expected = Map.groupBy(records, textOf);
        const groups = groupByWindow(records);
        expect(groups.map((group) => [textOf(group.window), group.records])).toEqual([...expected]);
        for (const group of groups) expect(records[group.firstRecord]).toBe(group.records[0]);
        for (const group of groups)
          expect(records.indexOf(group.records[0] as UsageRecord)).toBe(group.firstRecord);
      }),
    );
  });
});
