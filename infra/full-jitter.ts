import type { Random } from './random.ts';

export interface Backoff {
  baseMs: number;
  capMs: number;
}

/**
 * How long to wait before retry number `attempt` (0, 1, ...): anything up to a bound that doubles. Full jitter
 * spreads callers that failed together over the whole span.
 */
export function fullJitterMs(attempt: number, { baseMs, capMs }: Backoff, random: Random): number {
  return random() * Math.min(capMs, baseMs * 2 ** attempt);
}
