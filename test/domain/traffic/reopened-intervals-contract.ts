import { expect, it } from 'vitest';
import type { ReopenedInterval, ReopenedIntervals } from '../../../domain/traffic/traffic-reader.ts';

/** The contract of ReopenedIntervals: run on the double and on the adapter. */
export function reopenedIntervalsContract(create: () => Promise<ReopenedIntervals>): void {
  const start = Date.parse('2026-11-21T10:05:00Z');
  const expiresAt = 1_800_000_000;

  it('lists the marks of a tenant, each once', async () => {
    const reopened = await create();
    await reopened.mark('T001', 'views', start, expiresAt);
    await reopened.mark('T001', 'views', start, expiresAt);
    await reopened.mark('T001', 'views', start + 300_000, expiresAt);
    await reopened.mark('T001', 'orders', start, expiresAt);
    await reopened.mark('T002', 'views', start, expiresAt);
    const marks = (await reopened.list('T001')).map((mark) => [mark.series, mark.start]);
    expect(marks.toSorted()).toEqual([
      ['orders', start],
      ['views', start],
      ['views', start + 300_000],
    ]);
    expect(await reopened.list('T003')).toEqual([]);
  });

  it('clears a mark only as it was read', async () => {
    const reopened = await create();
    await reopened.mark('T001', 'views', start, expiresAt);
    const [read] = (await reopened.list('T001')) as [ReopenedInterval];
    await reopened.mark('T001', 'views', start, expiresAt);
    await reopened.clear('T001', read);
    const [again] = (await reopened.list('T001')) as [ReopenedInterval];
    expect(again.rev).not.toBe(read.rev);
    await reopened.clear('T002', again);
    expect(await reopened.list('T001')).toEqual([again]);
    await reopened.clear('T001', again);
    await reopened.clear('T001', again);
    expect(await reopened.list('T001')).toEqual([]);
  });
}
