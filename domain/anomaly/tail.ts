import type { Arena } from './arena.ts';

/**
 * How far out in its own past a statistic lies: a running quantile and the mean excess above it, continued by a
 * generalised Pareto tail of fixed shape (peaks over threshold: Siffer et al. 2017). A prior that is worth some
 * weeks keeps a young series from believing in what it has not yet seen.
 */
export const tailShape = 0.05;
const above = 0.15;

/** Learned numbers of one tail. */
const LEVEL = 0;
const EXCESS = 1;
const WEIGHT = 2;
const SEEN = 3;
export const tailSize = 4;

export function tailsOf(arena: Arena, count: number, level: number, excess: number): Float64Array {
  const tails = arena.doubles(count * tailSize);
  if (arena.isFresh) {
    for (let at = 0; at < tails.length; at += tailSize) {
      tails[at + LEVEL] = level;
      tails[at + EXCESS] = excess;
      tails[at + WEIGHT] = 30;
    }
  }
  return tails;
}

/** -log10 of the probability to be at least this far out. */
export function surprise(tails: Float64Array, which: number, z: number): number {
  const at = which * tailSize;
  const level = tails[at + LEVEL] as number;
  if (z <= level) return z <= 0 ? 0 : (-Math.log10(above) * z) / level;
  const far = (z - level) / (tails[at + EXCESS] as number);
  return -Math.log10(above) + Math.log10(1 + tailShape * far) / tailShape;
}

/** `memory`: after how many points an old one counts half. What lies far outside is counted as if less far. */
export function learnTail(tails: Float64Array, which: number, z: number, memory: number): void {
  const at = which * tailSize;
  const seen = (tails[at + SEEN] = (tails[at + SEEN] as number) + 1);
  const level = tails[at + LEVEL] as number;
  const excess = tails[at + EXCESS] as number;
  const pace = Math.max(1 / memory, 1 / (seen + 200)) * 4 * excess;
  const next = Math.max(0.3, level + (z > level ? pace * (1 - above) : -pace * above));
  tails[at + LEVEL] = next;
  if (z <= next) return;
  const weight = (tails[at + WEIGHT] = Math.min((tails[at + WEIGHT] as number) + 1, memory * above));
  tails[at + EXCESS] = Math.max(0.1, excess + (Math.min(z - next, 3 * excess) / 0.95 - excess) / weight);
}
