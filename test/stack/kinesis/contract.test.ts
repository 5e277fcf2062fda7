import { createHash } from 'node:crypto';
import {
  AddTagsToStreamCommand,
  CreateStreamCommand,
  DecreaseStreamRetentionPeriodCommand,
  DeleteStreamCommand,
  DescribeStreamCommand,
  DescribeStreamSummaryCommand,
  GetRecordsCommand,
  type GetRecordsOutput,
  GetShardIteratorCommand,
  type GetShardIteratorInput,
  IncreaseStreamRetentionPeriodCommand,
  ListShardsCommand,
  ListStreamsCommand,
  ListTagsForResourceCommand,
  ListTagsForStreamCommand,
  MergeShardsCommand,
  PutRecordCommand,
  PutRecordsCommand,
  RemoveTagsFromStreamCommand,
  type Shard,
  SplitShardCommand,
  StartStreamEncryptionCommand,
  UpdateShardCountCommand,
} from '@aws-sdk/client-kinesis';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { waitHeader } from '../../../local/kinesis/wait-header.ts';
import { type KinesisUnderTest, kinesisUnderTest } from './running-kinesis.ts';

/** What the product and its tests rely on of Kinesis, asked with the real client. */

const hour = 3_600_000;
const StreamName = 'usage';
let now: number;
let under: KinesisUnderTest;

beforeEach(async () => {
  now = Date.UTC(2026, 10, 21, 10);
  under = await kinesisUnderTest({ now: () => now });
});
afterEach(() => under.stop());

const create = (ShardCount = 1) => under.client.send(new CreateStreamCommand({ StreamName, ShardCount }));
const put = (PartitionKey: string, text: string, ExplicitHashKey?: string) =>
  under.client.send(
    new PutRecordCommand({
      StreamName,
      PartitionKey,
      Data: Buffer.from(text),
      ...(ExplicitHashKey && { ExplicitHashKey }),
    }),
  );
const shards = async (): Promise<Shard[]> =>
  (await under.client.send(new ListShardsCommand({ StreamName }))).Shards ?? [];
const openIds = async (): Promise<string[]> =>
  (await shards()).filter((s) => !s.SequenceNumberRange?.EndingSequenceNumber).map((s) => s.ShardId!);

async function read(input: Partial<GetShardIteratorInput> = {}, Limit?: number): Promise<GetRecordsOutput> {
  const { ShardIterator } = await under.client.send(
    new GetShardIteratorCommand({
      StreamName,
      ShardId: 'shardId-000000000000',
      ShardIteratorType: 'TRIM_HORIZON',
      ...input,
    }),
  );
  return under.client.send(new GetRecordsCommand({ ShardIterator, ...(Limit && { Limit }) }));
}
const texts = ({ Records = [] }: GetRecordsOutput): string[] =>
  Records.map((record) => Buffer.from(record.Data!).toString());

const failure = (call: Promise<unknown>) =>
  call.then(
    () => expect.unreachable('the call was answered'),
    (error: Error) => error,
  );

