/** How far a value lies from its mean on a log scale, so that a count of zero is -1 and not minus infinity. */
export function logRatio(value: number, mean: number): number {
  const share = (value - mean) / mean;
  // A rise is taken by its logarithm where it is large: two hundred times the mean must not teach as two hundred.
  return share > 1 ? 1 + Math.log(share) : share;
}

export const clamp = (x: number, low: number, high: number): number => Math.min(high, Math.max(low, x));
