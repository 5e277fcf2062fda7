import { expect, it } from 'vitest';
import {
  type CountedPart,
  type IntervalCounts,
  positionOf,
} from '../../../domain/traffic/interval-counts.ts';

/** The contract of IntervalCounts: run on the double and on the adapter. `now` is what its clock says. */
export function intervalCountsContract(create: (now: number) => Promise<IntervalCounts>): void {
  const now = Date.parse('2026-11-21T10:12:00Z');
  const start = Date.parse('2026-11-21T10:05:00Z');
  const expiresAt = Math.ceil(now / 1000) + 86_400;
  const key = { tenantId: 'T001', series: 'views', start, shardId: 'shardId-000000000001' };
  const part = (first: number, last: number, amount: bigint): CountedPart => ({
    amount,
    first: positionOf(String(first)),
    last: positionOf(String(last)),
    expiresAt,
  });
  const read = (counts: IntervalCounts) => counts.read('T001', 'views', start, start + 300_000);

  it('adds a part once, whatever comes in between', async () => {
    const counts = await create(now);
    expect(await counts.add(key, part(5, 7, 3n))).toBe(true);
    expect(await counts.add(key, part(5, 7, 3n))).toBe(false);
    expect(await counts.add(key, part(7, 9, 2n))).toBe(false);
    expect(await counts.add(key, part(8, 9, 2n))).toBe(true);
    expect(await counts.add(key, part(5, 7, 3n))).toBe(false);
    expect(await counts.lastOf(key)).toBe(positionOf('9'));
    expect(await read(counts)).toEqual(new Map([[start, 5n]]));
  });

  it('tells the long numbers of a stream apart, and orders numbers of any length', async () => {
    const counts = await create(now);
    const base = '4959033827149025660855969253836157109592157598913658889';
    const at = (text: string) => ({ amount: 1n, first: positionOf(text), last: positionOf(text), expiresAt });
    expect(await counts.add(key, at('99'))).toBe(true);
    expect(await counts.add(key, at('100'))).toBe(true);
    expect(await counts.add(key, at(`${base}8`))).toBe(true);
    expect(await counts.add(key, at(`${base}7`))).toBe(false);
    expect(await counts.add(key, at(`${base}9`))).toBe(true);
    expect(await read(counts)).toEqual(new Map([[start, 4n]]));
  });

  it('knows nothing where nothing was counted', async () => {
    const counts = await create(now);
    expect(await counts.lastOf(key)).toBeUndefined();
    expect(await read(counts)).toEqual(new Map());
  });

  it('sums the shards of a step, exactly, and nothing else', async () => {
    const counts = await create(now);
    const huge = 2n ** 53n - 1n;
    for (const shardId of ['shardId-000000000001', 'shardId-000000000002']) {
      await counts.add({ ...key, shardId }, part(1, 1, huge));
      await counts.add({ ...key, shardId }, part(2, 2, huge));
    }
    await counts.add({ ...key, start: start - 300_000 }, part(1, 1, 1n));
    await counts.add({ ...key, start: start + 300_000 }, part(1, 1, 1n));
    await counts.add({ ...key, series: 'views.eu' }, part(1, 1, 1n));
    await counts.add({ ...key, tenantId: 'T002' }, part(1, 1, 1n));
    expect(await read(counts)).toEqual(new Map([[start, 4n * huge]]));
    expect(await counts.read('T001', 'views', start - 300_000, start + 600_000)).toEqual(
      new Map([
        [start - 300_000, 1n],
        [start, 4n * huge],
        [start + 300_000, 1n],
      ]),
    );
  });

  it('lets only one of those that add at once add', async () => {
    const counts = await create(now);
    const added = await Promise.all([
      counts.add(key, part(1, 5, 5n)),
      counts.add(key, part(1, 3, 3n)),
      counts.add(key, part(2, 4, 3n)),
    ]);
    expect(added.filter(Boolean)).toHaveLength(1);
  });
}
