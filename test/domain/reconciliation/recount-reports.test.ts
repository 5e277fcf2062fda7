import { describe, expect, it } from 'vitest';
import { memoryRecountReports } from '../../../domain/reconciliation/memory-recount-reports.ts';
import { recountReport } from '../../../domain/reconciliation/recount-reports.ts';
import { largestReport, recountReportsContract } from './recount-reports-contract.ts';

describe('memoryRecountReports', () => recountReportsContract(async () => memoryRecountReports()));

describe('recountReport', () => {
  const head = { at: 9, span: { from: 0, to: 400 }, isEqual: true };
  const ofHour = (hour: number) => ({
    ...{ hour, stored: 7, counted: 1, duplicate: 1, unmetered: 1, quarantined: 2, unaccounted: 2 },
    notInLake: 4,
  });

  it('keeps the latest week of hours, and all of them in its total', () => {
    const report = recountReport(
      head,
      Array.from({ length: 300 }, (_, index) => ofHour(299 - index)),
    );
    expect(report.hours.map(({ hour }) => hour)).toEqual(Array.from({ length: 168 }, (_, at) => 132 + at));
    expect(report).toMatchObject({ ...head, hoursOmitted: 132 });
    expect(report.total).toEqual({
      ...{ stored: 2_100, counted: 300, duplicate: 300, unmetered: 300, quarantined: 600, unaccounted: 600 },
      notInLake: 1_200,
    });
  });

  it('is a report of nothing where nothing is stored', () => {
    const { total, hours } = recountReport(head, []);
    expect(hours).toEqual([]);
    expect(Object.values(total)).toEqual([0, 0, 0, 0, 0, 0, 0]);
  });

  it('is never near what one item may hold', () => {
    expect(JSON.stringify(largestReport(Date.parse('9999-01-01'))).length).toBeLessThan(64 * 1024);
  });
});
