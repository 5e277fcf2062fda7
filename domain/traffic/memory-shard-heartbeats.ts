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
    async notePut(shardId, position) {
      const known = of(shardId);
      if (known.put === undefined || known.put < position) shards.set(shardId, { ...known, put: position });
    },
    async notePassed(shardId, { gaps, ...passed }, former) {
      const known = of(shardId);
      if (known.passed?.position !== former) return false;
      shards.set(shardId, { ...known, passed, gaps: structuredClone(gaps) });
      return true;
    },
  };
}
