import {
  CreateStreamCommand,
  GetRecordsCommand,
  GetShardIteratorCommand,
  ListShardsCommand,
} from '@aws-sdk/client-kinesis';
import { afterAll, beforeAll, describe } from 'vitest';
import { kinesisEventStream } from '../../../infra/metering/kinesis-event-stream.ts';
import { eventStreamContract } from '../../domain/metering/event-stream-contract.ts';
import { type KinesisUnderTest, kinesisUnderTest } from '../kinesis/running-kinesis.ts';

describe.each([
  ['that takes everything', undefined],
  ['that fails entries, calls and answers', { seed: 7, entries: 0.3, calls: 0.2, lostAnswers: 0.2 }],
])('kinesisEventStream on a Kinesis %s', (_what, faults) => {
  let under: KinesisUnderTest;
  let streams = 0;

  beforeAll(async () => {
    under = await kinesisUnderTest();
  });
  afterAll(() => under.stop());

  eventStreamContract(async () => {
    streams += 1;
    const StreamName = `events-${streams}`;
    under.kinesis.setFaults(undefined);
    await under.client.send(new CreateStreamCommand({ StreamName, ShardCount: 2 }));
    under.kinesis.setFaults(faults);
    return {
      stream: kinesisEventStream(under.client, StreamName, { random: () => 0.1 }),
      async stored() {
        under.kinesis.setFaults(undefined);
        const { Shards = [] } = await under.client.send(new ListShardsCommand({ StreamName }));
        const perShard = Shards.map(({ ShardId }) => recordsOf(under, StreamName, ShardId));
        return (await Promise.all(perShard)).flat();
      },
    };
  });
});

async function recordsOf({ client }: KinesisUnderTest, StreamName: string, ShardId: string | undefined) {
  const { ShardIterator } = await client.send(
    new GetShardIteratorCommand({ StreamName, ShardId, ShardIteratorType: 'TRIM_HORIZON' }),
  );
  const { Records = [] } = await client.send(new GetRecordsCommand({ ShardIterator }));
  return Records.map(({ PartitionKey = '', Data = new Uint8Array() }) => ({
    partitionKey: PartitionKey,
    data: Data,
  }));
}
