import { setMaxListeners } from 'node:events';
import { type KinesisClient, ListShardsCommand } from '@aws-sdk/client-kinesis';
import type { StackClock } from '../stack-clock.ts';
import { type Checkpoints, openCheckpoints, type Position } from './checkpoints.ts';
import type { FailedBatchObject } from './failed-batch.ts';
import type { Invoke } from './invocation.ts';
import { type MappingProperties, type StreamSettings, streamSettings } from './mapping-settings.ts';
import { type ListedShard, readableShards } from './shard-lineage.ts';
import { playShard } from './shard-player.ts';
import { pause, wakeUp } from './wake-up.ts';

export interface StreamMappingOptions {
  /** Properties of the template's `AWS::Lambda::EventSourceMapping`, references resolved. */
  mapping: MappingProperties;
  /** A client of its own: each shard holds a connection while it waits for records. */
  kinesis: KinesisClient;
  streamName: string;
  invoke: Invoke;
  /** Puts the object of a batch that is given up; called again until it resolves. */
  destination?: (object: FailedBatchObject) => Promise<void>;
  clock: StackClock;
  /** A folder of this mapping's own. */
  checkpointDir: string;
  log: (line: string) => void;
  /** For the events' invokeIdentityArn. */
  roleArn?: string;
  /** For the failure record; FunctionName where it is not given. */
  functionArn?: string;
}

export interface RunningMapping {
  /** Takes no more, and resolves when the invocations that run are done and remembered. */
  stop(): Promise<void>;
}

const relistMs = 500;

/** Plays an event source mapping of a stream: every shard at once, parents before their children. */
export function startStreamMapping(options: StreamMappingOptions): RunningMapping {
  const settings = streamSettings(options.mapping);
  const stopping = new AbortController();
  // Every shard and call listens to it, which is no leak.
  setMaxListeners(0, stopping.signal);
  const played = settings.enabled ? playStream(options, settings, stopping.signal) : Promise.resolve();
  return {
    async stop() {
      stopping.abort();
      await played;
    },
  };
}

async function playStream(
  options: StreamMappingOptions,
  settings: StreamSettings,
  signal: AbortSignal,
): Promise<void> {
  const { clock, log } = options;
  const checkpoints = openCheckpoints(options.checkpointDir);
  const start = startOf(settings, clock.now());
  const drained = new Set<string>();
  const playing = new Map<string, Promise<void>>();
  const ended = wakeUp();
  signal.addEventListener('abort', ended.notify);

  const play = async (shardId: string): Promise<void> => {
    const from = checkpoints.load(shardId) ?? { kind: 'trim-horizon' };
    const done = await playShard(playerOptions(options, settings, checkpoints, shardId, signal), from);
    if (done) drained.add(shardId);
    playing.delete(shardId);
    ended.notify();
  };

  while (!signal.aborted) {
    const listed = await listShards(options, signal);
    if (!listed) {
      await pause(clock, relistMs, signal);
      continue;
    }
    try {
      begin(checkpoints, listed, start);
    } catch (error) {
      log(`the checkpoints of ${settings.functionName} cannot be stored: ${(error as Error).message}`);
      await pause(clock, relistMs, signal);
      continue;
    }
    for (const { id } of listed) if (checkpoints.load(id)?.kind === 'drained') drained.add(id);
    const fresh = readableShards(listed, drained).filter((id) => !playing.has(id));
    for (const id of fresh) playing.set(id, play(id));
    // A shard that ends is what brings new ones; where none is played the stream is being made anew.
    if (playing.size > 0) await ended.wait();
    else await pause(clock, relistMs, signal);
  }
  await Promise.all(playing.values());
}

const startOf = ({ startingPosition: at }: StreamSettings, now: number): Position => {
  if (at === 'TRIM_HORIZON') return { kind: 'trim-horizon' };
  return { kind: 'time', ms: at === 'LATEST' ? now : at.atMs };
};

/**
 * Gives every shard that there is at the mapping's first start its starting position, and remembers that:
 * after a restart, and for shards that come later, nothing may be passed over.
 */
function begin(checkpoints: Checkpoints, listed: ListedShard[], start: Position): void {
  if (!checkpoints.isNew()) return;
  for (const { id } of listed) checkpoints.save(id, start);
  checkpoints.begun();
}

async function listShards(
  { kinesis, streamName, log }: StreamMappingOptions,
  abortSignal: AbortSignal,
): Promise<ListedShard[] | undefined> {
  const listed: ListedShard[] = [];
  try {
    for (let token: string | undefined, more = true; more; more = token !== undefined) {
      const page = new ListShardsCommand(token ? { NextToken: token } : { StreamName: streamName });
      const { Shards = [], NextToken } = await kinesis.send(page, { abortSignal });
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
    if (!abortSignal.aborted)
      log(`the shards of ${streamName} cannot be listed: ${(error as Error).message}`);
    return undefined;
  }
}

const playerOptions = (
  { kinesis, streamName, clock, log, invoke, destination, roleArn, functionArn }: StreamMappingOptions,
  settings: StreamSettings,
  checkpoints: Checkpoints,
  shardId: string,
  signal: AbortSignal,
) => ({
  kinesis,
  streamName,
  shardId,
  clock,
  log,
  signal,
  settings,
  invoke,
  checkpoints,
  ...(destination && { destination }),
  functionArn: functionArn ?? settings.functionName,
  identity: {
    sourceArn: settings.sourceArn,
    region: settings.region,
    roleArn: roleArn ?? `arn:aws:iam::000000000000:role/${settings.functionName}`,
  },
});
