import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseQuantity } from '../../../domain/metering/intake/parse-quantity.ts';
import { parseExactJson } from '../../../events/exact-json.ts';

const unitsMax = 2n ** 53n - 1n;
/** As ingest reads it: the number stands in a JSON text. */
const parseText = (text: string, scale: number) =>
  parseQuantity((parseExactJson(`[${text}]`) as unknown[])[0], scale);

/** `units` of 10^-scale as decimal text with `places` decimals more than needed, all of them zero. */
function decimalOf(units: bigint, scale: number, zeros: number): string {
  const digits = units.toString().padStart(scale + 1, '0');
  const whole = digits.slice(0, digits.length - scale);
  const fraction = digits.slice(digits.length - scale) + '0'.repeat(zeros);
  return fraction === '' ? whole : `${whole}.${fraction}`;
}

describe('parseQuantity', () => {
  it.each([
    ['0', 0, 0],
    ['-0', 0, 0],
    ['-0.0', 2, 0],
    ['1.0', 0, 1],
    ['1.10', 1, 11],
    ['12.34', 2, 1_234],
    ['1e3', 0, 1_000],
    ['1.5E+1', 0, 15],
    ['15e-1', 1, 15],
    ['9007199254740991', 0, 9_007_199_254_740_991],
    ['9007199254.740991', 6, 9_007_199_254_740_991],
    ['90071992547409.91', 2, 9_007_199_254_740_991],
    ['90071992547409.90', 2, 9_007_199_254_740_990],
    ['0.000001', 6, 1],
    ['0e999999999999999999999', 0, 0],
  ])('reads %s at scale %i as %i', (text, scale, quantity) => {
    expect(parseText(text, scale)).toEqual({ quantity });
  });

  it.each([
    ['-1', 0, 'is negative'],
    ['-0.001', 2, 'is negative'],
    ['-1e-400', 6, 'is negative'],
    ['0.5', 0, 'has more than 0 decimal places'],
    ['12.345', 2, 'has more than 2 decimal places'],
    ['1.00000000000000000001', 0, 'has more than 0 decimal places'],
    ['1e-400', 6, 'has more than 6 decimal places'],
    ['9007199254740992', 0, 'is more than 2^53 - 1 units of 10^-0'],
    ['9007199254740991.1', 0, 'has more than 0 decimal places'],
    ['90071992547409.92', 2, 'is more than 2^53 - 1 units of 10^-2'],
    ['1e400', 0, 'is more than 2^53 - 1 units of 10^-0'],
    ['1e99999999999999999999', 0, 'is more than 2^53 - 1 units of 10^-0'],
  ])('refuses %s at scale %i: it %s', (text, scale, fault) => {
    expect(parseText(text, scale)).toEqual({ fault });
  });

  it.each([
    [undefined, 'is missing'],
    [null, 'is null, not a number'],
    ['12', 'is a string, not a number'],
    [true, 'is a boolean, not a number'],
    [[1], 'is an array, not a number'],
    [{ rawJSON: '1' }, 'is an object, not a number'],
    [Number.NaN, 'is not a finite number'],
    [Number.POSITIVE_INFINITY, 'is not a finite number'],
  ])('refuses %j: it %s', (value, fault) => {
    expect(parseQuantity(value, 0)).toEqual({ fault });
  });

  it('reads every quantity exactly, at every scale and with any zeros behind it', () => {
    const units = fc.oneof(
      fc.bigInt({ min: 0n, max: unitsMax }),
      fc.bigInt({ min: unitsMax / 4n, max: unitsMax }),
    );
    fc.assert(
      fc.property(units, fc.nat(6), fc.nat(5), (quantity, scale, zeros) => {
        expect(parseText(decimalOf(quantity, scale, zeros), scale)).toEqual({ quantity: Number(quantity) });
      }),
      { numRuns: 2_000 },
    );
  });

  it('refuses every quantity that is one decimal place too fine, or too large', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: unitsMax * 10n }), fc.nat(6), (units, scale) => {
        const { quantity, fault } = {
          quantity: 0,
          fault: '',
          ...parseText(decimalOf(units, scale + 1, 0), scale),
        };
        if (units % 10n !== 0n) expect(fault).toContain('decimal places');
        else expect(quantity).toBe(Number(units / 10n));
      }),
      { numRuns: 1_000 },
    );
  });

  it('reads the same from a double alone below 2^52 units', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 2n ** 52n - 1n }), fc.nat(6), (units, scale) => {
        expect(parseQuantity(Number(decimalOf(units, scale, 0)), scale)).toEqual({ quantity: Number(units) });
      }),
      { numRuns: 2_000 },
    );
  });
});