describe('streams', () => {
  it('are described as they were created', async () => {
    await create(2);
    const { StreamDescription } = await under.client.send(new DescribeStreamCommand({ StreamName }));
    expect(StreamDescription).toMatchObject({
      StreamName,
      StreamARN: `arn:aws:kinesis:eu-central-1:000000000000:stream/${StreamName}`,
      StreamStatus: 'ACTIVE',
      RetentionPeriodHours: 24,
      EncryptionType: 'NONE',
      HasMoreShards: false,
      StreamCreationTimestamp: new Date(now),
    });
    expect(StreamDescription?.Shards?.map((shard) => shard.HashKeyRange)).toEqual([
      { StartingHashKey: '0', EndingHashKey: '170141183460469231731687303715884105727' },
      {
        StartingHashKey: '170141183460469231731687303715884105728',
        EndingHashKey: '340282366920938463463374607431768211455',
      },
    ]);
  });

  it('on demand begin with four shards', async () => {
    await under.client.send(
      new CreateStreamCommand({ StreamName, StreamModeDetails: { StreamMode: 'ON_DEMAND' } }),
    );
    const summary = await under.client.send(new DescribeStreamSummaryCommand({ StreamName }));
    expect(summary.StreamDescriptionSummary).toMatchObject({
      OpenShardCount: 4,
      StreamModeDetails: { StreamMode: 'ON_DEMAND' },
    });
  });

  it('take encryption, retention and tags, and keep them over a restart', async () => {
    await create();
    await under.client.send(
      new StartStreamEncryptionCommand({ StreamName, EncryptionType: 'KMS', KeyId: 'alias/aws/kinesis' }),
    );
    await under.client.send(
      new IncreaseStreamRetentionPeriodCommand({ StreamName, RetentionPeriodHours: 168 }),
    );
    await under.client.send(new AddTagsToStreamCommand({ StreamName, Tags: { a: '1', b: '2' } }));
    await under.client.send(new RemoveTagsFromStreamCommand({ StreamName, TagKeys: ['a'] }));
    await under.restart();
    const { StreamDescription } = await under.client.send(new DescribeStreamCommand({ StreamName }));
    expect(StreamDescription).toMatchObject({ EncryptionType: 'KMS', RetentionPeriodHours: 168 });
    const ResourceARN = StreamDescription!.StreamARN;
    const tags = [{ Key: 'b', Value: '2' }];
    expect((await under.client.send(new ListTagsForStreamCommand({ StreamName }))).Tags).toEqual(tags);
    expect((await under.client.send(new ListTagsForResourceCommand({ ResourceARN }))).Tags).toEqual(tags);
    const shorter = new IncreaseStreamRetentionPeriodCommand({ StreamName, RetentionPeriodHours: 24 });
    expect(await failure(under.client.send(shorter))).toMatchObject({ name: 'InvalidArgumentException' });
    await under.client.send(
      new DecreaseStreamRetentionPeriodCommand({ StreamName, RetentionPeriodHours: 24 }),
    );
  });

  it('are listed by pages, named by ARN, and gone when deleted', async () => {
    for (const name of ['c', 'a', 'b']) {
      await under.client.send(new CreateStreamCommand({ StreamName: name, ShardCount: 1 }));
    }
    const first = await under.client.send(new ListStreamsCommand({ Limit: 2 }));
    expect([first.StreamNames, first.HasMoreStreams]).toEqual([['a', 'b'], true]);
    const second = await under.client.send(new ListStreamsCommand({ NextToken: first.NextToken }));
    expect([second.StreamNames, second.HasMoreStreams]).toEqual([['c'], false]);
    const StreamARN = 'arn:aws:kinesis:eu-central-1:000000000000:stream/a';
    await under.client.send(new DeleteStreamCommand({ StreamARN }));
    const gone = await failure(under.client.send(new DescribeStreamCommand({ StreamARN })));
    expect(gone).toMatchObject({ name: 'ResourceNotFoundException' });
    const twice = await failure(
      under.client.send(new CreateStreamCommand({ StreamName: 'b', ShardCount: 1 })),
    );
    expect(twice).toMatchObject({ name: 'ResourceInUseException' });
  });
});

