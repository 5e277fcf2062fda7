/** The gateway's bound on a rate: `burst` at once, refilled by `rate` a second. */
export interface TokenBucket {
  /** Takes one token; false where there is none at this time (epoch milliseconds). */
  take(now: number): boolean;
}

export function tokenBucket({ rate, burst }: { rate: number; burst: number }): TokenBucket {
  let tokens = burst;
  let refilledAt = Number.NEGATIVE_INFINITY;
  return {
    take(now) {
      const elapsedMs = Math.max(0, now - refilledAt);
      tokens = Math.min(burst, tokens + (elapsedMs / 1000) * rate);
      refilledAt = Math.max(refilledAt, now);
      if (tokens < 1) return false;
      tokens -= 1;
      return true;
    },
  };
}
