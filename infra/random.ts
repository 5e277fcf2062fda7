import { randomBytes } from 'node:crypto';

/** A number in [0, 1). What draws lots takes it from whoever calls it, so that tests are repeatable. */
export type Random = () => number;

export const systemRandom: Random = () => Math.random();

/** `count` bytes that nobody can foretell, for secrets. */
export type RandomBytes = (count: number) => Uint8Array;

export const systemRandomBytes: RandomBytes = (count) => randomBytes(count);
