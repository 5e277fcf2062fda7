import { invalidArgument, invalidRequest, KinesisError, notFound } from './kinesis-error.ts';
import { type Kinesis, type Operation, seconds } from './operation.ts';
import type { StoredRecord } from './record-frame.ts';
import { type Input, optionalInteger, text } from './request-input.ts';
import { after, isBefore, pointOf, type SequencePoint, sequenceNumberOf } from './sequence-number.ts';
import { childViews, shardOf } from './shard-operations.ts';
import type { Stream } from './stream.ts';
import { type Shard, trimHorizon } from './stream-state.ts';

const answerRecordsMax = 10_000;
const answerBytesMax = 10 * 1_048_576;

function timestampOf(input: Input): number {
  const value = input.Timestamp;
  if (typeof value !== 'number') throw invalidRequest('Timestamp must be given, in seconds since the epoch');
  return value * 1_000;
}

function startingPoint(input: Input, stream: Stream, shard: Shard): SequencePoint {
  const sequenceNumber = text(input, 'StartingSequenceNumber');
  const point = pointOf(shard.index, sequenceNumber);
  const beyondEnd = point && shard.closed && isBefore(shard.closed, point);
  if (point && !isBefore(point, shard.opened) && !beyondEnd) return point;
  throw invalidArgument(
    `StartingSequenceNumber ${sequenceNumber} used in GetShardIterator on shard ${shard.id} in stream ` +
      `${stream.state().name} is invalid because it did not come from this shard.`,
  );
}

/** Where each type of iterator begins. */
const beginnings: Record<string, (input: Input, stream: Stream, shard: Shard) => SequencePoint> = {
  TRIM_HORIZON: () => ({ time: 0, ordinal: 0 }),
  LATEST: (_input, stream, shard) => after(stream.log(shard).last()),
  AT_TIMESTAMP: (input) => ({ time: Math.ceil(timestampOf(input)), ordinal: 0 }),
  AT_SEQUENCE_NUMBER: startingPoint,
  AFTER_SEQUENCE_NUMBER: (input, stream, shard) => after(startingPoint(input, stream, shard)),
};

const getShardIterator: Operation = ({ store, iterators }, input) => {
  const stream = store.find(input);
  const shard = shardOf(stream, text(input, 'ShardId'));
  const type = text(input, 'ShardIteratorType');
  const begin = beginnings[type];
  if (!begin) {
    throw invalidRequest(
      `ShardIteratorType must be one of ${Object.keys(beginnings).join(', ')}, not ${type}`,
    );
  }
  const { name: streamName, createdAt } = stream.state();
  const from = begin(input, stream, shard);
  return { ShardIterator: iterators.encode({ streamName, createdAt, shardId: shard.id, from }) };
};

const recordView = (shard: Shard, { point, partitionKey, data }: StoredRecord) => ({
  SequenceNumber: sequenceNumberOf(shard.index, point),
  ApproximateArrivalTimestamp: seconds(point.time),
  Data: data.toString('base64'),
  PartitionKey: partitionKey,
});

/** The stream and shard of an iterator, as they are now. */
function readPlace(
  kinesis: Kinesis,
  token: string,
): { stream: Stream; shardId: string; from: SequencePoint } {
  const { streamName, createdAt, shardId, from } = kinesis.iterators.decode(token);
  const stream = kinesis.store.byName(streamName);
  if (!stream || stream.state().createdAt !== createdAt) {
    throw notFound(`Stream ${streamName} of this iterator was deleted.`);
  }
  return { stream, shardId, from };
}

const atHorizon = (stream: Stream, from: SequencePoint, now: number): SequencePoint => {
  const horizon = { time: Math.max(0, trimHorizon(stream.state(), now)), ordinal: 0 };
  return isBefore(from, horizon) ? horizon : from;
};

const getRecords: Operation = async (kinesis, input, { waitMs, signal }) => {
  const { stream, shardId, from } = readPlace(kinesis, text(input, 'ShardIterator'));
  const limit = optionalInteger(input, 'Limit', { min: 1, max: answerRecordsMax }) ?? answerRecordsMax;
  if (kinesis.faults().callFails()) {
    throw new KinesisError(
      'ProvisionedThroughputExceededException',
      'Rate exceeded (asked for by the fault plan).',
    );
  }
  const read = () => {
    const begin = atHorizon(stream, from, kinesis.now());
    const shard = shardOf(stream, shardId);
    const records = stream.log(shard).read(begin, limit, answerBytesMax);
    const last = stream.log(shard).last();
    // Where nothing was found there is nothing up to the newest record, however far back the reading began.
    const passed = records.at(-1)?.point ?? last;
    const next = isBefore(passed, begin) ? begin : after(passed);
    const atTip = isBefore(last, next);
    return { shard, records, next, atTip };
  };
  let found = read();
  if (found.records.length === 0 && !found.shard.closed && waitMs > 0) {
    await stream.arrivals.wait(shardId, waitMs, signal);
    // The stream may be gone by now, which the place says.
    readPlace(kinesis, text(input, 'ShardIterator'));
    found = read();
  }
  const { shard, records, next, atTip } = found;
  const { name: streamName, createdAt } = stream.state();
  const ended = atTip && shard.closed !== undefined;
  const newest = records.at(-1)?.point.time ?? next.time;
  return {
    Records: records.map((record) => recordView(shard, record)),
    ...(!ended && {
      NextShardIterator: kinesis.iterators.encode({ streamName, createdAt, shardId, from: next }),
    }),
    MillisBehindLatest: atTip ? 0 : Math.max(1, kinesis.now() - newest),
    ...(ended && { ChildShards: childViews(stream.state(), shardId) }),
  };
};

export const readOperations: Record<string, Operation> = {
  GetShardIterator: getShardIterator,
  GetRecords: getRecords,
};
