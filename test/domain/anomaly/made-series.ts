/** Numbers of which every run of the tests has the same: a small generator with a seed (mulberry32). */
export function chanceOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** About a standard normal. */
const bell = (chance: () => number): number => {
  let sum = -6;
  for (let i = 0; i < 12; i++) sum += chance();
  return sum;
};

/** A count about a mean, with chance of its own and a spread of 3 % beside. */
export const countAbout = (mean: number, chance: () => number): number =>
  Math.max(0, Math.round(mean + bell(chance) * Math.sqrt(mean + (0.03 * mean) ** 2)));

/** How busy a shop is at an hour of the wall clock: quiet nights, a peak in the evening, calmer weekends. */
export function busyAt(wallMs: number): number {
  const hour = (wallMs / 3_600_000) % 24;
  const weekday = (Math.floor(wallMs / 86_400_000) + 3) % 7;
  const day = Math.exp(0.9 * Math.cos(((hour - 18) * Math.PI) / 12));
  return day * (weekday >= 5 ? 0.7 : 1);
}
