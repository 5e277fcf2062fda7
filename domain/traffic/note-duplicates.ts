import { eachAtOnce } from '../metering/at-once.ts';
import type { Hour } from '../metering/window.ts';
import type { TouchedWindow } from '../metering/windows/record-usage.ts';
import type { DuplicateCount, DuplicateCounts } from './duplicate-counts.ts';

const writesAtOnce = 16;

/**
 * Adds to the counts of these tenants how much of a batch repeated what was counted before: a write for each tenant
 * and hour, of which a batch has one or two. Answers how many could not be written; they are let go, since a batch
 * that came again would be counted as repeats from end to end.
 */
export async function noteDuplicates(
  counts: DuplicateCounts,
  touched: readonly TouchedWindow[],
  tenantIds: ReadonlySet<string>,
): Promise<number> {
  const sums = new Map<string, DuplicateCount & { tenantId: string; hour: Hour }>();
  for (const { window, records, duplicates, failure } of touched) {
    const { tenantId, hour } = window;
    if (failure || !tenantIds.has(tenantId)) continue;
    const key = `${tenantId}#${hour}`;
    const sum = sums.get(key) ?? { tenantId, hour, records: 0, duplicates: 0 };
    sum.records += records;
    sum.duplicates += duplicates;
    sums.set(key, sum);
  }
  let failed = 0;
  await eachAtOnce([...sums.values()], writesAtOnce, async ({ tenantId, hour, ...count }) => {
    await counts.add(tenantId, hour, count).catch(() => {
      failed += 1;
    });
  });
  return failed;
}
