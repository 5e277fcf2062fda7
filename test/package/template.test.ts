import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { functionNames } from '../../infra/bundle.js';
import { secondLookDelaySeconds } from '../../infra/limits/limit-evaluation.ts';
import { configTtlMs } from '../../infra/tenancy/config-cache.ts';
import {
  functionId,
  ofType,
  type PackagedStack,
  packageStack,
  propertiesOf,
} from './support/packaged-stack.ts';
import { isResolvable, referencesOf } from './support/references.ts';

let stack: PackagedStack;
beforeAll(async () => {
  stack = await packageStack();
});
afterAll(() => stack?.remove());

describe('references', () => {
  it('all lead somewhere', () => {
    const references = referencesOf(stack);
    expect(references.length).toBeGreaterThan(100);
    expect(references.filter((reference) => !isResolvable(reference, stack))).toEqual([]);
  });

  it('that lead nowhere are found', () => {
    const resources = {
      Queue: { Type: 'AWS::SQS::Queue', Properties: {} },
      Other: {
        Type: 'AWS::SQS::Queue',
        DependsOn: ['Gone'],
        Properties: {
          one: { Ref: 'Missing' },
          two: [{ 'Fn::GetAtt': ['Queue', 'Nothing'] }, { 'Fn::GetAtt': ['Queue', 'Arn'] }],
          three: {
            'Fn::Sub': ['AWS::Region', 'Absent.Arn', 'Queue.Arn'].map((name) => `\${${name}}`).join('-'),
          },
        },
      },
    };
    const dangling = referencesOf({ resources, outputs: {} }).filter(
      (reference) => !isResolvable(reference, { resources }),
    );
    expect(dangling.map(({ logicalId }) => logicalId)).toEqual(['Gone', 'Missing', 'Queue', 'Absent']);
  });
});

describe('what is kept', () => {
  it('is encrypted', () => {
    for (const [id, { Properties }] of ofType(stack, 'AWS::DynamoDB::Table')) {
      expect(Properties.SSESpecification, id).toEqual({ SSEEnabled: true, SSEType: 'KMS' });
    }
    for (const [id, { Properties }] of ofType(stack, 'AWS::Kinesis::Stream')) {
      expect(Properties.StreamEncryption.EncryptionType, id).toBe('KMS');
    }
    for (const [id, { Properties }] of ofType(stack, 'AWS::SQS::Queue')) {
      expect(Properties.SqsManagedSseEnabled, id).toBe(true);
    }
    for (const [id, { Properties }] of ofType(stack, 'AWS::SNS::Topic')) {
      expect(Properties.KmsMasterKeyId, id).toBeDefined();
    }
    for (const [id, { Properties }] of ofType(stack, 'AWS::S3::Bucket')) {
      expect(Properties.BucketEncryption.ServerSideEncryptionConfiguration, id).toHaveLength(1);
    }
  });

  it('is kept where the stack is removed, and can be restored', () => {
    const kept = [
      'UsageTable',
      'TenantsTable',
      'AccountsTable',
      'TrafficTable',
      'EventStream',
      'QuarantineBucket',
      'FailedBatchesBucket',
    ];
    for (const id of kept) expect(stack.resources[id], id).toMatchObject({ DeletionPolicy: 'Retain' });
    for (const [id, { Properties }] of ofType(stack, 'AWS::DynamoDB::Table')) {
      expect(Properties, id).toMatchObject({
        BillingMode: 'PAY_PER_REQUEST',
        DeletionProtectionEnabled: true,
        PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
      });
    }
    expect(propertiesOf(stack, 'UsageTable').TimeToLiveSpecification).toEqual({
      AttributeName: 'expiresAt',
      Enabled: true,
    });
  });

  it('is never public', () => {
    for (const [id, { Properties }] of ofType(stack, 'AWS::S3::Bucket')) {
      expect(Properties.PublicAccessBlockConfiguration, id).toEqual({
        BlockPublicAcls: true,
        BlockPublicPolicy: true,
        IgnorePublicAcls: true,
        RestrictPublicBuckets: true,
      });
    }
  });

  it('in logs is forgotten in time, of every function', async () => {
    const groups = ofType(stack, 'AWS::Logs::LogGroup');
    expect(groups.filter(([, { Properties }]) => !(Properties.RetentionInDays > 0))).toEqual([]);
    const names = groups.map(([, { Properties }]) => Properties.LogGroupName);
    for (const name of await functionNames()) expect(names).toContain(`/aws/lambda/tidegate-test-${name}`);
  });
});

