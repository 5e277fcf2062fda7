import { describe, expect, it } from 'vitest';
import { queueSettings, streamSettings } from '../../../local/mappings/mapping-settings.ts';

const stream = {
  EventSourceArn: 'arn:aws:kinesis:eu-central-1:000000000000:stream/usage',
  FunctionName: 'record-usage',
  StartingPosition: 'TRIM_HORIZON',
};
const queue = {
  EventSourceArn: 'arn:aws:sqs:eu-central-1:000000000000:limits',
  FunctionName: 'enforce-limit',
};

describe("a stream's mapping", () => {
  it('has the documented defaults', () => {
    expect(streamSettings(stream)).toEqual({
      enabled: true,
      functionName: 'record-usage',
      sourceArn: stream.EventSourceArn,
      region: 'eu-central-1',
      batchSize: 100,
      windowMs: 0,
      reportsItemFailures: false,
      parallelization: 1,
      bisect: false,
      retriesMax: Number.POSITIVE_INFINITY,
      recordAgeMaxMs: Number.POSITIVE_INFINITY,
      startingPosition: 'TRIM_HORIZON',
    });
  });

  it('takes what a template says, numbers as text too', () => {
    expect(
      streamSettings({
        ...stream,
        Enabled: false,
        BatchSize: '1000',
        MaximumBatchingWindowInSeconds: '1',
        ParallelizationFactor: 10,
        BisectBatchOnFunctionError: true,
        FunctionResponseTypes: ['ReportBatchItemFailures'],
        MaximumRetryAttempts: 0,
        MaximumRecordAgeInSeconds: 3_600,
        DestinationConfig: { OnFailure: { Destination: 'arn:aws:s3:::quarantine' } },
        StartingPosition: 'AT_TIMESTAMP',
        StartingPositionTimestamp: 1_700_000_000,
      }),
    ).toMatchObject({
      enabled: false,
      batchSize: 1_000,
      windowMs: 1_000,
      parallelization: 10,
      bisect: true,
      reportsItemFailures: true,
      retriesMax: 0,
      recordAgeMaxMs: 3_600_000,
      failureBucket: 'quarantine',
      startingPosition: { atMs: 1_700_000_000_000 },
    });
  });

  it.each([
    [{ BatchSize: 10_001 }, 'BatchSize must be a whole number from 1 to 10000, not 10001'],
    [{ MaximumBatchingWindowInSeconds: 301 }, 'MaximumBatchingWindowInSeconds must be'],
    [{ ParallelizationFactor: 11 }, 'ParallelizationFactor must be'],
    [{ MaximumRetryAttempts: 1.5 }, 'MaximumRetryAttempts must be'],
    [{ BatchSize: { Ref: 'BatchSize' } }, 'BatchSize must be'],
    [{ StartingPosition: undefined }, 'StartingPosition must be'],
    [{ EventSourceArn: { 'Fn::GetAtt': [] } }, 'EventSourceArn must be resolved to text'],
    [
      { DestinationConfig: { OnFailure: { Destination: 'arn:aws:sqs:x:y:z' } } },
      'must be the ARN of a bucket',
    ],
  ])('refuses %j', (properties, sentence) => {
    expect(() => streamSettings({ ...stream, ...properties })).toThrow(sentence);
  });
});

describe("a queue's mapping", () => {
  it('has the documented defaults', () => {
    expect(queueSettings(queue)).toMatchObject({
      batchSize: 10,
      windowMs: 0,
      fifo: false,
      concurrencyMax: 5,
    });
    const fifo = {
      ...queue,
      EventSourceArn: `${queue.EventSourceArn}.fifo`,
      ScalingConfig: { MaximumConcurrency: 2 },
    };
    expect(queueSettings(fifo)).toMatchObject({ fifo: true, concurrencyMax: 2 });
  });

  it.each([
    [{ BatchSize: 100 }, 'at least 1 for a BatchSize above 10'],
    [
      { EventSourceArn: `${queue.EventSourceArn}.fifo`, MaximumBatchingWindowInSeconds: 1 },
      'no batching window',
    ],
    [{ ScalingConfig: { MaximumConcurrency: 1 } }, 'MaximumConcurrency must be'],
  ])('refuses %j', (properties, sentence) => {
    expect(() => queueSettings({ ...queue, ...properties })).toThrow(sentence);
  });
});
