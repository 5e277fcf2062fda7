import { describe, expect, it } from 'vitest';
import { failedBatchObject } from '../../../local/mappings/failed-batch.ts';
import { kinesisEvent, type StreamRecord, streamRecord } from '../../../local/mappings/kinesis-event.ts';
import { queueSettings } from '../../../local/mappings/mapping-settings.ts';
import { closed, processed } from '../../../local/mappings/queue-batch.ts';
import { queueEvent, queueRecord } from '../../../local/mappings/queue-event.ts';

const identity = {
  sourceArn: 'arn:aws:kinesis:eu-central-1:000000000000:stream/usage',
  region: 'eu-central-1',
  roleArn: 'arn:aws:iam::000000000000:role/record-usage',
};
const sequenceNumber = '49590338271490256608559692538361571095921575989136588898';
const recordOf = (text: string, PartitionKey = 'T001/7'): StreamRecord =>
  streamRecord(
    'shardId-000000000002',
    {
      SequenceNumber: sequenceNumber,
      PartitionKey,
      Data: Buffer.from(text),
      ApproximateArrivalTimestamp: new Date(1_545_084_650_987),
    },
    identity,
    1_545_084_651_000,
  );

describe('a Kinesis event', () => {
  it('has the shape that Lambda gives it', () => {
    expect(kinesisEvent([recordOf('Hello, this is a test.')])).toEqual({
      Records: [
        {
          kinesis: {
            kinesisSchemaVersion: '1.0',
            partitionKey: 'T001/7',
            sequenceNumber,
            data: 'SGVsbG8sIHRoaXMgaXMgYSB0ZXN0Lg==',
            approximateArrivalTimestamp: 1_545_084_650.987,
          },
          eventSource: 'aws:kinesis',
          eventVersion: '1.0',
          eventID: `shardId-000000000002:${sequenceNumber}`,
          eventName: 'aws:kinesis:record',
          invokeIdentityArn: identity.roleArn,
          awsRegion: 'eu-central-1',
          eventSourceARN: identity.sourceArn,
        },
      ],
    });
  });

  it.each(['', 'a', 'ab', 'abc', 'ü"\n'])('knows the bytes of its JSON with %j', (text) => {
    const records = [recordOf(text), recordOf('b', 'kéy"\\'), recordOf(text)];
    const bytes = records.reduce((sum, record) => sum + record.bytes, 0);
    expect(bytes).toBe(Buffer.byteLength(JSON.stringify(kinesisEvent(records))) - 14 + 1);
  });
});

describe('the object of a batch that is given up', () => {
  const origin = {
    bucket: 'quarantine',
    mappingId: '9c2f6d3e',
    shardId: 'shardId-000000000002',
    functionArn: 'arn:aws:lambda:eu-central-1:000000000000:function:record-usage',
    streamArn: identity.sourceArn,
    requestId: 'c9b8fa9f',
    thrown: true,
    uniqueId: 'f00d',
    now: Date.UTC(2026, 10, 1, 0, 38, 6, 21),
  };
  const records = [recordOf('one'), recordOf('two')];

  it('lies under the documented key', () => {
    const { bucket, key } = failedBatchObject(
      { records, condition: 'RetryAttemptsExhausted', invocations: 3 },
      origin,
    );
    expect([bucket, key]).toEqual([
      'quarantine',
      'aws/lambda/9c2f6d3e/shardId-000000000002/2026/11/01/2026-11-01T00.38.06-f00d',
    ]);
  });

  it('holds what is known of the invocation, and the whole event', () => {
    const { body } = failedBatchObject(
      { records, condition: 'RetryAttemptsExhausted', invocations: 3 },
      origin,
    );
    expect(JSON.parse(body)).toEqual({
      requestContext: {
        requestId: 'c9b8fa9f',
        functionArn: origin.functionArn,
        condition: 'RetryAttemptsExhausted',
        approximateInvokeCount: 3,
      },
      responseContext: { statusCode: 200, executedVersion: '$LATEST', functionError: 'Unhandled' },
      version: '1.0',
      timestamp: '2026-11-01T00:38:06.021Z',
      KinesisBatchInfo: {
        shardId: 'shardId-000000000002',
        startSequenceNumber: sequenceNumber,
        endSequenceNumber: sequenceNumber,
        approximateArrivalOfFirstRecord: '2018-12-17T22:10:50.987Z',
        approximateArrivalOfLastRecord: '2018-12-17T22:10:50.987Z',
        batchSize: 2,
        streamArn: identity.sourceArn,
      },
      payload: kinesisEvent(records),
    });
  });

  it('has no response for records that were too old, and no error for items that were reported', () => {
    const old = failedBatchObject({ records, condition: 'RecordAgeExceeded', invocations: 0 }, origin);
    expect(JSON.parse(old.body)).not.toHaveProperty('responseContext');
    expect(JSON.parse(old.body).requestContext.approximateInvokeCount).toBe(1);
    const givenUp = { records, condition: 'RetryAttemptsExhausted', invocations: 1 } as const;
    const reported = failedBatchObject(givenUp, { ...origin, thrown: false });
    expect(JSON.parse(reported.body).responseContext.functionError).toBeNull();
  });
});

