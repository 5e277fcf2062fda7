/**
 * Quantities are bigint counts of a meter's smallest unit (10^-scale), read from a number's decimal text, so
 * that sums are exact and do not depend on their order.
 */
export type Quantity = bigint;

/** The largest quantity that one event may report: 2^53 - 1 smallest units (contract, postEvents). */
export const quantityMax = 2n ** 53n - 1n;

/**
 * A quantity as the contract writes it: a JSON number where a double holds it exactly, otherwise its decimal
 * text. `scale` is the meter's number of decimal places.
 */
export function formatQuantity(quantity: Quantity, scale: number): number | string {
  const text = decimalText(quantity, scale);
  const number = Number(text);
  return Number.isFinite(number) && isExact(number, text) ? number : text;
}

/** 12345n at scale 2 is '123.45'; trailing zeros are dropped: 1200n at scale 2 is '12'. */
export function decimalText(quantity: Quantity, scale: number): string {
  const sign = quantity < 0n ? '-' : '';
  const digits = (quantity < 0n ? -quantity : quantity).toString().padStart(scale + 1, '0');
  const whole = digits.slice(0, digits.length - scale);
  const fraction = digits.slice(digits.length - scale).replace(/0+$/, '');
  return sign + whole + (fraction === '' ? '' : `.${fraction}`);
}

function isExact(number: number, text: string): boolean {
  return Number.isInteger(number)
    ? Number.isSafeInteger(number) && String(number) === text
    : String(number) === text;
}
