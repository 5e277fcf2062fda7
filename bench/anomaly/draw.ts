import { seeded } from '../seeded.ts';

/** Chance from a seed: the same seed draws the same numbers, in the same order. */
export interface Draw {
  /** In [0, 1). */
  share(): number;
  between(least: number, most: number): number;
  /** Even on a logarithmic scale: as often from 10 to 100 as from 100 to 1,000. */
  scale(least: number, most: number): number;
  whole(below: number): number;
  pick<T>(choices: readonly T[]): T;
  normal(): number;
  poisson(mean: number): number;
  /** Counts of this mean whose variance is mean + dispersion · mean². */
  dispersed(mean: number, dispersion: number): number;
  binomial(count: number, share: number): number;
}

/** The chance of one thing of a world: `parts` say which, and two things never share their numbers. */
export function drawFor(...parts: number[]): Draw {
  const mixed = parts.reduce(
    (hash, part) => Math.imul(hash ^ (part + 0x7f4a7c15), 0x85ebca6b) >>> 0,
    0x2545f491,
  );
  const share = seeded(mixed ^ (mixed >>> 15));
  const normal = () => Math.sqrt(-2 * Math.log(1 - share())) * Math.cos(2 * Math.PI * share());
  const between = (least: number, most: number) => least + (most - least) * share();
  const whole = (below: number) => Math.floor(share() * below);
  const poisson = (mean: number) => drawPoisson(share, mean);
  return {
    share,
    between,
    scale: (least, most) => Math.exp(between(Math.log(least), Math.log(most))),
    whole,
    pick: (choices) => choices[whole(choices.length)]!,
    normal,
    poisson,
    dispersed: (mean, dispersion) =>
      poisson(dispersion > 0 ? mean * dispersion * drawGamma(share, normal, 1 / dispersion) : mean),
    binomial: (count, chance) => drawBinomial(share, normal, count, chance),
  };
}

/** Small means by the product of uniforms (Knuth), greater ones by transformed rejection (Hörmann 1993, PTRS). */
function drawPoisson(share: () => number, mean: number): number {
  if (mean <= 0) return 0;
  if (mean < 12) {
    const floor = Math.exp(-mean);
    let count = 0;
    for (let product = share(); product > floor; product *= share()) count += 1;
    return count;
  }
  const b = 0.931 + 2.53 * Math.sqrt(mean);
  const a = -0.059 + 0.02483 * b;
  const steepness = 1.1239 + 1.1328 / (b - 3.4);
  const quick = 0.9277 - 3.6224 / (b - 2);
  for (;;) {
    const across = share() - 0.5;
    const height = share();
    const edge = 0.5 - Math.abs(across);
    const count = Math.floor(((2 * a) / edge + b) * across + mean + 0.43);
    if (edge >= 0.07 && height <= quick) return count;
    if (count < 0 || (edge < 0.013 && height > edge)) continue;
    const accepted = Math.log((height * steepness) / (a / (edge * edge) + b));
    if (accepted <= count * Math.log(mean) - mean - logFactorial(count)) return count;
  }
}

/** ln n!, by Stirling's series from 10 on. */
export function logFactorial(count: number): number {
  if (count < 10) {
    let sum = 0;
    for (let factor = 2; factor <= count; factor++) sum += Math.log(factor);
    return sum;
  }
  const next = count + 1;
  return (next - 0.5) * Math.log(next) - next + 0.918938533204673 + 1 / (12 * next) - 1 / (360 * next ** 3);
}

/** Marsaglia and Tsang 2000; below 1 the boosted form. */
function drawGamma(share: () => number, normal: () => number, form: number): number {
  if (form < 1) return drawGamma(share, normal, form + 1) * (1 - share()) ** (1 / form);
  const d = form - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const x = normal();
    const v = (1 + c * x) ** 3;
    if (v > 0 && Math.log(1 - share()) < 0.5 * x * x + d - d * v + d * Math.log(v)) return d * v;
  }
}

/** Exact where few succeed or fail (jumping from one to the next), else by its normal limit. */
function drawBinomial(share: () => number, normal: () => number, count: number, chance: number): number {
  if (count <= 0 || chance <= 0) return 0;
  if (chance >= 1) return count;
  if (chance > 0.5) return count - drawBinomial(share, normal, count, 1 - chance);
  if (count * chance > 60) {
    const spread = Math.sqrt(count * chance * (1 - chance));
    return Math.min(count, Math.max(0, Math.round(count * chance + spread * normal())));
  }
  const jump = Math.log(1 - chance);
  let hits = -1;
  for (let at = 0; at <= count; at += 1 + Math.floor(Math.log(1 - share()) / jump)) hits += 1;
  return Math.min(count, hits);
}
