/** A quantity as the API writes it: a number where that is exact, else its digits. */
export type Quantity = number | string;

/** What a person reads, and every digit of it for who wants them. */
export interface ReadableQuantity {
  text: string;
  exact: string;
}

const binaryUnits = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB', 'EiB', 'ZiB'];
const decimalUnits = ['', ' k', ' M', ' bn', ' tn', ' quadrillion', ' quintillion'];

/** UCUM prefixes of bytes that are multiples of 1,024. */
const bytesIn: Record<string, number> = { By: 0, KiBy: 1, MiBy: 2, GiBy: 3, TiBy: 4 };

/** `unit` is UCUM, as the meter has it; undefined where it counts. */
export function readQuantity(quantity: Quantity, unit?: string): ReadableQuantity {
  const words = unitWords(unit, quantity);
  const exact = withUnit(groupDigits(plainDecimal(quantity)), words);
  const power = unit === undefined ? undefined : bytesIn[unit];
  const value = Number(quantity);
  if (!Number.isFinite(value)) return { text: exact, exact };
  if (power !== undefined) return { text: bytesText(value, power), exact };
  return { text: withUnit(decimalText(value), words), exact };
}

/** At most three digits and a half: 1.23 GiB, 12.3 GiB, 123 GiB. */
function bytesText(value: number, power: number): string {
  let scaled = value;
  let index = power;
  while (Math.abs(scaled) >= 1023.5 && index < binaryUnits.length - 1) {
    scaled /= 1024;
    index += 1;
  }
  return `${roundedText(scaled, index === 0 ? 0 : 2)} ${binaryUnits[index]}`;
}

/** Whole up to a million, then in words of a thousand. */
function decimalText(value: number): string {
  if (Math.abs(value) < 1_000_000) return roundedText(value, 2);
  let scaled = value;
  let index = 0;
  while (Math.abs(scaled) >= 999.5 && index < decimalUnits.length - 1) {
    scaled /= 1000;
    index += 1;
  }
  return `${roundedText(scaled, 2)}${decimalUnits[index]}`;
}

function roundedText(value: number, placesMax: number): string {
  const size = Math.abs(value);
  const places = size >= 1000 ? 0 : size >= 100 ? Math.min(1, placesMax) : placesMax;
  const fixed = value.toFixed(places);
  return groupDigits(fixed.includes('.') ? fixed.replace(/\.?0+$/, '') : fixed);
}

/** `1234567.5` -> `1,234,567.5`, whatever its length. */
export function groupDigits(digits: string): string {
  const [whole = '', fraction] = digits.split('.');
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ',');
  return fraction === undefined ? grouped : `${grouped}.${fraction}`;
}

/** Without the exponent that a number of 1e21 and more would have. */
function plainDecimal(quantity: Quantity): string {
  if (typeof quantity === 'string') return quantity;
  return Math.abs(quantity) >= 1e21 ? BigInt(quantity).toString() : String(quantity);
}

/** UCUM as people write it: `{order}` counts orders, `By` is B. */
function unitWords(unit: string | undefined, quantity: Quantity): string {
  if (unit === undefined || unit === '1') return '';
  if (unit in bytesIn) return binaryUnits[bytesIn[unit] ?? 0] ?? '';
  const counted = /^\{([^{}]+)\}$/.exec(unit)?.[1];
  if (counted === undefined) return unit.replace(/[{}]/g, '');
  const isOne = Number(quantity) === 1 || !/^[a-z]*[a-rt-z]$/.test(counted);
  return isOne ? counted : `${counted}s`;
}

const withUnit = (text: string, words: string): string => (words === '' ? text : `${text} ${words}`);

/** A count or an expectation: one place below ten thousand, in words of a thousand from a million on. */
export const readNumber = (value: number): string =>
  Math.abs(value) < 10_000
    ? groupDigits(String(Math.round(value * 10) / 10))
    : readQuantity(Math.round(value)).text;

/** A quantity for drawing: as near as a double gets. */
export const sizeOf = (quantity: Quantity | null | undefined): number =>
  quantity === null || quantity === undefined ? 0 : Number(quantity);

/** The sum of quantities, exact: their decimals are added as integers. */
export function sumQuantities(quantities: readonly Quantity[]): Quantity {
  const texts = quantities.map(plainDecimal).filter((text) => /^-?\d+(\.\d+)?$/.test(text));
  const places = Math.max(0, ...texts.map((text) => text.split('.')[1]?.length ?? 0));
  const total = texts.reduce((sum, text) => {
    const [whole = '0', fraction = ''] = text.split('.');
    return sum + BigInt(whole + fraction.padEnd(places, '0'));
  }, 0n);
  if (places === 0) return total.toString();
  const digits = (total < 0n ? -total : total).toString().padStart(places + 1, '0');
  const text = `${total < 0n ? '-' : ''}${digits.slice(0, -places)}.${digits.slice(-places)}`;
  return text.replace(/\.?0+$/, '');
}

/** A share from 0 to 1: `12 %`, `0.4 %`, `100 %`; what is not quite all is never shown as all. */
export function readShare(share: number): string {
  const percent = share * 100;
  if (percent > 0 && percent < 0.1) return '<0.1 %';
  if (percent < 10) return `${Math.floor(percent * 10) / 10} %`;
  return `${groupDigits(String(Math.floor(percent)))} %`;
}

/** A part of a whole, to the nearest percent; neither nothing nor all unless it is that. */
export function readPart(share: number): string {
  if (share <= 0 || share >= 1) return `${share <= 0 ? 0 : 100} %`;
  return share < 0.01 ? '<1 %' : `${Math.min(99, Math.round(share * 100))} %`;
}

/** How far something is from what was expected, as a share of it: `−67 %`, `+5 %`. */
export function readDifference(share: number): string {
  const percent = Math.round(share * 100);
  const sign = percent > 0 ? '+' : percent < 0 ? '−' : '';
  return `${sign}${groupDigits(String(Math.abs(percent)))} %`;
}
