import { type KinesisClient, ListShardsCommand } from '@aws-sdk/client-kinesis';
import type { StackClock } from '../stack-clock.ts';
import type { Checkpoints, Position } from './checkpoints.ts';
import { type ListedShard, readableShards } from './shard-lineage.ts';
import { pause, wakeUp } from './wake-up.ts';

/** A stream that is read shard by shard, and what remembers how far. */
export interface StreamReading {
  /** Of whoever reads, for the log. */
  reader: string;
  /** A client of its own: each shard holds a connection while it waits for records. */
  kinesis: KinesisClient;
  streamName: string;
  checkpoints: Checkpoints;
  /** Where shards are begun that there are at the first start. */
  start: Position;
  clock: StackClock;
  log: (line: string) => void;
  signal: AbortSignal;
}

const relistMs = 500;

/**
 * Reads every shard at once, parents before their children, until the signal aborts. `play` reads one from a position
 * and answers whether all of it is done for ever.
 */
export async function playShards(
  reading: StreamReading,
  play: (shardId: string, from: Position) => Promise<boolean>,
): Promise<void> {
  const { reader, checkpoints, clock, log, signal } = reading;
  const drained = new Set<string>();
  const playing = new Map<string, Promise<void>>();
  const ended = wakeUp();
  signal.addEventListener('abort', ended.notify);

  const playOne = async (shardId: string): Promise<void> => {
    const done = await play(shardId, checkpoints.load(shardId) ?? { kind: 'trim-horizon' });
    if (done) drained.add(shardId);
    playing.delete(shardId);
    ended.notify();
  };

  while (!signal.aborted) {
    const listed = await listShards(reading);
    if (!listed) {
      await pause(clock, relistMs, signal);
      continue;
    }
    try {
      begin(reading, listed);
    } catch (error) {
      log(`the checkpoints of ${reader} cannot be stored: ${(error as Error).message}`);
      await pause(clock, relistMs, signal);
      continue;
    }
    for (const { id } of listed) if (checkpoints.load(id)?.kind === 'drained') drained.add(id);
    const fresh = readableShards(listed, drained).filter((id) => !playing.has(id));
    for (const id of fresh) playing.set(id, playOne(id));
    // A shard that ends is what brings new ones; where none is played the stream is being made anew.
    if (playing.size > 0) await ended.wait();
    else await pause(clock, relistMs, signal);
  }
  await Promise.all(playing.values());
}

/**
 * Gives every shard that there is at the first start its starting position, and remembers that: after a restart, and
 * for shards that come later, nothing may be passed over.
 */
function begin({ checkpoints, start }: StreamReading, listed: ListedShard[]): void {
  if (!checkpoints.isNew()) return;
  for (const { id } of listed) checkpoints.save(id, start);
  checkpoints.begun();
}

async function listShards({
  kinesis,
  streamName,
  log,
  signal,
}: StreamReading): Promise<ListedShard[] | undefined> {
  const listed: ListedShard[] = [];
  try {
    for (let token: string | undefined, more = true; more; more = token !== undefined) {
      const page = new ListShardsCommand(token ? { NextToken: token } : { StreamName: streamName });
      const { Shards = [], NextToken } = await kinesis.send(page, { abortSignal: signal });
      for (const { ShardId, ParentShardId, AdjacentParentShardId } of Shards) {
        listed.push({
          id: ShardId!,
          parents: [ParentShardId, AdjacentParentShardId].filter((id) => id !== undefined),
        });
      }
      token = NextToken;
    }
    return listed;
  } catch (error) {
    if (!signal.aborted) log(`the shards of ${streamName} cannot be listed: ${(error as Error).message}`);
    return undefined;
  }
}
