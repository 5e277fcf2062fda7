import type { Interval } from './interval.ts';
import type { Position } from './interval-counts.ts';

/** Hash keys of 128 bits, both included. */
export interface HashRange {
  from: bigint;
  to: bigint;
}

export const wholeRange: HashRange = { from: 0n, to: 2n ** 128n - 1n };

/** A shard as its stream lists it. */
export interface ListedShard {
  shardId: string;
  range: HashRange;
  /** Those that it was split from, or merged of. */
  parents: string[];
  /** Whether it takes records still. */
  isOpen: boolean;
}

/** A heartbeat as it is put into a shard. */
export interface Heartbeat {
  /** Whatever the stream stored before then comes before it in its shard. */
  at: number;
  /** Where the heartbeats before it stand, by shard: where one of them was not passed, records were lost between. */
  after: ReadonlyMap<string, Position>;
}

/** A heartbeat as it is read. */
export interface ReadHeartbeat extends Heartbeat {
  position: Position;
  /** When the stream stored it. */
  storedAt: number;
}

/** What is known of a shard. */
export interface TrackedShard {
  shardId: string;
  /** What the stream says of it; absent until it was listed. */
  listed?: Omit<ListedShard, 'shardId'> & { since: number };
  /** Where the last heartbeat stands that was put into it. */
  put?: Position;
  /** The last heartbeat that was passed: everything before it in the shard is counted. */
  passed?: PassedHeartbeat;
  /** What times the records may have had that were lost from it. */
  gaps: Interval[];
}

export interface PassedHeartbeat {
  at: number;
  /** When it was passed. */
  on: number;
  /** How far heartbeats were read. */
  position: Position;
}

/**
 * The shards of the stream, and how far each of them is counted.
 *
 * Promise: what is passed never goes back. Whatever is noted again, or late, changes nothing.
 */
export interface ShardHeartbeats {
  /** Every shard; never behind what was noted. */
  readAll(): Promise<TrackedShard[]>;
  /** Notes what the stream says of a shard; `since` is kept from the first time. */
  noteListed(shard: ListedShard, now: number): Promise<void>;
  /** Notes a heartbeat that the stream has stored. */
  notePut(shardId: string, position: Position, now: number): Promise<void>;
  /** Notes what is passed, if `former` is the position that is noted now; answers whether it is. */
  notePassed(
    shardId: string,
    passed: PassedHeartbeat & { gaps: Interval[] },
    former: Position | undefined,
  ): Promise<boolean>;
}

/** The stream itself, where heartbeats are put into. */
export interface HeartbeatStream {
  listShards(): Promise<ListedShard[]>;
  /**
   * Puts each heartbeat into its shard and answers where each was stored: a shard that was split meanwhile hands it
   * to one of its children. What could not be stored in time is absent from the answer.
   */
  putAll(heartbeats: readonly ShardHeartbeat[], timeLeftMs: () => number): Promise<StoredHeartbeat[]>;
}

export interface ShardHeartbeat {
  shard: ListedShard;
  heartbeat: Heartbeat;
}

export interface StoredHeartbeat {
  shardId: string;
  position: Position;
}
