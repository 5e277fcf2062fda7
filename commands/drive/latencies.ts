/** What is told of a set of latencies, milliseconds. */
export interface LatencySummary {
  count: number;
  p50: number;
  p99: number;
  max: number;
}

/** Latencies in bounded memory: logarithmic classes 2 % wide, so a percentile is at most that far off; max is exact. */
export interface Latencies {
  add(ms: number): void;
  summary(): LatencySummary | undefined;
}

const growth = 1.02;
const smallestMs = 0.01;

export function createLatencies(): Latencies {
  const classes: number[] = [];
  let count = 0;
  let max = 0;

  const percentile = (share: number): number => {
    let left = Math.ceil(count * share);
    for (const [index, members] of classes.entries()) {
      left -= members ?? 0;
      if (left <= 0) return Math.min(max, rounded(smallestMs * growth ** (index + 1)));
    }
    return max;
  };

  return {
    add(ms) {
      const index = Math.max(
        0,
        Math.floor(Math.log(Math.max(ms, smallestMs) / smallestMs) / Math.log(growth)),
      );
      classes[index] = (classes[index] ?? 0) + 1;
      count++;
      max = Math.max(max, rounded(ms));
    },
    summary: () => (count === 0 ? undefined : { count, p50: percentile(0.5), p99: percentile(0.99), max }),
  };
}

const rounded = (ms: number): number => Math.round(ms * 100) / 100;
