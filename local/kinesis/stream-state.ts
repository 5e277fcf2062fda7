import { evenRanges, type HashKey, type HashRange, isAdjacent, splitAt } from './hash-range.ts';
import { nextPoint, type SequencePoint } from './sequence-number.ts';

/** A shard: open while it has no `closed` point. */
export interface Shard {
  id: string;
  index: number;
  /** The shard it was split from, or the two it was merged from. */
  parents: string[];
  range: HashRange;
  opened: SequencePoint;
  closed?: SequencePoint;
}

/** All that is known of a stream but its records; written whole at every change. */
export interface StreamState {
  name: string;
  createdAt: number;
  mode: 'PROVISIONED' | 'ON_DEMAND';
  retentionHours: number;
  recordBytesMax: number;
  encryptionKey?: string;
  tags: Record<string, string>;
  /** Index that the next shard gets; never used twice. */
  nextShard: number;
  shards: Shard[];
}

export const hourMs = 3_600_000;
/** What an on-demand stream begins with: 4 MB/s of writes. */
export const onDemandShards = 4;

const shardId = (index: number): string => `shardId-${String(index).padStart(12, '0')}`;

export const openShards = (state: StreamState): Shard[] => state.shards.filter((shard) => !shard.closed);

export const childrenOf = (state: StreamState, id: string): Shard[] =>
  state.shards.filter((shard) => shard.parents.includes(id));

/** Records that arrived before this are gone. */
export const trimHorizon = (state: StreamState, now: number): number => now - state.retentionHours * hourMs;

function withShard(state: StreamState, shard: Omit<Shard, 'id' | 'index'>): StreamState {
  const index = state.nextShard;
  return {
    ...state,
    nextShard: index + 1,
    shards: [...state.shards, { id: shardId(index), index, ...shard }],
  };
}

export function withEvenShards(state: StreamState, count: number, now: number): StreamState {
  const opened = { time: now, ordinal: 0 };
  return evenRanges(count).reduce((next, range) => withShard(next, { parents: [], range, opened }), state);
}

/** The last point of a shard, so that its end lies behind all its records. */
export type LastPoint = (shard: Shard) => SequencePoint;

/** Closes the parents and opens the children: a child's numbers begin after its parents' ends. */
function replace(
  state: StreamState,
  parents: Shard[],
  ranges: HashRange[],
  lastPoint: LastPoint,
  now: number,
): StreamState {
  const ends = new Map(parents.map((parent) => [parent.id, nextPoint(lastPoint(parent), now)]));
  const opened = { time: Math.max(...[...ends.values()].map((end) => end.time)) + 1, ordinal: 0 };
  const closed: StreamState = {
    ...state,
    shards: state.shards.map((shard) => {
      const end = ends.get(shard.id);
      return end ? { ...shard, closed: end } : shard;
    }),
  };
  const ids = parents.map((parent) => parent.id);
  return ranges.reduce((next, range) => withShard(next, { parents: ids, range, opened }), closed);
}

/** Undefined where the key would leave one of the halves empty. */
export function withSplit(
  state: StreamState,
  parent: Shard,
  key: HashKey,
  lastPoint: LastPoint,
  now: number,
): StreamState | undefined {
  const halves = splitAt(parent.range, key);
  return halves && replace(state, [parent], halves, lastPoint, now);
}

/** Undefined where the shards do not lie beside each other. */
export function withMerge(
  state: StreamState,
  one: Shard,
  other: Shard,
  lastPoint: LastPoint,
  now: number,
): StreamState | undefined {
  const [low, high] = one.range.first < other.range.first ? [one, other] : [other, one];
  if (!isAdjacent(low.range, high.range)) return undefined;
  const whole = { first: low.range.first, last: high.range.last };
  return replace(state, [one, other], [whole], lastPoint, now);
}

const sorted = (state: StreamState): Shard[] =>
  openShards(state).toSorted((a, b) => (a.range.first < b.range.first ? -1 : 1));

/**
 * Uniform scaling by the two steps that a shard knows: split where a new boundary falls, then merge what lies
 * within one new range. A shard so never has more than two parents.
 */
export function withShardCount(
  state: StreamState,
  count: number,
  lastPoint: LastPoint,
  now: number,
): StreamState {
  let next = state;
  const ranges = evenRanges(count);
  for (const { first } of ranges) {
    const shard = sorted(next).find(({ range }) => range.first < first && first <= range.last);
    if (shard) next = withSplit(next, shard, first, lastPoint, now) ?? next;
  }
  for (const range of ranges) {
    const inside = (shard: Shard) => shard.range.first >= range.first && shard.range.last <= range.last;
    for (let [one, other] = sorted(next).filter(inside); one && other; ) {
      next = withMerge(next, one, other, lastPoint, now) ?? next;
      [one, other] = sorted(next).filter(inside);
    }
  }
  return next;
}

/** Without shards that closed before the horizon: nothing of them can be read any more. */
export function withoutExpired(state: StreamState, horizon: number): StreamState {
  const shards = state.shards.filter((shard) => !shard.closed || shard.closed.time >= horizon);
  return shards.length === state.shards.length ? state : { ...state, shards };
}