describe('putting', () => {
  it('routes by the MD5 of the partition key, or by the explicit hash key', async () => {
    await create(4);
    const width = (1n << 128n) / 4n;
    for (const key of ['a', 'b', 'c', 'd', 'tenant/17', 'ü']) {
      const hash = BigInt(`0x${createHash('md5').update(key).digest('hex')}`);
      expect((await put(key, 'x')).ShardId).toBe(`shardId-00000000000${hash / width}`);
      expect((await put(key, 'x', String(width * 3n))).ShardId).toBe('shardId-000000000003');
      expect((await put(key, 'x', String(width * 3n - 1n))).ShardId).toBe('shardId-000000000002');
    }
  });

  it('gives 56-digit numbers that rise, and hands back what was put', async () => {
    await create();
    const numbers = [];
    for (const text of ['one', 'two', 'three']) numbers.push((await put('key', text)).SequenceNumber!);
    now += 5;
    numbers.push((await put('other', 'four')).SequenceNumber!);
    expect(numbers.every((number) => /^[1-9]\d{55}$/.test(number))).toBe(true);
    expect(numbers.toSorted()).toEqual(numbers);
    const answer = await read();
    expect(texts(answer)).toEqual(['one', 'two', 'three', 'four']);
    expect(answer.Records?.[3]).toMatchObject({
      PartitionKey: 'other',
      SequenceNumber: numbers[3],
      ApproximateArrivalTimestamp: new Date(now),
    });
  });

  it('stores a batch in its order over several shards', async () => {
    await create(3);
    const Records = Array.from({ length: 500 }, (_, i) => ({
      PartitionKey: `k${i}`,
      Data: Buffer.from(`${i}`),
    }));
    const answer = await under.client.send(new PutRecordsCommand({ StreamName, Records }));
    expect(answer.FailedRecordCount).toBe(0);
    const found = new Map<string, string>();
    for (const { ShardId } of await shards()) {
      for (const record of (await read({ ShardId })).Records!) {
        found.set(record.SequenceNumber!, Buffer.from(record.Data!).toString());
      }
    }
    expect(answer.Records?.map((entry) => found.get(entry.SequenceNumber!))).toEqual(
      Records.map((record) => record.Data.toString()),
    );
  });

  it.each([
    {
      what: '501 records',
      input: { Records: Array(501).fill({ PartitionKey: 'k', Data: Buffer.from('x') }) },
    },
    { what: 'no record', input: { Records: [] } },
    { what: 'an empty key', input: { Records: [{ PartitionKey: '', Data: Buffer.from('x') }] } },
    { what: 'a long key', input: { Records: [{ PartitionKey: 'k'.repeat(257), Data: Buffer.from('x') }] } },
    { what: 'over 1 MiB', input: { Records: [{ PartitionKey: 'k', Data: Buffer.alloc(1_048_576) }] } },
  ])('refuses $what whole', async ({ input }) => {
    await create();
    const error = await failure(under.client.send(new PutRecordsCommand({ StreamName, ...input })));
    expect(error).toMatchObject({ name: expect.stringMatching(/^(Validation|InvalidArgument)Exception$/) });
    expect(texts(await read())).toEqual([]);
  });
});

