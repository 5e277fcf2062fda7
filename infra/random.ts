/** A number in [0, 1). What draws lots takes it from whoever calls it, so that tests are repeatable. */
export type Random = () => number;

export const systemRandom: Random = () => Math.random();
