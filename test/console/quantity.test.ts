import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  groupDigits,
  readDifference,
  readNumber,
  readPart,
  readQuantity,
  readShare,
  sumQuantities,
} from '../../console/format/quantity.ts';

describe('bytes', () => {
  it.each([
    [0, '0 B'],
    [1_000, '1,000 B'],
    [1_023, '1,023 B'],
    [1_024, '1 KiB'],
    [1_536, '1.5 KiB'],
    [1_047_552, '1,023 KiB'],
    [1_048_575, '1 MiB'],
    [50_000_000_000, '46.57 GiB'],
    [2 ** 53, '8 PiB'],
    ['18446744073709551616', '16 EiB'],
  ])('%s are read as %s', (value, text) => {
    expect(readQuantity(value, 'By').text).toBe(text);
  });

  it('keep every digit behind what is read', () => {
    expect(readQuantity('18446744073709551617', 'By').exact).toBe('18,446,744,073,709,551,617 B');
    expect(readQuantity(1_234_567, 'By').exact).toBe('1,234,567 B');
  });
});

describe('counts', () => {
  it.each([
    [0, '{order}', '0 orders'],
    [1, '{order}', '1 order'],
    [1_234, '{order}', '1,234 orders'],
    [999_999, undefined, '999,999'],
    [1_234_567, undefined, '1.23 M'],
    ['9007199254740993', undefined, '9.01 quadrillion'],
    ['12.50', 'kW.h', '12.5 kW.h'],
    [5, '1', '5'],
    [2, '{<img src=x>}', '2 <img src=x>'],
  ])('%s of %s are read as %s', (value, unit, text) => {
    expect(readQuantity(value, unit).text).toBe(text);
  });

  it('are shown as they are where they are no number', () => {
    expect(readQuantity('much', undefined)).toEqual({ text: 'much', exact: 'much' });
  });

  it.each([
    [3.26, '3.3'],
    [9_999.9, '9,999.9'],
    [123_456.7, '123,457'],
  ])('expected %s is read as %s', (value, text) => {
    expect(readNumber(value)).toBe(text);
  });
});

describe('digits', () => {
  it('are grouped and stay the same digits', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n }), (value) => {
        const grouped = groupDigits(value.toString());
        expect(grouped.replaceAll(',', '')).toBe(value.toString());
        expect(grouped).toMatch(/^\d{1,3}(,\d{3})*$/);
      }),
    );
  });
});

describe('a sum', () => {
  it('is exact beyond what a double holds', () => {
    expect(sumQuantities(['9007199254740993', 2, '0.5'])).toBe('9007199254740995.5');
    expect(sumQuantities([])).toBe('0');
    expect(sumQuantities(['1.25', '0.75'])).toBe('2');
  });

  it('is that of the integers', () => {
    fc.assert(
      fc.property(fc.array(fc.bigInt({ min: 0n, max: 10n ** 30n })), (values) => {
        const total = values.reduce((sum, value) => sum + value, 0n);
        expect(sumQuantities(values.map(String))).toBe(total.toString());
      }),
    );
  });
});

describe('a share', () => {
  it.each([
    [0, '0 %'],
    [0.0004, '<0.1 %'],
    [0.0289, '2.8 %'],
    [0.9999, '99 %'],
    [1, '100 %'],
    [12.5, '1,250 %'],
  ])('%s is read as %s', (share, text) => {
    expect(readShare(share)).toBe(text);
  });
});

describe('a part of a whole', () => {
  it.each([
    [0, '0 %'],
    [0.002, '<1 %'],
    [0.518, '52 %'],
    [0.9999, '99 %'],
    [1, '100 %'],
  ])('%s is read as %s', (share, text) => {
    expect(readPart(share)).toBe(text);
  });
});

describe('a difference', () => {
  it.each([
    [-0.669, '−67 %'],
    [0.05, '+5 %'],
    [0.001, '0 %'],
    [11.17, '+1,117 %'],
  ])('%s is read as %s', (share, text) => {
    expect(readDifference(share)).toBe(text);
  });
});