describe('reading', () => {
  it('begins where the iterator says', async () => {
    await create();
    const numbers: string[] = [];
    for (let i = 0; i < 5; i += 1) {
      numbers.push((await put('k', `${i}`)).SequenceNumber!);
      now += 1_000;
    }
    const from = async (input: Partial<GetShardIteratorInput>) => texts(await read(input)).join('');
    expect(await from({ ShardIteratorType: 'TRIM_HORIZON' })).toBe('01234');
    expect(await from({ ShardIteratorType: 'LATEST' })).toBe('');
    const StartingSequenceNumber = numbers[2]!;
    expect(await from({ ShardIteratorType: 'AT_SEQUENCE_NUMBER', StartingSequenceNumber })).toBe('234');
    expect(await from({ ShardIteratorType: 'AFTER_SEQUENCE_NUMBER', StartingSequenceNumber })).toBe('34');
    const Timestamp = new Date(now - 2_000);
    expect(await from({ ShardIteratorType: 'AT_TIMESTAMP', Timestamp })).toBe('34');
    const foreign = read({ ShardIteratorType: 'AT_SEQUENCE_NUMBER', StartingSequenceNumber: '123' });
    expect(await failure(foreign)).toMatchObject({ name: 'InvalidArgumentException' });
  });

  it('goes on with the next iterator and says how far it lies behind', async () => {
    await create();
    for (let i = 0; i < 4; i += 1) {
      await put('k', `${i}`);
      now += 1_000;
    }
    const first = await read({}, 3);
    expect([texts(first), first.MillisBehindLatest]).toEqual([['0', '1', '2'], 2_000]);
    const next = { ShardIterator: first.NextShardIterator };
    const second = await under.client.send(new GetRecordsCommand(next));
    expect([texts(second), second.MillisBehindLatest]).toEqual([['3'], 0]);
    await under.restart();
    await put('k', '4');
    const after = await under.client.send(new GetRecordsCommand({ ShardIterator: second.NextShardIterator }));
    expect(texts(after)).toEqual(['4']);
  });

  it('answers at most 10 MB, and every record of any size in the end', async () => {
    await create();
    const big = Buffer.alloc(1_000_000, 'b');
    for (let i = 0; i < 13; i += 1) await put('k', big.toString());
    const first = await read();
    expect(first.Records).toHaveLength(10);
    const { Records } = await under.client.send(
      new GetRecordsCommand({ ShardIterator: first.NextShardIterator }),
    );
    expect(Records).toHaveLength(3);
  });

  it('forgets what is older than the retention, and drops its files', async () => {
    await under.stop();
    under = await kinesisUnderTest({ now: () => now, segmentBytesMax: 1_000 });
    await create();
    const { SequenceNumber } = await put('k', 'old'.repeat(400));
    now += 20 * hour;
    await put('k', 'newer'.repeat(400));
    now += 5 * hour;
    await put('k', 'newest');
    expect(texts(await read()).map((text) => text.slice(0, 5))).toEqual(['newer', 'newes']);
    const at = { ShardIteratorType: 'AT_SEQUENCE_NUMBER', StartingSequenceNumber: SequenceNumber } as const;
    expect(texts(await read(at))).toHaveLength(2);
    now += 40 * hour;
    expect(texts(await read())).toEqual([]);
    const number = (await put('k', 'after all')).SequenceNumber!;
    expect(number > SequenceNumber!).toBe(true);
    await under.restart();
    expect(texts(await read())).toEqual(['after all']);
  });

  it('can wait for a record instead of being asked again and again', async () => {
    await create();
    const { NextShardIterator } = await read();
    const waiting = new GetRecordsCommand({ ShardIterator: NextShardIterator });
    waiting.middlewareStack.add(
      (next) => (args) => {
        (args.request as { headers: Record<string, string> }).headers[waitHeader] = '5000';
        return next(args);
      },
      { step: 'build' },
    );
    const answer = under.client.send(waiting);
    await put('k', 'here');
    expect(texts(await answer)).toEqual(['here']);
  });

  it('refuses iterators that are none or of a stream that is gone', async () => {
    await create();
    const { NextShardIterator } = await read();
    const of = (ShardIterator: string | undefined) =>
      failure(under.client.send(new GetRecordsCommand({ ShardIterator })));
    expect(await of('nonsense')).toMatchObject({ name: 'InvalidArgumentException' });
    await under.client.send(new DeleteStreamCommand({ StreamName }));
    now += 1;
    await create();
    expect(await of(NextShardIterator)).toMatchObject({ name: 'ResourceNotFoundException' });
  });
});

