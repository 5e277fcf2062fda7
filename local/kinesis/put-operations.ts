import { contains, fromDecimal, type HashKey, hashKeyOf } from './hash-range.ts';
import { invalidArgument, invalidRequest, KinesisError, storageFailure } from './kinesis-error.ts';
import type { Kinesis, Operation } from './operation.ts';
import { bytes, type Input, list, object, optionalText, text } from './request-input.ts';
import { sequenceNumberOf } from './sequence-number.ts';
import type { NewRecord } from './shard-log.ts';
import type { Stream } from './stream.ts';
import { openShards, type Shard } from './stream-state.ts';

const recordsMax = 500;
const requestBytesMax = 10 * 1_048_576;
const keyCharactersMax = 256;

/** A record of a request that is good, with the shard it belongs to. */
interface Routed {
  record: NewRecord;
  shard: Shard;
  bytes: number;
}

function readRecord(input: Input, recordBytesMax: number): NewRecord & { hashKey: HashKey } {
  const partitionKey = text(input, 'PartitionKey');
  if (partitionKey.length > keyCharactersMax && [...partitionKey].length > keyCharactersMax) {
    throw invalidRequest(`PartitionKey has at most ${keyCharactersMax} characters`);
  }
  const explicit = optionalText(input, 'ExplicitHashKey');
  const hashKey = explicit === undefined ? hashKeyOf(partitionKey) : fromDecimal(explicit);
  if (hashKey === undefined) {
    throw invalidArgument(`ExplicitHashKey must be a decimal number from 0 to 2^128 - 1, not ${explicit}`);
  }
  const data = bytes(input, 'Data');
  if (data.length + Buffer.byteLength(partitionKey) > recordBytesMax) {
    throw invalidRequest(
      `a record of this stream has at most ${recordBytesMax} bytes with its partition key, this one ${data.length}`,
    );
  }
  return { partitionKey, data, hashKey };
}

function route(stream: Stream, inputs: Input[]): Routed[] {
  const shards = openShards(stream.state());
  const { recordBytesMax } = stream.state();
  return inputs.map((input) => {
    const { partitionKey, data, hashKey } = readRecord(input, recordBytesMax);
    const shard = shards.find(({ range }) => contains(range, hashKey))!;
    return { record: { partitionKey, data }, shard, bytes: data.length + Buffer.byteLength(partitionKey) };
  });
}

/** Appends records of one shard; what the disk refuses is an answer, not a crash. */
function append(kinesis: Kinesis, stream: Stream, shard: Shard, records: NewRecord[]): string[] {
  try {
    const points = stream.log(shard).append(records, kinesis.now());
    stream.arrivals.announce(shard.id);
    return points.map((point) => sequenceNumberOf(shard.index, point));
  } catch (error) {
    throw storageFailure(error);
  }
}

const exceeded = (stream: Stream, shard: Shard): KinesisError =>
  new KinesisError(
    'ProvisionedThroughputExceededException',
    `Rate exceeded for shard ${shard.id} in stream ${stream.state().name}.`,
  );

const throttled = (): KinesisError =>
  new KinesisError('ProvisionedThroughputExceededException', 'Rate exceeded (asked for by the fault plan).');

const lostAnswer = (): KinesisError =>
  new KinesisError('InternalFailure', 'The answer was lost (asked for by the fault plan).', 500);

const putRecord: Operation = (kinesis, input) => {
  const stream = kinesis.store.find(input);
  const faults = kinesis.faults();
  const [routed] = route(stream, [input]);
  const { record, shard, bytes: size } = routed!;
  if (faults.callFails()) throw throttled();
  if (!kinesis.limits.take(`${stream.state().name}/${shard.id}`, size)) throw exceeded(stream, shard);
  const [sequenceNumber] = append(kinesis, stream, shard, [record]);
  if (faults.answerIsLost()) throw lostAnswer();
  return { ShardId: shard.id, SequenceNumber: sequenceNumber, ...encryption(stream) };
};

const encryption = (stream: Stream) =>
  stream.state().encryptionKey === undefined ? {} : { EncryptionType: 'KMS' };

type Entry = { ShardId: string; SequenceNumber: string } | { ErrorCode: string; ErrorMessage: string };

const failedEntry = ({ type, message }: KinesisError): Entry => ({ ErrorCode: type, ErrorMessage: message });

/** Why an entry is refused while others are stored; undefined where it may be stored. */
function refusal(kinesis: Kinesis, stream: Stream, { shard, bytes: size }: Routed): KinesisError | undefined {
  const injected = kinesis.faults().entryFails();
  if (injected) return new KinesisError(injected, `Refused (asked for by the fault plan).`);
  const key = `${stream.state().name}/${shard.id}`;
  return kinesis.limits.take(key, size) ? undefined : exceeded(stream, shard);
}

function opened(groups: Map<Shard, number[]>, shard: Shard): number[] {
  const group: number[] = [];
  groups.set(shard, group);
  return group;
}

/**
 * Stores shard by shard, each in one write, and answers in the order of the request. Where the disk took
 * nothing at all the call as a whole has failed, in a sentence that says why.
 */
function storeAll(kinesis: Kinesis, stream: Stream, records: Routed[]): Entry[] {
  const entries = new Array<Entry>(records.length);
  const accepted = new Map<Shard, number[]>();
  for (const [index, routed] of records.entries()) {
    const refused = refusal(kinesis, stream, routed);
    if (refused) entries[index] = failedEntry(refused);
    else (accepted.get(routed.shard) ?? opened(accepted, routed.shard)).push(index);
  }
  const failures: KinesisError[] = [];
  for (const [shard, indexes] of accepted) {
    try {
      const news = indexes.map((index) => records[index]!.record);
      const stored = append(kinesis, stream, shard, news);
      for (const [place, index] of indexes.entries()) {
        entries[index] = { ShardId: shard.id, SequenceNumber: stored[place]! };
      }
    } catch (error) {
      if (!(error instanceof KinesisError)) throw error;
      failures.push(error);
      for (const index of indexes) entries[index] = failedEntry(error);
    }
  }
  if (failures[0] && failures.length === accepted.size) throw failures[0];
  return entries;
}

const putRecords: Operation = (kinesis, input) => {
  const stream = kinesis.store.find(input);
  const inputs = list(input, 'Records');
  if (inputs.length === 0 || inputs.length > recordsMax) {
    throw invalidRequest(`Records must hold 1 to ${recordsMax} records, not ${inputs.length}`);
  }
  const records = route(
    stream,
    inputs.map((entry, index) => object(entry, `Records[${index}]`)),
  );
  const total = records.reduce((sum, record) => sum + record.bytes, 0);
  if (total > requestBytesMax) {
    throw invalidArgument(`Records exceed ${requestBytesMax} bytes with their partition keys: ${total}`);
  }
  const faults = kinesis.faults();
  if (faults.callFails()) throw throttled();
  const entries = storeAll(kinesis, stream, records);
  const failed = entries.filter((entry) => 'ErrorCode' in entry);
  if (faults.answerIsLost()) throw lostAnswer();
  return { FailedRecordCount: failed.length, Records: entries, ...encryption(stream) };
};

export const putOperations: Record<string, Operation> = { PutRecord: putRecord, PutRecords: putRecords };
