import { expect, it } from 'vitest';
import { hourOf } from '../../../domain/metering/window.ts';
import type { DuplicateCounts } from '../../../domain/traffic/duplicate-counts.ts';

/** The contract of DuplicateCounts: run on the double and on the adapter. */
export function duplicateCountsContract(create: () => Promise<DuplicateCounts>): void {
  const hour = hourOf(Date.parse('2026-11-21T10:00:00Z'));

  it('adds up by tenant and hour', async () => {
    const counts = await create();
    await counts.add('T001', hour, { records: 100, duplicates: 3 });
    await counts.add('T001', hour, { records: 50, duplicates: 0 });
    await counts.add('T001', hour + 1, { records: 7, duplicates: 7 });
    await counts.add('T001', hour + 2, { records: 9, duplicates: 9 });
    await counts.add('T002', hour, { records: 1, duplicates: 1 });
    expect(await counts.read('T001', hour, hour + 2)).toEqual(
      new Map([
        [hour, { records: 150, duplicates: 3 }],
        [hour + 1, { records: 7, duplicates: 7 }],
      ]),
    );
    expect(await counts.read('T001', hour - 5, hour)).toEqual(new Map());
    expect(await counts.read('T001', hour, hour)).toEqual(new Map());
  });
}
