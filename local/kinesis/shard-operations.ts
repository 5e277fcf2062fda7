import { fromDecimal, toDecimal } from './hash-range.ts';
import { invalidArgument, invalidRequest, KinesisError } from './kinesis-error.ts';
import type { Operation } from './operation.ts';
import {
  fromPageToken,
  type Input,
  integer,
  object,
  optionalInteger,
  optionalText,
  pageToken,
  text,
} from './request-input.ts';
import { sequenceNumberOf } from './sequence-number.ts';
import type { Stream } from './stream.ts';
import {
  childrenOf,
  openShards,
  type Shard,
  type StreamState,
  trimHorizon,
  withMerge,
  withShardCount,
  withSplit,
} from './stream-state.ts';

const keyRangeView = ({ range }: Shard) => ({
  StartingHashKey: toDecimal(range.first),
  EndingHashKey: toDecimal(range.last),
});

export const shardView = (shard: Shard) => ({
  ShardId: shard.id,
  ...(shard.parents[0] && { ParentShardId: shard.parents[0] }),
  ...(shard.parents[1] && { AdjacentParentShardId: shard.parents[1] }),
  HashKeyRange: keyRangeView(shard),
  SequenceNumberRange: {
    StartingSequenceNumber: sequenceNumberOf(shard.index, shard.opened),
    ...(shard.closed && { EndingSequenceNumber: sequenceNumberOf(shard.index, shard.closed) }),
  },
});

/** What GetRecords says at the end of a closed shard. */
export const childViews = (state: StreamState, id: string) =>
  childrenOf(state, id).map((child) => ({
    ShardId: child.id,
    ParentShards: child.parents,
    HashKeyRange: keyRangeView(child),
  }));

export function shardOf(stream: Stream, id: string): Shard {
  const shard = stream.state().shards.find((candidate) => candidate.id === id);
  if (shard) return shard;
  throw new KinesisError(
    'ResourceNotFoundException',
    `Could not find shard ${id} in stream ${stream.state().name}.`,
  );
}

function openShardOf(stream: Stream, id: string): Shard {
  const shard = shardOf(stream, id);
  if (!shard.closed) return shard;
  throw invalidArgument(
    `shard ${id} of stream ${stream.state().name} is closed: it was split or merged before`,
  );
}

type ShardFilter = (shard: Shard) => boolean;

const openAt =
  (time: number): ShardFilter =>
  ({ opened, closed }) =>
    opened.time <= time && (!closed || closed.time >= time);

const fromTime =
  (time: number): ShardFilter =>
  ({ closed }) =>
    !closed || closed.time >= time;

/** The kinds of ShardFilter, as ListShards documents them. */
function shardFilter(state: StreamState, filter: unknown, now: number): ShardFilter {
  if (filter === undefined || filter === null) return () => true;
  const input = object(filter, 'ShardFilter');
  const horizon = Math.max(trimHorizon(state, now), state.createdAt);
  const timestamp = (): number => {
    if (typeof input.Timestamp !== 'number') throw invalidRequest('Timestamp must be given in seconds');
    return Math.max(input.Timestamp * 1_000, state.createdAt);
  };
  switch (input.Type) {
    case 'AFTER_SHARD_ID': {
      const after = text(input, 'ShardId');
      return (shard) => shard.id > after;
    }
    case 'AT_LATEST':
      return (shard) => !shard.closed;
    case 'AT_TRIM_HORIZON':
      return openAt(horizon);
    case 'FROM_TRIM_HORIZON':
      return fromTime(horizon);
    case 'AT_TIMESTAMP':
      return openAt(timestamp());
    case 'FROM_TIMESTAMP':
      return fromTime(timestamp());
    default:
      throw invalidRequest(`ShardFilter has no type ${JSON.stringify(input.Type)}`);
  }
}

/** A page token names the stream and the filter too, because the next call gives nothing but the token. */
function listedSo(input: Input): { request: Input; after: string } {
  const token = optionalText(input, 'NextToken');
  if (!token) return { request: input, after: optionalText(input, 'ExclusiveStartShardId') ?? '' };
  try {
    const { after, ...request } = object(JSON.parse(fromPageToken(token)), 'NextToken');
    return { request, after: String(after) };
  } catch {
    throw invalidArgument('NextToken is not one that ListShards gave');
  }
}

const listShards: Operation = ({ store, now }, input) => {
  const { request, after } = listedSo(input);
  const stream = store.find(request);
  stream.trim(now());
  const state = stream.state();
  const limit = optionalInteger(input, 'MaxResults', { min: 1, max: 10_000 }) ?? 1_000;
  const filter = shardFilter(state, request.ShardFilter, now());
  const rest = state.shards.filter((shard) => shard.id > after && filter(shard));
  const shown = rest.slice(0, limit);
  const next = { StreamName: state.name, ShardFilter: request.ShardFilter, after: shown.at(-1)?.id };
  return {
    Shards: shown.map(shardView),
    ...(rest.length > limit && { NextToken: pageToken(JSON.stringify(next)) }),
  };
};

/** Stores the new shards, then wakes whoever waits on one that has ended. */
function reshard(stream: Stream, next: StreamState): void {
  const open = openShards(stream.state());
  stream.change(next);
  for (const shard of open) stream.arrivals.announce(shard.id);
}

const splitShard: Operation = ({ store, now }, input) => {
  const stream = store.find(input);
  const parent = openShardOf(stream, text(input, 'ShardToSplit'));
  const key = fromDecimal(text(input, 'NewStartingHashKey'));
  const last = (shard: Shard) => stream.log(shard).last();
  const next = key && withSplit(stream.state(), parent, key, last, now());
  if (!next) {
    throw invalidArgument(
      `NewStartingHashKey must lie inside shard ${parent.id}, above ${toDecimal(parent.range.first)} ` +
        `and at most ${toDecimal(parent.range.last)}`,
    );
  }
  reshard(stream, next);
};

const mergeShards: Operation = ({ store, now }, input) => {
  const stream = store.find(input);
  const one = openShardOf(stream, text(input, 'ShardToMerge'));
  const other = openShardOf(stream, text(input, 'AdjacentShardToMerge'));
  const last = (shard: Shard) => stream.log(shard).last();
  const next = withMerge(stream.state(), one, other, last, now());
  if (!next)
    throw invalidArgument(`shards ${one.id} and ${other.id} are not adjacent, so they cannot be merged`);
  reshard(stream, next);
};

const updateShardCount: Operation = ({ store, now }, input) => {
  const stream = store.find(input);
  const state = stream.state();
  const present = openShards(state).length;
  const target = integer(input, 'TargetShardCount', { min: 1, max: 10_000 });
  if (state.mode === 'ON_DEMAND') {
    throw invalidRequest(`stream ${state.name} is on demand: it scales by itself`);
  }
  if (input.ScalingType !== 'UNIFORM_SCALING') throw invalidRequest('ScalingType must be UNIFORM_SCALING');
  if (target > present * 2 || target < present / 2) {
    throw invalidArgument(
      `UpdateShardCount scales to at most twice and at least half the present ${present} open shards, not to ${target}`,
    );
  }
  reshard(
    stream,
    withShardCount(state, target, (shard) => stream.log(shard).last(), now()),
  );
  return {
    StreamName: state.name,
    CurrentShardCount: present,
    TargetShardCount: target,
    StreamARN: store.arnOf(state.name),
  };
};

export const shardOperations: Record<string, Operation> = {
  ListShards: listShards,
  SplitShard: splitShard,
  MergeShards: mergeShards,
  UpdateShardCount: updateShardCount,
};