describe('a queue', () => {
  const sourceArn = 'arn:aws:sqs:us-east-2:123456789012:my-queue';
  const messageOf = (id: string, Body = 'Test message.', receivedAt = 0) =>
    queueRecord(
      {
        MessageId: id,
        ReceiptHandle: `handle-${id}`,
        Body,
        MD5OfBody: 'e4e68fb7bd0e697a0ae8f1bb342846b3',
        Attributes: { ApproximateReceiveCount: '1', SentTimestamp: '1545082649183', MessageGroupId: 'g' },
        MessageAttributes: {
          kind: { DataType: 'String', StringValue: 'limit.near' },
          raw: { DataType: 'Binary', BinaryValue: Buffer.from('hi') },
        },
      },
      { sourceArn, region: 'us-east-2' },
      receivedAt,
    );
  const settings = queueSettings({
    EventSourceArn: sourceArn,
    FunctionName: 'f',
    BatchSize: 20,
    MaximumBatchingWindowInSeconds: 2,
  });

  it('gives events of the shape that Lambda gives them', () => {
    expect(queueEvent([messageOf('059f36b4')])).toEqual({
      Records: [
        {
          messageId: '059f36b4',
          receiptHandle: 'handle-059f36b4',
          body: 'Test message.',
          attributes: { ApproximateReceiveCount: '1', SentTimestamp: '1545082649183', MessageGroupId: 'g' },
          messageAttributes: {
            kind: {
              stringValue: 'limit.near',
              stringListValues: [],
              binaryListValues: [],
              dataType: 'String',
            },
            raw: { binaryValue: 'aGk=', stringListValues: [], binaryListValues: [], dataType: 'Binary' },
          },
          md5OfBody: 'e4e68fb7bd0e697a0ae8f1bb342846b3',
          eventSource: 'aws:sqs',
          eventSourceARN: sourceArn,
          awsRegion: 'us-east-2',
        },
      ],
    });
  });

  it('closes a batch when it is full, at its window or before 6 MB', () => {
    const many = Array.from({ length: 25 }, (_, i) => messageOf(`${i}`));
    const full = closed(many, settings, 0);
    expect([full?.batch.length, full?.rest.length]).toEqual([20, 5]);
    expect(closed(many.slice(0, 5), settings, 1_999)).toBeUndefined();
    expect(closed(many.slice(0, 5), settings, 2_000)?.batch).toHaveLength(5);
    const large = Array.from({ length: 7 }, (_, i) => messageOf(`${i}`, 'x'.repeat(1_048_576)));
    expect(closed(large, settings, 0)?.batch).toHaveLength(5);
    expect(closed([], settings, 0)).toBeUndefined();
  });

  it('deletes what was processed, and leaves the rest to its timeout', () => {
    const batch = ['a', 'b', 'c'].map((id) => messageOf(id));
    const ids = (records: typeof batch) => records.map(({ event }) => event.messageId);
    expect(ids(processed(batch, { kind: 'done' }))).toEqual(['a', 'b', 'c']);
    expect(ids(processed(batch, { kind: 'items-failed', indexes: [1] }))).toEqual(['a', 'c']);
    expect(processed(batch, { kind: 'failed', thrown: true, reason: '' })).toEqual([]);
    expect(processed(batch, { kind: 'not-invoked', reason: '' })).toEqual([]);
  });
});
