import { describe, expect, it } from 'vitest';
import { deliverySettings } from '../../../local/firehose/delivery-settings.ts';
import { objectKey, prefixOf } from '../../../local/firehose/object-keys.ts';
import { parseRow } from '../../../local/firehose/parquet-rows.ts';
import { resolveTemplate } from '../../../local/template/resolved-stack.ts';
import type { Template } from '../../../local/template/template.ts';

const around = {
  region: 'eu-central-1',
  accountId: '000000000000',
  stackName: 'tidegate-local',
  queuesUrl: 'http://q',
};

const parameter = (ParameterName: string, ParameterValue: unknown) => ({ ParameterName, ParameterValue });

const destination = {
  BucketARN: { 'Fn::GetAtt': ['Lake', 'Arn'] },
  Prefix: 'a/',
  ErrorOutputPrefix: 'failed/',
  ProcessingConfiguration: {
    Processors: [
      { Type: 'RecordDeAggregation', Parameters: [parameter('SubRecordType', 'JSON')] },
      {
        Type: 'Lambda',
        Parameters: [
          parameter('LambdaArn', { 'Fn::GetAtt': ['Transform', 'Arn'] }),
          parameter('BufferSizeInMBs', '1'),
        ],
      },
    ],
  },
  DataFormatConversionConfiguration: {
    OutputFormatConfiguration: { Serializer: { ParquetSerDe: {} } },
    SchemaConfiguration: { TableName: { Ref: 'Table' } },
  },
};

const settingsOf = (s3: object, columns = [{ Name: 'id', Type: 'string' }]) => {
  const Resources: Template['Resources'] = {
    Events: { Type: 'AWS::Kinesis::Stream' },
    Lake: { Type: 'AWS::S3::Bucket' },
    Transform: { Type: 'AWS::Lambda::Function', Properties: { FunctionName: 'transform' } },
    Database: { Type: 'AWS::Glue::Database', Properties: { DatabaseInput: { Name: 'tidegate_dev' } } },
    Table: {
      Type: 'AWS::Glue::Table',
      Properties: {
        DatabaseName: { Ref: 'Database' },
        TableInput: { Name: 'copies', StorageDescriptor: { Columns: columns } },
      },
    },
    Delivery: {
      Type: 'AWS::KinesisFirehose::DeliveryStream',
      Properties: {
        KinesisStreamSourceConfiguration: { KinesisStreamARN: { 'Fn::GetAtt': ['Events', 'Arn'] } },
        ExtendedS3DestinationConfiguration: s3,
      },
    },
  };
  const stack = resolveTemplate({ Resources }, around);
  expect([stack.get('Database').physicalId, stack.get('Table').physicalId]).toEqual([
    'tidegate_dev',
    'copies',
  ]);
  return deliverySettings(stack.get('Delivery'), stack);
};

describe('the settings of a delivery stream', () => {
  it('are those of the template', () => {
    expect(settingsOf(destination)).toMatchObject({
      streamName: 'tidegate-local-Events',
      bucket: 'tidegate-local-lake',
      transform: {
        functionArn: 'arn:aws:lambda:eu-central-1:000000000000:function:transform',
        bytesMax: 1024 * 1024,
        retriesMax: 3,
      },
      columns: [{ name: 'id', type: 'string' }],
    });
  });

  it.each([
    [
      'another processor',
      { ...destination, ProcessingConfiguration: { Processors: [] } },
      /but with JSON de-aggregation/,
    ],
    ['another format', { ...destination, DataFormatConversionConfiguration: {} }, /but into Parquet/],
  ])('say what is not played: %s', (_what, s3, fault) => {
    expect(() => settingsOf(s3)).toThrow(fault);
  });

  it('say which type of column is not played', () => {
    expect(() => settingsOf(destination, [{ Name: 'x', Type: 'struct<a:int>' }])).toThrow(
      /column of type struct/,
    );
  });
});

describe('keys of objects', () => {
  const at = Date.parse('2026-11-21T10:05:09.123Z');

  it('are the prefix evaluated, the delivery stream, the time and an id', () => {
    const prefix = prefixOf('t=!{partitionKeyFromLambda:tenant}/!{timestamp:yyyy}/!{timestamp:HH}/', {
      partitionKeys: { tenant: 'T001' },
      arrivedAt: at,
    });
    expect(objectKey(prefix, { name: 'lake', extension: '.parquet', at, uniqueId: 'u' })).toBe(
      't=T001/2026/10/lake-1-2026-11-21-10-05-09-u.parquet',
    );
  });

  it.each([
    '!{partitionKeyFromLambda:missing}',
    '!{timestamp:EEE}',
    '!{firehose:random-string}',
    '!{other:x}',
  ])('know no %s', (expression) => {
    expect(() => prefixOf(expression, { partitionKeys: {}, arrivedAt: at })).toThrow(/nothing is known of/);
  });
});

describe('a row', () => {
  const columns = [
    { name: 'text', type: 'string' as const },
    { name: 'count', type: 'int' as const },
    { name: 'moment', type: 'timestamp' as const },
  ];

  it.each(['{}', '{"text":null}', '{"text":"a","count":2147483647,"moment":1795255500123}', '{"other":1}'])(
    'of the table: %s',
    (text) => {
      expect(parseRow(text, columns)).toEqual(JSON.parse(text));
    },
  );

  it.each(['', '[', '5', 'null', '{"text":1}', '{"count":1.5}', '{"count":2147483648}', '{"moment":"2026"}'])(
    'none of the table: %s',
    (text) => {
      expect(parseRow(text, columns)).toBeUndefined();
    },
  );
});
