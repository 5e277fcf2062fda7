import {
  GetRecordsCommand,
  GetShardIteratorCommand,
  type KinesisClient,
  ListShardsCommand,
} from '@aws-sdk/client-kinesis';

/** A stream of one shard that holds these records, as far as a reader asks of it. */
export function fakeStream(records: readonly string[]): KinesisClient {
  const sequenceNumber = (place: number): string => String(place).padStart(56, '0');
  const send = async (command: unknown): Promise<unknown> => {
    if (command instanceof ListShardsCommand) return { Shards: [{ ShardId: 'shard-0' }] };
    if (command instanceof GetShardIteratorCommand) {
      const { ShardIteratorType, StartingSequenceNumber } = command.input;
      const from = ShardIteratorType === 'AFTER_SEQUENCE_NUMBER' ? Number(StartingSequenceNumber) + 1 : 0;
      return { ShardIterator: String(from) };
    }
    if (!(command instanceof GetRecordsCommand)) throw new Error('The stream does not know that.');
    const from = Number(command.input.ShardIterator);
    // A few at a time, so that a delivery is cut off in the midst of many.
    const to = Math.min(records.length, from + 3);
    return {
      Records: records.slice(from, to).map((text, place) => ({
        SequenceNumber: sequenceNumber(from + place),
        PartitionKey: 'T001/1',
        ApproximateArrivalTimestamp: new Date(1_795_255_500_000),
        Data: Buffer.from(text),
      })),
      NextShardIterator: String(to),
    };
  };
  return { send } as unknown as KinesisClient;
}
