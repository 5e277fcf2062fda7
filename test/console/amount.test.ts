import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { amountOf, amountUnits, parseAmount } from '../../console/format/amount.ts';

const unitCalled = (name: string) =>
  amountUnits('By').find((unit) => unit.name === name) ?? { name, factor: 1 };
const once = { name: '', factor: 1 };

describe('an amount', () => {
  it.each([
    [50_000_000_000, '50', 'GB'],
    [53_687_091_200, '50', 'GiB'],
    [1_610_612_736, '1.5', 'GiB'],
    [1_234_567, '1234567', 'B'],
    [9_007_199_254_740_911, '9007199254740911', 'B'],
  ])('%i bytes are typed as %s %s', (value, text, name) => {
    const amount = amountOf(value, 'By');
    expect([amount.text, amount.unit.name]).toEqual([text, name]);
  });

  it('is read back as the value it shows', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }), (value) => {
        const { text, unit } = amountOf(value, 'By');
        expect(parseAmount(text, unit, 0)).toEqual({ value });
      }),
    );
  });

  it.each([
    ['1,000', unitCalled('B'), 0, { value: 1_000 }],
    ['1.5', unitCalled('GiB'), 0, { value: 1_610_612_736 }],
    ['0.25', once, 2, { value: 0.25 }],
  ])('%s is taken', (text, unit, scale, parsed) => {
    expect(parseAmount(text, unit, scale)).toEqual(parsed);
  });

  it.each([
    ['', once, 0],
    ['0', once, 0],
    ['-5', once, 0],
    ['1e9', once, 0],
    ['much', once, 0],
    ['1.5', once, 0],
    ['0.125', once, 2],
    ['99999999', unitCalled('TiB'), 0],
  ])('%j is refused with a sentence', (text, unit, scale) => {
    expect(parseAmount(text, unit, scale)).toEqual({ fault: expect.stringMatching(/^[A-Z].+\.$/) });
  });
});
