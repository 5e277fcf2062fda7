const dayMs = 86_400_000;
const PEAK = 0;
const PEAK_AT = 1;

/** Memory of what was last told, two numbers of the detector's state. */
export type Peak = Float64Array;

/** What is left of the last peak: half of it after two days. */
const leftOf = (peak: Peak, at: number): number => peak[PEAK]! * 0.5 ** ((at - peak[PEAK_AT]!) / (2 * dayMs));

/** Surprise less what was told already: an anomaly that goes on is no news, until something worse comes or two days have gone. */
export function newsIn(peak: Peak, surprise: number, at: number): number {
  if (surprise > leftOf(peak, at) * 1.05) return surprise;
  return surprise * (1 - Math.exp(-(at - peak[PEAK_AT]!) / (2 * dayMs)));
}

/** Notes the surprise of an interval, if it is the greatest of late. */
export function note(peak: Peak, surprise: number, at: number): void {
  if (surprise <= leftOf(peak, at)) return;
  peak[PEAK] = surprise;
  peak[PEAK_AT] = at;
}

/** As much of a broken record as goes beyond what is left of the last one, and nothing where it does not. */
export const beyond = (peak: Peak, novelty: number, at: number): number =>
  Math.max(0, novelty - leftOf(peak, at));