describe('event source mappings', () => {
  it('bound everything that record-usage may be given', () => {
    const mapping = propertiesOf(stack, 'RecordUsageMapping');
    expect(mapping).toMatchObject({
      FunctionName: { 'Fn::GetAtt': [functionId('record-usage'), 'Arn'] },
      StartingPosition: 'TRIM_HORIZON',
      ParallelizationFactor: 10,
      BisectBatchOnFunctionError: true,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      DestinationConfig: { OnFailure: { Destination: { 'Fn::GetAtt': ['FailedBatchesBucket', 'Arn'] } } },
      MetricsConfig: { Metrics: ['EventCount'] },
    });
    expect(mapping.BatchSize).toBeGreaterThan(0);
    expect(mapping.MaximumBatchingWindowInSeconds).toBe(60);
    expect(mapping.MaximumRetryAttempts).toBeGreaterThan(0);
    expect(mapping.MaximumRecordAgeInSeconds).toBeGreaterThanOrEqual(60);
  });

  it('give a record up long before the stream forgets it', () => {
    const { RetentionPeriodHours } = propertiesOf(stack, 'EventStream');
    const { MaximumRecordAgeInSeconds } = propertiesOf(stack, 'RecordUsageMapping');
    expect(MaximumRecordAgeInSeconds).toBeLessThan(RetentionPeriodHours * 3_600);
    const { Environment } = propertiesOf(stack, functionId('record-usage'));
    expect(Number(Environment.Variables.STREAM_RETENTION_HOURS)).toBe(RetentionPeriodHours);
  });

  it('let count-traffic give nothing up, and keep the order of a shard', () => {
    const mapping = propertiesOf(stack, 'CountTrafficMapping');
    expect(mapping).toMatchObject({
      FunctionName: { 'Fn::GetAtt': [functionId('count-traffic'), 'Arn'] },
      StartingPosition: 'TRIM_HORIZON',
      ParallelizationFactor: 1,
      BisectBatchOnFunctionError: false,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      MaximumRetryAttempts: -1,
      MaximumRecordAgeInSeconds: -1,
    });
    expect(mapping.DestinationConfig).toBeUndefined();
    const { Environment } = propertiesOf(stack, functionId('count-traffic'));
    const { RetentionPeriodHours } = propertiesOf(stack, 'EventStream');
    expect(Number(Environment.Variables.STREAM_RETENTION_HOURS)).toBe(RetentionPeriodHours);
  });

  it.each([
    { queue: 'RollUpQueue', deadLetters: 'RollUpDeadLetterQueue', consumer: 'roll-up-days' },
    { queue: 'LimitQueue', deadLetters: 'LimitDeadLetterQueue', consumer: 'enforce-limit' },
    { queue: 'EvaluationQueue', deadLetters: 'EvaluationDeadLetterQueue', consumer: 'evaluate-accounts' },
    { queue: 'DetectionQueue', deadLetters: 'DetectionDeadLetterQueue', consumer: 'detect-anomalies' },
    { queue: 'AnomalyQueue', deadLetters: 'AnomalyDeadLetterQueue', consumer: 'notify-anomaly' },
  ])('hide a message of $queue for as long as it may be worked on', ({ queue, deadLetters, consumer }) => {
    const { VisibilityTimeout, RedrivePolicy, FifoQueue } = propertiesOf(stack, queue);
    expect(VisibilityTimeout).toBeGreaterThanOrEqual(6 * propertiesOf(stack, functionId(consumer)).Timeout);
    expect(RedrivePolicy.deadLetterTargetArn).toEqual({ 'Fn::GetAtt': [deadLetters, 'Arn'] });
    // What cannot be delivered keeps its order, and so its kind of queue.
    expect(propertiesOf(stack, deadLetters).FifoQueue).toBe(FifoQueue);
  });

  it('look at changed limits again when nobody can go by the former ones', () => {
    const countingSeconds = propertiesOf(stack, functionId('record-usage')).Timeout;
    const storingSeconds = propertiesOf(stack, functionId('configure-tenant')).Timeout;
    expect(secondLookDelaySeconds).toBeGreaterThan(configTtlMs / 1000 + countingSeconds + storingSeconds);
    expect(secondLookDelaySeconds).toBeLessThanOrEqual(900);
  });
});