describe('resharding', () => {
  it('splits a shard: its end names the children, whose numbers come after', async () => {
    await create();
    const before = (await put('a', 'before')).SequenceNumber!;
    await under.client.send(
      new SplitShardCommand({
        StreamName,
        ShardToSplit: 'shardId-000000000000',
        NewStartingHashKey: String(1n << 127n),
      }),
    );
    const parent = await read();
    expect(texts(parent)).toEqual(['before']);
    expect(parent.NextShardIterator).toBeUndefined();
    expect(parent.ChildShards?.map((child) => [child.ShardId, child.ParentShards])).toEqual([
      ['shardId-000000000001', ['shardId-000000000000']],
      ['shardId-000000000002', ['shardId-000000000000']],
    ]);
    const low = await put('a', 'low', '0');
    const high = await put('a', 'high', String(1n << 127n));
    expect([low.ShardId, high.ShardId]).toEqual(['shardId-000000000001', 'shardId-000000000002']);
    expect(low.SequenceNumber! > before && high.SequenceNumber! > before).toBe(true);
    const again = new SplitShardCommand({
      StreamName,
      ShardToSplit: parent.ChildShards![0]!.ParentShards![0],
      NewStartingHashKey: '5',
    });
    expect(await failure(under.client.send(again))).toMatchObject({ name: 'InvalidArgumentException' });
  });

  it('ends a shard that closed before it had a record', async () => {
    await create();
    expect((await read()).MillisBehindLatest).toBe(0);
    await under.client.send(
      new UpdateShardCountCommand({ StreamName, TargetShardCount: 2, ScalingType: 'UNIFORM_SCALING' }),
    );
    const answer = await read();
    expect([answer.NextShardIterator, answer.ChildShards?.length]).toEqual([undefined, 2]);
  });

  it('merges neighbours only, into one shard with two parents', async () => {
    await create(3);
    const merge = (ShardToMerge: string, AdjacentShardToMerge: string) =>
      under.client.send(new MergeShardsCommand({ StreamName, ShardToMerge, AdjacentShardToMerge }));
    const apart = await failure(merge('shardId-000000000000', 'shardId-000000000002'));
    expect(apart).toMatchObject({ name: 'InvalidArgumentException' });
    await merge('shardId-000000000001', 'shardId-000000000000');
    const child = (await shards()).at(-1);
    expect([child?.ParentShardId, child?.AdjacentParentShardId].toSorted()).toEqual([
      'shardId-000000000000',
      'shardId-000000000001',
    ]);
  });

  it.each([
    { from: 2, to: 4 },
    { from: 4, to: 2 },
    { from: 3, to: 5 },
    { from: 5, to: 3 },
  ])('scales evenly from $from to $to, covering every key once', async ({ from, to }) => {
    await create(from);
    await under.client.send(
      new UpdateShardCountCommand({ StreamName, TargetShardCount: to, ScalingType: 'UNIFORM_SCALING' }),
    );
    const { Shards: open = [] } = await under.client.send(
      new ListShardsCommand({ StreamName, ShardFilter: { Type: 'AT_LATEST' } }),
    );
    const ranges = open
      .map(({ HashKeyRange }) => [
        BigInt(HashKeyRange!.StartingHashKey!),
        BigInt(HashKeyRange!.EndingHashKey!),
      ])
      .toSorted((a, b) => (a[0]! < b[0]! ? -1 : 1));
    expect(ranges).toHaveLength(to);
    expect(ranges[0]?.[0]).toBe(0n);
    for (const [i, range] of ranges.entries()) {
      expect(range[1]! + 1n).toBe(ranges[i + 1]?.[0] ?? 1n << 128n);
    }
    const tooMany = new UpdateShardCountCommand({
      StreamName,
      TargetShardCount: to * 2 + 1,
      ScalingType: 'UNIFORM_SCALING',
    });
    expect(await failure(under.client.send(tooMany))).toMatchObject({ name: 'InvalidArgumentException' });
  });

  it('keeps a closed shard until its records have expired, and lists by time', async () => {
    await create();
    now += hour;
    await under.client.send(
      new UpdateShardCountCommand({ StreamName, TargetShardCount: 2, ScalingType: 'UNIFORM_SCALING' }),
    );
    const by = async (filter: object) =>
      (
        await under.client.send(
          new ListShardsCommand({ StreamName, ShardFilter: filter as { Type: 'AT_LATEST' } }),
        )
      ).Shards?.map((shard) => Number(shard.ShardId?.slice(-1)));
    expect(await by({ Type: 'AT_TRIM_HORIZON' })).toEqual([0]);
    expect(await by({ Type: 'FROM_TRIM_HORIZON' })).toEqual([0, 1, 2]);
    expect(await by({ Type: 'AT_TIMESTAMP', Timestamp: new Date(now + 10) })).toEqual([1, 2]);
    expect(await by({ Type: 'AFTER_SHARD_ID', ShardId: 'shardId-000000000001' })).toEqual([2]);
    now += 26 * hour;
    expect(await openIds()).toEqual(['shardId-000000000001', 'shardId-000000000002']);
    expect(await shards()).toHaveLength(2);
  });

  it('pages through its shards', async () => {
    await create(5);
    const first = await under.client.send(new ListShardsCommand({ StreamName, MaxResults: 3 }));
    const second = await under.client.send(new ListShardsCommand({ NextToken: first.NextToken }));
    expect([first.Shards?.length, second.Shards?.length, second.NextToken]).toEqual([3, 2, undefined]);
  });
});

