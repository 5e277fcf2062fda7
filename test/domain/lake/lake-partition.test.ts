import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lateAfterMs, partitionOf } from '../../../domain/lake/lake-partition.ts';

const receivedAt = Date.parse('2026-11-21T10:00:00Z');
const event = { tenantId: 'T001', type: 'vpn.usage', version: 2, occurredAt: receivedAt, receivedAt };

describe('the partition of an event', () => {
  it('is that of its type, version and day', () => {
    const occurredAt = Date.parse('2026-11-20T23:59:59.999Z');
    expect(partitionOf({ ...event, occurredAt })).toEqual({
      tenantId: 'T001',
      table: 'vpn_usage',
      version: 2,
      day: occurredAt,
    });
  });

  it('is late where it came over two days after its time, not where it came two days after', () => {
    expect(partitionOf({ ...event, occurredAt: receivedAt - lateAfterMs }).table).toBe('vpn_usage');
    expect(partitionOf({ ...event, occurredAt: receivedAt - lateAfterMs - 1 })).toEqual({
      tenantId: 'T001',
      table: 'late',
      version: 0,
      day: receivedAt,
    });
  });

  it('is one of few a tenant at any time, however old its events and whatever their types', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.record({
            age: fc.integer({ min: -300_000, max: 35 * 86_400_000 }),
            type: fc.string({ minLength: 1 }),
          }),
        ),
        (events) => {
          const partitions = events.map(({ age, type }) => {
            const { table, day } = partitionOf({ ...event, type, occurredAt: receivedAt - age });
            return { table, day: Math.floor(day / 86_400_000) };
          });
          const late = new Set(partitions.filter(({ table }) => table === 'late').map(({ day }) => day));
          const days = new Set(partitions.map(({ day }) => day));
          expect(late.size).toBeLessThanOrEqual(1);
          expect(days.size).toBeLessThanOrEqual(4);
        },
      ),
    );
  });
});
