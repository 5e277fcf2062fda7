/** Amounts that a person types: a number and one of a few units. */
export interface AmountUnit {
  name: string;
  factor: number;
}

const byteUnits: AmountUnit[] = [
  { name: 'TiB', factor: 1024 ** 4 },
  { name: 'TB', factor: 1e12 },
  { name: 'GiB', factor: 1024 ** 3 },
  { name: 'GB', factor: 1e9 },
  { name: 'MiB', factor: 1024 ** 2 },
  { name: 'MB', factor: 1e6 },
  { name: 'KiB', factor: 1024 },
  { name: 'kB', factor: 1e3 },
  { name: 'B', factor: 1 },
];

/** The units that an amount of this UCUM unit may be given in, largest first. */
export function amountUnits(unit: string | undefined): AmountUnit[] {
  if (unit === 'By') return byteUnits;
  const name = unit === undefined || unit === '1' ? '' : unit.replace(/[{}]/g, '');
  return [{ name, factor: 1 }];
}

/** The largest unit in which the value reads well: at least 1, with at most two places, and read back as the same. */
export function amountOf(value: number, unit: string | undefined): { text: string; unit: AmountUnit } {
  const units = amountUnits(unit);
  const fits = ({ factor }: AmountUnit) =>
    value >= factor &&
    Math.round((value / factor) * 100) / 100 === value / factor &&
    Math.round((value / factor) * factor) === value;
  const chosen = units.find(fits) ?? (units.at(-1) as AmountUnit);
  return { text: String(value / chosen.factor), unit: chosen };
}

/** What was typed as a quantity of the meter, or what is wrong with it. */
export function parseAmount(
  text: string,
  { factor }: AmountUnit,
  scale: number,
): { value: number } | { fault: string } {
  const plain = text.trim().replaceAll(',', '');
  if (!/^\d+(\.\d+)?$/.test(plain)) return { fault: 'Give a number above zero, such as 50 or 1.5.' };
  const value = factor === 1 ? Number(plain) : Math.round(Number(plain) * factor);
  if (value <= 0) return { fault: 'A limit is above zero.' };
  if (value * 10 ** scale > Number.MAX_SAFE_INTEGER) return { fault: 'This is more than a limit can be.' };
  const places = plain.split('.')[1]?.length ?? 0;
  if (factor === 1 && places > scale) {
    return { fault: scale === 0 ? 'Give a whole number.' : `Give at most ${scale} decimal places.` };
  }
  return { value };
}
