import { expect, it } from 'vitest';
import { type ShardHeartbeats, wholeRange } from '../../../domain/traffic/shard-heartbeats.ts';

/** The contract of ShardHeartbeats: run on the double and on the adapter. */
export function shardHeartbeatsContract(create: (now: number) => Promise<ShardHeartbeats>): void {
  const now = Date.parse('2026-11-21T10:12:00Z');
  const listed = { range: wholeRange, parents: ['shard-a', 'shard-b'], isOpen: true };
  const gaps = [{ start: 5, end: 9 }];
  const passed = { at: now - 60_000, on: now - 30_000, position: '0008' };

  it('knows no shard at first', async () => {
    expect(await (await create(now)).readAll()).toEqual([]);
  });

  it('keeps what the stream says of a shard, and since when', async () => {
    const store = await create(now);
    await store.noteListed({ shardId: 'shard-1', ...listed }, now);
    await store.noteListed({ shardId: 'shard-1', ...listed, isOpen: false }, now + 60_000);
    expect(await store.readAll()).toEqual([
      { shardId: 'shard-1', listed: { ...listed, isOpen: false, since: now }, gaps: [] },
    ]);
  });

  it('keeps the last heartbeat that was put, in whatever order that is noted', async () => {
    const store = await create(now);
    await store.notePut('shard-1', '0007', now);
    await store.notePut('shard-1', '0009', now);
    await store.notePut('shard-1', '0008', now);
    await store.notePut('shard-2', '0001', now);
    const shards = new Map((await store.readAll()).map(({ shardId, put }) => [shardId, put]));
    expect(shards).toEqual(
      new Map([
        ['shard-1', '0009'],
        ['shard-2', '0001'],
      ]),
    );
  });

  it('notes what is passed only over what it was said to follow', async () => {
    const store = await create(now);
    expect(await store.notePassed('shard-1', { ...passed, gaps: [] }, '0001')).toBe(false);
    expect(await store.notePassed('shard-1', { ...passed, gaps }, undefined)).toBe(true);
    expect(await store.notePassed('shard-1', { ...passed, position: '0009', gaps: [] }, undefined)).toBe(
      false,
    );
    expect(await store.readAll()).toEqual([{ shardId: 'shard-1', passed, gaps }]);
    const next = { ...passed, position: '0009', gaps: [] };
    expect(await store.notePassed('shard-1', next, '0008')).toBe(true);
    expect(await store.readAll()).toEqual([
      { shardId: 'shard-1', passed: { ...passed, position: '0009' }, gaps: [] },
    ]);
  });

  it('keeps the notes of a shard apart from one another', async () => {
    const store = await create(now);
    await store.notePassed('shard-1', { ...passed, gaps }, undefined);
    await store.noteListed({ shardId: 'shard-1', ...listed }, now);
    await store.notePut('shard-1', '0009', now);
    expect(await store.readAll()).toEqual([
      { shardId: 'shard-1', listed: { ...listed, since: now }, put: '0009', passed, gaps },
    ]);
  });
}
