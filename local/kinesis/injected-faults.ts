/** Failures that a test asks for; each a fraction from 0 (never) to 1 (always). */
export interface FaultPlan {
  /** The same seed fails the same calls and entries. */
  seed: number;
  /** Entries of PutRecords that fail while the others are stored. */
  entries?: number;
  /** Puts and reads that are refused whole, before anything is stored. */
  calls?: number;
  /** Puts that are stored, and answered with an error all the same, as when a connection breaks. */
  lostAnswers?: number;
}

export interface Faults {
  entryFails(): 'ProvisionedThroughputExceededException' | 'InternalFailure' | undefined;
  callFails(): boolean;
  answerIsLost(): boolean;
}

/** A small generator with a state of 32 bits (mulberry32): the same seed draws the same numbers. */
function seededDraw(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

export function faultsOf(plan: FaultPlan | undefined): Faults {
  const draw = seededDraw(plan?.seed ?? 0);
  const happens = (fraction: number | undefined): boolean => fraction !== undefined && draw() < fraction;
  return {
    entryFails() {
      if (!happens(plan?.entries)) return undefined;
      return draw() < 0.5 ? 'ProvisionedThroughputExceededException' : 'InternalFailure';
    },
    callFails: () => happens(plan?.calls),
    answerIsLost: () => happens(plan?.lostAnswers),
  };
}
