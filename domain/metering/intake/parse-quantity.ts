import { quantityMax } from '../quantity.ts';

/** A quantity in the meter's smallest units, or what is wrong with the value, to follow the field's name. */
export type ParsedQuantity = { quantity: number } | { fault: string };

const unitsMax = Number(quantityMax);
/** Below this many smallest units one double is nearest to at most one decimal of the meter's scale. */
const unitsUnambiguous = 2 ** 51;
const powersOfTen = [1, 10, 100, 1_000, 10_000, 100_000, 1_000_000];

/**
 * Reads a quantity exactly: 12.34 at scale 2 is 1234. A plain number must come from text that its double holds,
 * any other must have been kept as its text (see events/exact-json); trailing zeros are no decimals, so 1.0 at
 * scale 0 is 1.
 */
export function parseQuantity(value: unknown, scale: number): ParsedQuantity {
  if (typeof value === 'number') {
    const power = powersOfTen[scale] as number;
    const units = Math.round(value * power);
    // Division of two exact doubles is rounded once, so equality says that the value is this very decimal.
    if (units >= 0 && units < unitsUnambiguous && units / power === value) return { quantity: units + 0 };
    return fromText(String(value), scale);
  }
  if (JSON.isRawJSON(value)) return fromText(value.rawJSON, scale);
  return { fault: value === undefined ? 'is missing' : `is ${kindOf(value)}, not a number` };
}

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'an array';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}

function fromText(text: string, scale: number): ParsedQuantity {
  const decimal = readDecimal(text);
  if (!decimal) return { fault: 'is not a finite number' };
  const { negative, digits, exponent } = decimal;
  if (digits === '') return { quantity: 0 };
  if (negative) return { fault: 'is negative' };
  const zeros = exponent + scale;
  if (zeros < 0) return { fault: `has more than ${scale} decimal places` };
  const units = digits.length + zeros > 16 ? Number.POSITIVE_INFINITY : Number(digits + '0'.repeat(zeros));
  return units <= unitsMax ? { quantity: units } : { fault: `is more than 2^53 - 1 units of 10^-${scale}` };
}

/** A decimal number: `digits`, with no zero at either end, times 10 to the `exponent`. Zero has no digits. */
export interface Decimal {
  negative: boolean;
  digits: string;
  exponent: number;
}

/** Reads the text of a JSON number without rounding it: -12.50e3 is 125 times 10 to the 2. */
export function readDecimal(text: string): Decimal | undefined {
  const match = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(text);
  if (!match) return undefined;
  const [, sign, whole = '', fraction = '', power = '0'] = match;
  const all = whole + fraction;
  let start = 0;
  let end = all.length;
  while (start < end && all.charCodeAt(start) === 48) start += 1;
  while (end > start && all.charCodeAt(end - 1) === 48) end -= 1;
  return {
    negative: sign === '-',
    digits: all.slice(start, end),
    exponent: Number(power) - fraction.length + (all.length - end),
  };
}
