import type { Quantity } from '../metering/quantity.ts';
import type { CountKey, IntervalCounts, Position } from './interval-counts.ts';

/** The double of IntervalCounts. */
export function memoryIntervalCounts(): IntervalCounts {
  const counts = new Map<string, CountKey & { amount: Quantity; last: Position }>();
  const textOf = ({ tenantId, series, start, shardId }: CountKey): string =>
    [tenantId, series, start, shardId].join('#');
  return {
    async add(key, { amount, first, last }) {
      const known = counts.get(textOf(key));
      if (known && known.last >= first) return false;
      counts.set(textOf(key), { ...key, amount: (known?.amount ?? 0n) + amount, last });
      return true;
    },
    async lastOf(key) {
      return counts.get(textOf(key))?.last;
    },
    async read(tenantId, series, from, to) {
      const sums = new Map<number, Quantity>();
      for (const count of counts.values()) {
        if (count.tenantId !== tenantId || count.series !== series) continue;
        if (count.start < from || count.start >= to) continue;
        sums.set(count.start, (sums.get(count.start) ?? 0n) + count.amount);
      }
      return sums;
    },
  };
}
