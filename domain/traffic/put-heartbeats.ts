import type { Position } from './interval-counts.ts';
import type {
  HeartbeatStream,
  ListedShard,
  ShardHeartbeat,
  ShardHeartbeats,
  TrackedShard,
} from './shard-heartbeats.ts';

/** What became of one round of heartbeats. */
export interface HeartbeatRound {
  shards: number;
  /** Open shards that got none. */
  missed: string[];
}

/** Puts a heartbeat into every shard that takes records. Rounds that overlap do no harm. */
export type PutHeartbeats = (now: number, timeLeftMs: () => number) => Promise<HeartbeatRound>;

/**
 * The shards are noted before the heartbeats are put, so that none is passed in a shard that is not known; a
 * heartbeat is noted once it is stored, so that none is missed that never was.
 */
export function putHeartbeats(ports: {
  stream: HeartbeatStream;
  heartbeats: ShardHeartbeats;
}): PutHeartbeats {
  return async (now, timeLeftMs) => {
    const { stream, heartbeats } = ports;
    const listed = await stream.listShards();
    const tracked = new Map((await heartbeats.readAll()).map((shard) => [shard.shardId, shard]));
    for (const shard of listed) {
      if (!isNoted(shard, tracked.get(shard.shardId))) await heartbeats.noteListed(shard, now);
    }
    const round = listed
      .filter(({ isOpen }) => isOpen)
      .map((shard) => heartbeatFor(shard, listed, tracked, now));
    const stored = await stream.putAll(round, timeLeftMs);
    for (const { shardId, position } of stored) await heartbeats.notePut(shardId, position, now);
    const reached = new Set(stored.map(({ shardId }) => shardId));
    const missed = round.map(({ shard }) => shard.shardId).filter((shardId) => !reached.has(shardId));
    return { shards: round.length, missed };
  };
}

/** A shard changes in one thing only: it is closed. */
const isNoted = ({ isOpen }: ListedShard, tracked: TrackedShard | undefined): boolean =>
  tracked?.listed?.isOpen === isOpen;

function heartbeatFor(
  shard: ListedShard,
  listed: readonly ListedShard[],
  tracked: ReadonlyMap<string, TrackedShard>,
  now: number,
): ShardHeartbeat {
  const lineage = new Map(listed.map((one) => [one.shardId, one.parents]));
  const after = new Map<string, Position>();
  const look = (shardId: string): void => {
    const put = tracked.get(shardId)?.put;
    if (put !== undefined) after.set(shardId, put);
    else for (const parent of lineage.get(shardId) ?? []) look(parent);
  };
  look(shard.shardId);
  return { shard, heartbeat: { at: now, after } };
}
