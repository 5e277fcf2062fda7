/** A small seeded generator (mulberry32): the same seed draws the same numbers, in [0, 1). */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** An id of 36 characters in the form of a UUID, drawn from `random`. */
export function drawUuid(random: () => number): string {
  const digits = Array.from({ length: 32 }, () => Math.floor(random() * 16).toString(16)).join('');
  return [8, 12, 16, 20].reduce(
    (text, at, dashes) => `${text.slice(0, at + dashes)}-${text.slice(at + dashes)}`,
    digits,
  );
}

/** `count` bytes drawn from `random`. */
export const drawBytes = (random: () => number, count: number): Uint8Array =>
  Uint8Array.from({ length: count }, () => Math.floor(random() * 256));
