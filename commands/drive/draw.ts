/**
 * Chance from a seed: the same seed and parts give the same draw, in whatever order they are asked for. So an
 * event can be made again at any time from its number, and need not be kept.
 */
export function drawUint32(...parts: number[]): number {
  let hash = 0x9e3779b9;
  for (const part of parts) {
    // A number above 32 bits counts with both its halves.
    for (const half of [part >>> 0, Math.floor(part / 2 ** 32) >>> 0]) {
      hash = Math.imul(hash ^ half, 0x85ebca6b);
      hash ^= hash >>> 13;
      hash = Math.imul(hash, 0xc2b2ae35);
      hash ^= hash >>> 16;
    }
  }
  return hash >>> 0;
}

/** In [0, 1). */
export const drawUnit = (...parts: number[]): number => drawUint32(...parts) / 2 ** 32;

/** A whole number in [0, bound). */
export const drawBelow = (bound: number, ...parts: number[]): number =>
  Math.floor(drawUnit(...parts) * bound);

/** A stream of draws for what is made once and in order; streams of other parts are independent. */
export function drawStream(...parts: number[]): { unit(): number; below(bound: number): number } {
  let count = 0;
  const unit = () => drawUnit(...parts, count++);
  return { unit, below: (bound) => Math.floor(unit() * bound) };
}

export type DrawStream = ReturnType<typeof drawStream>;

/** Fisher and Yates, in place. */
export function shuffle<T>(list: T[], stream: DrawStream): T[] {
  for (let last = list.length - 1; last > 0; last--) {
    const other = stream.below(last + 1);
    const kept = list[last] as T;
    list[last] = list[other] as T;
    list[other] = kept;
  }
  return list;
}
