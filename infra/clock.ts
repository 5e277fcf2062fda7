/** The time now, epoch milliseconds. What decides takes `now` from whoever calls it. */
export type Clock = () => number;

export const systemClock: Clock = () => Date.now();
