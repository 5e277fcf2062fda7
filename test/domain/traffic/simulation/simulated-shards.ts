import { type Position, positionOf } from '../../../../domain/traffic/interval-counts.ts';
import {
  type HashRange,
  type Heartbeat,
  type ListedShard,
  type StoredHeartbeat,
  wholeRange,
} from '../../../../domain/traffic/shard-heartbeats.ts';
import type { Lots } from '../../metering/simulation/lots.ts';

/** An event as it was stored. */
export interface StoredEvent {
  series: string;
  occurredAt: number;
  storedAt: number;
  amount: bigint;
  /** Its record expired before anybody read it. */
  isLost: boolean;
}

export interface SimulatedRecord {
  position: Position;
  storedAt: number;
  events: StoredEvent[];
  heartbeat?: Heartbeat;
}

/** One shard: an ordered log over a range of hash keys, and how far its consumer is. */
export class SimulatedShard implements ListedShard {
  readonly shardId: string;
  readonly range: HashRange;
  readonly parents: string[];
  readonly records: SimulatedRecord[] = [];
  isOpen = true;
  /** Records before this one are done with. */
  next = 0;
  isRead = false;
  /** Instances that count it, those whose answer nobody waits for any more among them. */
  counting = 0;

  constructor(shardId: string, range: HashRange, parents: string[]) {
    this.shardId = shardId;
    this.range = range;
    this.parents = parents;
  }
}

/** A stream whose shards split and merge. */
export class SimulatedShards {
  readonly all: SimulatedShard[] = [];
  #sequence = 0;

  constructor(count: number) {
    const width = (wholeRange.to + 1n) / BigInt(count);
    for (let index = 0n; index < count; index += 1n) {
      const to = index === BigInt(count) - 1n ? wholeRange.to : (index + 1n) * width - 1n;
      this.#add({ from: index * width, to }, []);
    }
  }

  listed(): ListedShard[] {
    return this.all.map(({ shardId, range, parents, isOpen }) => ({
      shardId,
      range,
      parents: [...parents],
      isOpen,
    }));
  }

  /** Stores a record in the shard that its hash key leads to now, and answers where. */
  append(hashKey: bigint, record: Omit<SimulatedRecord, 'position'>): StoredHeartbeat {
    const shard = this.#open().find(
      ({ range }) => range.from <= hashKey && hashKey <= range.to,
    ) as SimulatedShard;
    this.#sequence += 1;
    const position = positionOf(String(this.#sequence));
    shard.records.push({ ...record, position });
    return { shardId: shard.shardId, position };
  }

  split(lots: Lots): void {
    const shard = lots.pick(this.#open());
    const { from, to } = shard.range;
    const middle = from + (to - from) / 2n;
    shard.isOpen = false;
    this.#add({ from, to: middle }, [shard.shardId]);
    this.#add({ from: middle + 1n, to }, [shard.shardId]);
  }

  merge(lots: Lots): void {
    const open = this.#open().toSorted((one, other) => (one.range.from < other.range.from ? -1 : 1));
    if (open.length < 2) return;
    const index = lots.int(0, open.length - 2);
    const [left, right] = open.slice(index, index + 2) as [SimulatedShard, SimulatedShard];
    left.isOpen = false;
    right.isOpen = false;
    this.#add({ from: left.range.from, to: right.range.to }, [left.shardId, right.shardId]);
  }

  /** Shards that may be read now: a parent is read to its end before its children. */
  readable(): SimulatedShard[] {
    const drained = new Set<string>();
    const readable: SimulatedShard[] = [];
    // Parents come before their children.
    for (const shard of this.all) {
      if (!shard.parents.every((parent) => drained.has(parent))) continue;
      if (!shard.isOpen && shard.next >= shard.records.length) drained.add(shard.shardId);
      else readable.push(shard);
    }
    return readable;
  }

  #open(): SimulatedShard[] {
    return this.all.filter(({ isOpen }) => isOpen);
  }

  #add(range: HashRange, parents: string[]): void {
    this.all.push(new SimulatedShard(`shard-${this.all.length}`, range, parents));
  }
}
