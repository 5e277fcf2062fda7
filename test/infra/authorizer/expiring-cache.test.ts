import { describe, expect, it } from 'vitest';
import { expiringCache } from '../../../infra/authorizer/expiring-cache.ts';

function cacheOf(entriesMax = 3) {
  const stored = new Map<string, string>();
  const loads: string[] = [];
  let now = 0;
  const cached = expiringCache<string>({
    clock: () => now,
    load: async (key) => {
      loads.push(key);
      if (key === 'broken') throw new Error('throttled');
      return stored.get(key);
    },
    foundMs: 20,
    absentMs: 5,
    entriesMax,
  });
  return {
    stored,
    loads,
    cached,
    at: (time: number) => {
      now = time;
    },
  };
}

describe('expiringCache', () => {
  it('asks once while an answer is fresh, then again', async () => {
    const { cached, stored, loads, at } = cacheOf();
    stored.set('a', '1');
    expect(await cached('a')).toBe('1');
    stored.set('a', '2');
    at(19);
    expect(await cached('a')).toBe('1');
    at(20);
    expect(await cached('a')).toBe('2');
    expect(loads).toEqual(['a', 'a']);
  });

  it('believes for a short time only that there is nothing', async () => {
    const { cached, stored, at } = cacheOf();
    expect(await cached('a')).toBeUndefined();
    stored.set('a', '1');
    at(4);
    expect(await cached('a')).toBeUndefined();
    at(5);
    expect(await cached('a')).toBe('1');
  });

  it('forgets what has gone', async () => {
    const { cached, stored, at } = cacheOf();
    stored.set('a', '1');
    await cached('a');
    stored.delete('a');
    at(20);
    expect(await cached('a')).toBeUndefined();
    at(26);
    expect(await cached('a')).toBeUndefined();
  });

  it('asks once for many who ask at once, and does not remember a failure', async () => {
    const { cached, loads } = cacheOf();
    await Promise.all([cached('a'), cached('a'), cached('a')]);
    expect(loads).toEqual(['a']);
    await expect(cached('broken')).rejects.toThrow('throttled');
    await expect(cached('broken')).rejects.toThrow('throttled');
    expect(loads).toEqual(['a', 'broken', 'broken']);
  });

  it('is bounded, and what does not exist pushes out nothing that does', async () => {
    const { cached, stored, loads } = cacheOf();
    for (const key of ['a', 'b', 'c', 'd']) stored.set(key, key);
    for (const key of ['a', 'b', 'c', 'w', 'x', 'y', 'z']) await cached(key);
    loads.length = 0;
    for (const key of ['a', 'b', 'c', 'x', 'y', 'z']) await cached(key);
    expect(loads).toEqual([]);
    await cached('w');
    await cached('d');
    await cached('b');
    await cached('a');
    expect(loads).toEqual(['w', 'd', 'a']);
  });
});
