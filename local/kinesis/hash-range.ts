import { hash } from 'node:crypto';

/** Hash keys are 128 bits, written here as 32 hex digits so that they compare as text without big integers. */
export type HashKey = string;

export interface HashRange {
  first: HashKey;
  last: HashKey;
}

const keySpace = 1n << 128n;

export const hashKeyOf = (partitionKey: string): HashKey => hash('md5', partitionKey, 'hex');

export const toDecimal = (key: HashKey): string => BigInt(`0x${key}`).toString();

const toHex = (value: bigint): HashKey => value.toString(16).padStart(32, '0');

/** A decimal hash key of a request; undefined where it is no number of 128 bits. */
export function fromDecimal(text: string): HashKey | undefined {
  if (!/^(0|[1-9]\d{0,38})$/.test(text)) return undefined;
  const value = BigInt(text);
  return value < keySpace ? toHex(value) : undefined;
}

/** The whole key space in equal parts, as CreateStream and UpdateShardCount lay it out. */
export function evenRanges(count: number): HashRange[] {
  const width = keySpace / BigInt(count);
  return Array.from({ length: count }, (_, index) => ({
    first: toHex(width * BigInt(index)),
    last: toHex(index === count - 1 ? keySpace - 1n : width * BigInt(index + 1) - 1n),
  }));
}

/** Two parts of a range, the second beginning at the key; undefined unless both would have a key. */
export function splitAt(range: HashRange, key: HashKey): [HashRange, HashRange] | undefined {
  if (key <= range.first || key > range.last) return undefined;
  return [
    { first: range.first, last: toHex(BigInt(`0x${key}`) - 1n) },
    { first: key, last: range.last },
  ];
}

export const isAdjacent = (one: HashRange, other: HashRange): boolean =>
  BigInt(`0x${one.last}`) + 1n === BigInt(`0x${other.first}`);

export const contains = (range: HashRange, key: HashKey): boolean => range.first <= key && key <= range.last;
