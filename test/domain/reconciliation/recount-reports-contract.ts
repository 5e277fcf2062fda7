import { expect, it } from 'vitest';
import { type RecountReports, recountReport } from '../../../domain/reconciliation/recount-reports.ts';

const most = Number.MAX_SAFE_INTEGER;

/** The largest report that there is: more hours than are kept, and no count with more digits. */
export const largestReport = (at: number) =>
  recountReport(
    { at, span: { from: 490_000, to: 491_000 }, isEqual: false },
    Array.from({ length: 1_000 }, (_, index) => ({
      ...{ hour: 490_000 + index, stored: most, counted: most, duplicate: most, unmetered: most },
      ...{ quarantined: most, unaccounted: most, notInLake: most },
    })),
  );

export function recountReportsContract(make: () => Promise<RecountReports>): void {
  it('keeps the last report of each tenant, the largest too', async () => {
    const reports = await make();
    expect(await reports.last('T001')).toBeUndefined();
    await reports.put('T001', recountReport({ at: 1, span: { from: 1, to: 2 }, isEqual: true }, []));
    await reports.put('T001', largestReport(2));
    await reports.put('T001', largestReport(2));
    expect(await reports.last('T001')).toEqual(largestReport(2));
    expect(await reports.last('T0011')).toBeUndefined();
  });
}
