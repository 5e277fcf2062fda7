/**
 * A sum of whole numbers from 0 up that is always exact: a plain number while a double holds it, from 2^53 on
 * a bigint. Sums of that size are rare, so the common addition stays a machine addition.
 */
export type ExactSum = number | bigint;

/** Adds a whole number from 0 to 2^53 - 1. */
export function plus(sum: ExactSum, amount: number): ExactSum {
  if (typeof sum === 'bigint') return sum + BigInt(amount);
  const result = sum + amount;
  // Both are below 2^53: where the true sum reaches it, so does the rounded one.
  return result <= Number.MAX_SAFE_INTEGER ? result : BigInt(sum) + BigInt(amount);
}

export function plusSum(sum: ExactSum, other: ExactSum): ExactSum {
  return typeof other === 'number' ? plus(sum, other) : asExactSum(BigInt(sum) + other);
}

export const asExactSum = (value: bigint): ExactSum =>
  value <= Number.MAX_SAFE_INTEGER ? Number(value) : value;
