import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { eventTypeOf, ownNames, tableOf } from '../../../domain/lake/table-name.ts';

/** Types as tenants have them, and made of what the name treats apart. */
const eventType = fc.oneof(
  fc.string({ unit: 'binary', minLength: 1, maxLength: 128 }).filter((text) => text.isWellFormed()),
  fc.string({
    unit: fc.constantFrom('_', '.', '-', 'a', 'f', 'z', 'A', '5', 'é'),
    minLength: 1,
    maxLength: 12,
  }),
  fc.constantFrom(...ownNames),
);

describe('the table of an event type', () => {
  it.each([
    ['vpn.usage', 'vpn_usage'],
    ['shop.order', 'shop_order'],
    ['shop.page_view', 'shop_page__view'],
    ['sales', 'sales'],
    ['Shop', '___53hop'],
    ['a-b', 'a___2db'],
    ['9lives', '___39lives'],
    ['.x', '___2ex'],
    ['x.', 'x___2e'],
    ['x..y', 'x___2e_y'],
    ['é', '___c3___a9'],
  ])('%s is %s', (type, table) => {
    expect(tableOf(type)).toBe(table);
    expect(eventTypeOf(table)).toBe(type);
  });

  it.each(ownNames)('is never %s, which is the lake’s own', (name) => {
    expect(tableOf(name)).not.toBe(name);
    expect(eventTypeOf(name)).toBeUndefined();
  });

  it('can be read back, so that no two types have the same', () => {
    fc.assert(
      fc.property(eventType, (type) => eventTypeOf(tableOf(type)) === type),
      { numRuns: 2_000 },
    );
  });

  it('is a part of a path and an identifier of SQL without quotes, in one letter case', () => {
    fc.assert(
      fc.property(eventType, (type) => {
        expect(tableOf(type)).toMatch(/^[a-z_][a-z0-9_]*$/);
        expect(tableOf(type).length).toBeLessThanOrEqual(420);
      }),
      { numRuns: 2_000 },
    );
  });

  it.each(['A', 'a____b', '_a', 'a__', '___5', '___zzz', '___z1', '___ff', '___61', 'a b'])(
    '%j is none',
    (name) => {
      expect(eventTypeOf(name)).toBeUndefined();
    },
  );
});