describe('throttles and failures', () => {
  const batch = (count: number, bytes = 10) => ({
    StreamName,
    Records: Array.from({ length: count }, (_, i) => ({ PartitionKey: `k${i}`, Data: Buffer.alloc(bytes) })),
  });

  it('takes 1,000 records a second and shard by AWS limits, and tells entry by entry', async () => {
    await under.stop();
    under = await kinesisUnderTest({ now: () => now, awsLimits: true });
    await create();
    for (let i = 0; i < 2; i += 1) await under.client.send(new PutRecordsCommand(batch(490)));
    const answer = await under.client.send(new PutRecordsCommand(batch(50)));
    expect(answer.FailedRecordCount).toBe(30);
    expect(answer.Records?.at(-1)?.ErrorCode).toBe('ProvisionedThroughputExceededException');
    expect(answer.Records?.filter((entry) => entry.SequenceNumber)).toHaveLength(20);
    expect(await failure(put('k', 'x'))).toMatchObject({ name: 'ProvisionedThroughputExceededException' });
    now += 1_000;
    const large = await under.client.send(new PutRecordsCommand(batch(4, 300_000)));
    expect(large.FailedRecordCount).toBe(1);
  });

  it('fails the share of entries that a test asks for, the same ones for the same seed', async () => {
    await create();
    const failed = async (): Promise<(string | undefined)[]> => {
      under.kinesis.setFaults({ seed: 7, entries: 0.3 });
      const answer = await under.client.send(new PutRecordsCommand(batch(200)));
      return answer.Records!.map((entry) => entry.ErrorCode);
    };
    const once = await failed();
    expect(await failed()).toEqual(once);
    const share = once.filter((code) => code).length / once.length;
    expect(share).toBeGreaterThan(0.2);
    expect(share).toBeLessThan(0.4);
    expect((await read()).Records).toHaveLength(once.filter((code) => !code).length * 2);
  });

  it('can refuse a call, and lose the answer of one that was stored', async () => {
    await create();
    under.kinesis.setFaults({ seed: 1, calls: 1 });
    const refused = under.client.send(new PutRecordsCommand(batch(1)));
    expect(await failure(refused)).toMatchObject({ name: 'ProvisionedThroughputExceededException' });
    under.kinesis.setFaults({ seed: 1, lostAnswers: 1 });
    expect(await failure(put('k', 'stored'))).toMatchObject({ name: 'InternalFailure' });
    under.kinesis.setFaults(undefined);
    expect(texts(await read())).toEqual(['stored']);
  });

  it('names what it cannot do', async () => {
    const answer = await fetch(under.kinesis.endpoint, {
      method: 'POST',
      headers: {
        'content-type': 'application/x-amz-json-1.1',
        'x-amz-target': 'Kinesis_20131202.SubscribeToShard',
      },
      body: '{}',
    });
    expect([answer.status, await answer.json()]).toEqual([
      400,
      { __type: 'UnknownOperationException', message: 'The local Kinesis has no operation SubscribeToShard' },
    ]);
  });
});
