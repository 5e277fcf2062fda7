import { setMaxListeners } from 'node:events';
import type { KinesisClient } from '@aws-sdk/client-kinesis';
import type { StackClock } from '../stack-clock.ts';
import { type Checkpoints, openCheckpoints, type Position } from './checkpoints.ts';
import type { FailedBatchObject } from './failed-batch.ts';
import type { Invoke } from './invocation.ts';
import { type MappingProperties, type StreamSettings, streamSettings } from './mapping-settings.ts';
import { playShards } from './play-shards.ts';
import { playShard } from './shard-player.ts';

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

function playStream(
  options: StreamMappingOptions,
  settings: StreamSettings,
  signal: AbortSignal,
): Promise<void> {
  const { kinesis, streamName, clock, log } = options;
  const checkpoints = openCheckpoints(options.checkpointDir);
  const start = startOf(settings, clock.now());
  return playShards(
    { reader: settings.functionName, kinesis, streamName, checkpoints, start, clock, log, signal },
    (shardId, from) => playShard(playerOptions(options, settings, checkpoints, shardId, signal), from),
  );
}

const startOf = ({ startingPosition: at }: StreamSettings, now: number): Position => {
  if (at === 'TRIM_HORIZON') return { kind: 'trim-horizon' };
  return { kind: 'time', ms: at === 'LATEST' ? now : at.atMs };
};

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
