import { invalidArgument, invalidRequest } from './kinesis-error.ts';
import { type Kinesis, type Operation, seconds } from './operation.ts';
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
import { shardView } from './shard-operations.ts';
import { onDemandShards, openShards, type StreamState, withEvenShards } from './stream-state.ts';
import { readTags } from './tag-operations.ts';

const shardsMax = 1_000;
const retentionHours = { min: 24, max: 8_760 };

function streamName(input: Input): string {
  const name = text(input, 'StreamName');
  if (!/^[a-zA-Z0-9_.-]{1,128}$/.test(name) || /^\.+$/.test(name)) {
    throw invalidRequest(`StreamName must be 1 to 128 of a-z A-Z 0-9 _ . - and not only dots, not ${name}`);
  }
  return name;
}

function streamMode(details: unknown): StreamState['mode'] {
  if (details === undefined || details === null) return 'PROVISIONED';
  const mode = object(details, 'StreamModeDetails').StreamMode;
  if (mode !== 'PROVISIONED' && mode !== 'ON_DEMAND') {
    throw invalidRequest('StreamMode must be PROVISIONED or ON_DEMAND');
  }
  return mode;
}

const createStream: Operation = ({ store, now }, input) => {
  const mode = streamMode(input.StreamModeDetails);
  const shardCount =
    mode === 'ON_DEMAND' ? onDemandShards : integer(input, 'ShardCount', { min: 1, max: shardsMax });
  const recordKiB = optionalInteger(input, 'MaxRecordSizeInKiB', { min: 1_024, max: 10_240 }) ?? 1_024;
  const empty: StreamState = {
    name: streamName(input),
    createdAt: now(),
    mode,
    retentionHours: retentionHours.min,
    recordBytesMax: recordKiB * 1_024,
    tags: readTags(input.Tags),
    nextShard: 0,
    shards: [],
  };
  store.create(withEvenShards(empty, shardCount, now()));
};

const deleteStream: Operation = ({ store }, input) => {
  store.remove(store.find(input).state().name);
};

/** What both descriptions of a stream say. Every change is done when it is answered, so it is always ACTIVE. */
const description = ({ store }: Kinesis, state: StreamState) => ({
  StreamName: state.name,
  StreamARN: store.arnOf(state.name),
  StreamStatus: 'ACTIVE',
  StreamModeDetails: { StreamMode: state.mode },
  RetentionPeriodHours: state.retentionHours,
  StreamCreationTimestamp: seconds(state.createdAt),
  EnhancedMonitoring: [{ ShardLevelMetrics: [] }],
  EncryptionType: state.encryptionKey === undefined ? 'NONE' : 'KMS',
  ...(state.encryptionKey !== undefined && { KeyId: state.encryptionKey }),
});

const describeStream: Operation = (kinesis, input) => {
  const stream = kinesis.store.find(input);
  stream.trim(kinesis.now());
  const state = stream.state();
  const limit = optionalInteger(input, 'Limit', { min: 1, max: 10_000 }) ?? 100;
  const after = optionalText(input, 'ExclusiveStartShardId') ?? '';
  const rest = state.shards.filter((shard) => shard.id > after);
  return {
    StreamDescription: {
      ...description(kinesis, state),
      Shards: rest.slice(0, limit).map(shardView),
      HasMoreShards: rest.length > limit,
    },
  };
};

const describeStreamSummary: Operation = (kinesis, input) => {
  const state = kinesis.store.find(input).state();
  return {
    StreamDescriptionSummary: {
      ...description(kinesis, state),
      OpenShardCount: openShards(state).length,
      ConsumerCount: 0,
      MaxRecordSizeInKiB: state.recordBytesMax / 1_024,
    },
  };
};

const listStreams: Operation = ({ store }, input) => {
  const limit = optionalInteger(input, 'Limit', { min: 1, max: 10_000 }) ?? 100;
  const token = optionalText(input, 'NextToken');
  const after = token ? fromPageToken(token) : (optionalText(input, 'ExclusiveStartStreamName') ?? '');
  const rest = store.names().filter((name) => name > after);
  const shown = rest.slice(0, limit);
  const more = rest.length > limit;
  return {
    StreamNames: shown,
    HasMoreStreams: more,
    ...(more && { NextToken: pageToken(shown.at(-1)!) }),
    StreamSummaries: shown.flatMap((name) => {
      const state = store.byName(name)?.state();
      return state ? [summary(store.arnOf(name), state)] : [];
    }),
  };
};

const summary = (arn: string, state: StreamState) => ({
  StreamName: state.name,
  StreamARN: arn,
  StreamStatus: 'ACTIVE',
  StreamModeDetails: { StreamMode: state.mode },
  StreamCreationTimestamp: seconds(state.createdAt),
});

/** One for both directions: the new period must lie on the side that the operation's name says. */
const changeRetention =
  (allowed: (next: number, present: number) => boolean, side: string): Operation =>
  ({ store }, input) => {
    const stream = store.find(input);
    const present = stream.state().retentionHours;
    const next = integer(input, 'RetentionPeriodHours', retentionHours);
    if (!allowed(next, present)) {
      throw invalidArgument(`RetentionPeriodHours must be ${side} than the present ${present}, not ${next}`);
    }
    stream.change({ ...stream.state(), retentionHours: next });
  };

const startEncryption: Operation = ({ store }, input) => {
  const stream = store.find(input);
  stream.change({ ...stream.state(), encryptionKey: text(input, 'KeyId') });
};

const stopEncryption: Operation = ({ store }, input) => {
  const stream = store.find(input);
  const { encryptionKey: _, ...plain } = stream.state();
  stream.change(plain);
};

const updateStreamMode: Operation = ({ store }, input) => {
  const stream = store.find(input);
  stream.change({ ...stream.state(), mode: streamMode(input.StreamModeDetails) });
};

const describeLimits: Operation = ({ store }) => {
  const states = store.names().flatMap((name) => store.byName(name)?.state() ?? []);
  return {
    ShardLimit: shardsMax,
    OpenShardCount: states.reduce((sum, state) => sum + openShards(state).length, 0),
    OnDemandStreamCount: states.filter((state) => state.mode === 'ON_DEMAND').length,
    OnDemandStreamCountLimit: 50,
  };
};

export const streamOperations: Record<string, Operation> = {
  CreateStream: createStream,
  DeleteStream: deleteStream,
  DescribeStream: describeStream,
  DescribeStreamSummary: describeStreamSummary,
  ListStreams: listStreams,
  IncreaseStreamRetentionPeriod: changeRetention((next, present) => next >= present, 'not shorter'),
  DecreaseStreamRetentionPeriod: changeRetention((next, present) => next <= present, 'not longer'),
  StartStreamEncryption: startEncryption,
  StopStreamEncryption: stopEncryption,
  UpdateStreamMode: updateStreamMode,
  DescribeLimits: describeLimits,
};
