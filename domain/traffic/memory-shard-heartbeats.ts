import type { ShardHeartbeats, TrackedShard } from './shard-heartbeats.ts';

/** The double of ShardHeartbeats. */
export function memoryShardHeartbeats(): ShardHeartbeats {
  const shards = new Map<string, TrackedShard>();
  const of = (shardId: string): TrackedShard => shards.get(shardId) ?? { shardId, gaps: [] };
  return {
    async readAll() {
      return structuredClone([...shards.values()]);
    },
    async noteListed({ shardId, ...listed }, now) {
      const known = of(shardId);
      shards.set(shardId, { ...known, listed: { ...listed, since: known.listed?.since ?? now } });
    },
    async notePut(shardId, at) {
      const known = of(shardId);
      shards.set(shardId, { ...known, putAt: Math.max(at, known.putAt ?? at) });
    },
    async notePassed(shardId, { at, on, gaps }, former) {
      const known = of(shardId);
      if (known.passed?.at !== former) return false;
      shards.set(shardId, { ...known, passed: { at, on }, gaps: structuredClone(gaps) });
      return true;
    },
  };
}