describe('alarms', () => {
  const alarmsOn = (metric: string, dimension: string) =>
    ofType(stack, 'AWS::CloudWatch::Alarm')
      .map(([, { Properties }]) => Properties)
      .filter(({ MetricName }) => MetricName === metric)
      .flatMap(({ Dimensions }) => Dimensions)
      .filter(({ Name }) => Name === dimension)
      .map(({ Value }) => Value.Ref ?? Value['Fn::GetAtt']?.[0] ?? Value);

  it.each(['Errors', 'Throttles'])('watch the %s of every function', async (metric) => {
    const functions = (await functionNames()).map(functionId);
    expect(alarmsOn(metric, 'FunctionName').toSorted()).toEqual(functions.toSorted());
  });

  it.each([
    {
      metric: 'IteratorAge',
      dimension: 'FunctionName',
      of: [functionId('record-usage'), functionId('count-traffic')],
    },
    { metric: 'Invocations', dimension: 'FunctionName', of: [functionId('put-heartbeats')] },
    { metric: 'DestinationDeliveryFailures', dimension: 'FunctionName', of: [functionId('record-usage')] },
    {
      metric: 'OnFailureDestinationDeliveredEventCount',
      dimension: 'EventSourceMappingUUID',
      of: ['RecordUsageMapping'],
    },
    { metric: 'PutRequests', dimension: 'BucketName', of: ['LakeBucket', 'QuarantineBucket'] },
    {
      metric: 'ApproximateNumberOfMessagesVisible',
      dimension: 'QueueName',
      of: [
        'DetectionDeadLetterQueue',
        'AnomalyDeadLetterQueue',
        'RollUpDeadLetterQueue',
        'LimitDeadLetterQueue',
        'EvaluationDeadLetterQueue',
      ],
    },
    {
      metric: 'ReadThrottleEvents',
      dimension: 'TableName',
      of: ['UsageTable', 'TenantsTable', 'AccountsTable', 'TrafficTable'],
    },
    {
      metric: 'WriteThrottleEvents',
      dimension: 'TableName',
      of: ['UsageTable', 'TenantsTable', 'AccountsTable', 'TrafficTable'],
    },
    { metric: 'WriteProvisionedThroughputExceeded', dimension: 'StreamName', of: ['EventStream'] },
    { metric: '5XXError', dimension: 'ApiName', of: ['tidegate-test'] },
  ])('watch $metric of $of', ({ metric, dimension, of }) => {
    expect(alarmsOn(metric, dimension)).toEqual(of);
  });

  it('all tell the operators, by a topic that CloudWatch can publish to', () => {
    for (const [id, { Properties }] of ofType(stack, 'AWS::CloudWatch::Alarm')) {
      expect(Properties.AlarmActions, id).toEqual([{ Ref: 'OperationsTopic' }]);
      const isOfSilence = id === 'HeartbeatSilenceAlarm';
      expect(Properties.TreatMissingData, id).toBe(isOfSilence ? 'breaching' : 'notBreaching');
      expect(Properties.AlarmDescription, id).toMatch(/\.$/);
    }
    const { KeyPolicy } = propertiesOf(stack, 'OperationsTopicKey');
    expect(KeyPolicy.Statement).toContainEqual(
      expect.objectContaining({
        Principal: { Service: 'cloudwatch.amazonaws.com' },
        Action: ['kms:Decrypt', 'kms:GenerateDataKey'],
      }),
    );
  });
});

describe('parameters', () => {
  it('make a stage that is thrown away, and another batch window', async () => {
    const other = await packageStack(
      '--param=batchWindowSeconds=5',
      '--param=dataDeletionPolicy=Delete',
      '--param=dataDeletionProtection=false',
    );
    expect(propertiesOf(other, 'RecordUsageMapping').MaximumBatchingWindowInSeconds).toBe('5');
    expect(propertiesOf(other, 'UsageTable').DeletionProtectionEnabled).toBe('false');
    expect(other.resources.UsageTable).toMatchObject({ DeletionPolicy: 'Delete' });
    await other.remove();
  });
});

describe('the template', () => {
  it('is the same for the same sources, but for the time in the names of its archives', async () => {
    const other = await packageStack();
    const timeless = ({ resources }: PackagedStack) =>
      JSON.stringify(resources).replaceAll(/\/test\/\d+-[\dTZ:.-]+\//g, '/test/…/');
    expect(timeless(other)).toBe(timeless(stack));
    await other.remove();
  });

  it('tells where its parts are', () => {
    expect(Object.keys(stack.outputs)).toEqual(
      expect.arrayContaining([
        'ApiUrl',
        'UsageTableName',
        'TenantsTableName',
        'EventStreamName',
        'OperationsTopicArn',
      ]),
    );
  });

  it('tags what can be tagged by the tool', async () => {
    for (const name of await functionNames()) {
      expect(propertiesOf(stack, functionId(name)).Tags).toContainEqual({ Key: 'stage', Value: 'test' });
    }
  });
});
