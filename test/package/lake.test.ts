import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { answerRecords } from '../../events/firehose-answer.ts';
import { athenaQuery, namedQueries } from '../../infra/lake/named-queries.ts';
import {
  functionId,
  ofType,
  type PackagedStack,
  type Properties,
  packageStack,
  propertiesOf,
} from './support/packaged-stack.ts';
import { isAllowed } from './support/role-policies.ts';

let stack: PackagedStack;
let s3: Properties;
beforeAll(async () => {
  stack = await packageStack();
  s3 = propertiesOf(stack, 'LakeDelivery').ExtendedS3DestinationConfiguration;
});
afterAll(() => stack?.remove());

/** A row and its keys, as the transform answers them. */
function transformed(): { row: Properties; partitionKeys: Properties } {
  const event = {
    ...{
      specversion: '1.0',
      id: 'e',
      source: 'd',
      subject: 'a',
      type: 'vpn.usage',
      time: '2026-11-21T10:05:00Z',
    },
    ...{
      dataversion: 2,
      datacontenttype: 'application/json',
      dataschema: 'https://example.com/s',
      trace: 't',
      data: {},
    },
  };
  const line = { tenantId: 'T001', receivedAt: '2026-11-21T10:05:01Z', config: 1, event };
  const data = Buffer.from(JSON.stringify(line)).toString('base64');
  const [answered] = answerRecords([{ recordId: '1', data }]).records;
  if (answered?.result !== 'Ok') throw new Error(JSON.stringify(answered));
  return {
    row: JSON.parse(Buffer.from(answered.data, 'base64').toString()),
    partitionKeys: answered.metadata.partitionKeys,
  };
}

const table = (): Properties => propertiesOf(stack, 'LakeTable').TableInput;

describe('the delivery to the lake', () => {
  it('takes records apart before the transform sees them', () => {
    const { Processors } = s3.ProcessingConfiguration;
    expect(Processors.map(({ Type }: Properties) => Type)).toEqual(['RecordDeAggregation', 'Lambda']);
    expect(Processors[0].Parameters).toEqual([{ ParameterName: 'SubRecordType', ParameterValue: 'JSON' }]);
    const parameters = Object.fromEntries(
      Processors[1].Parameters.map(({ ParameterName, ParameterValue }: Properties) => [
        ParameterName,
        ParameterValue,
      ]),
    );
    expect(parameters.LambdaArn).toEqual({ 'Fn::GetAtt': [functionId('transform-lake-records'), 'Arn'] });
    // test/events/firehose-answer.test.ts shows that this much cannot fill the answer.
    expect(parameters.BufferSizeInMBs).toBe('1');
  });

  it('writes by the keys that the transform gives, and by all of them', () => {
    const used = [...s3.Prefix.matchAll(/!\{partitionKeyFromLambda:(\w+)\}/g)].map((match) => match[1]);
    expect(used).toEqual(Object.keys(transformed().partitionKeys));
    expect(s3.Prefix).toBe(used.map((key) => `${key}=!{partitionKeyFromLambda:${key}}/`).join(''));
    expect(s3.DynamicPartitioningConfiguration.Enabled).toBe(true);
  });

  it('files what fails by its kind and day, beside the layout', () => {
    expect(s3.ErrorOutputPrefix).toBe(
      'failed/!{firehose:error-output-type}/year=!{timestamp:yyyy}/month=!{timestamp:MM}/day=!{timestamp:dd}/',
    );
  });

  it('writes every member of a row into a column of its own, compressed', () => {
    const columns = table().StorageDescriptor.Columns.map(({ Name }: Properties) => Name);
    expect(Object.keys(transformed().row).sort()).toEqual(columns.toSorted());
    const { InputFormatConfiguration, OutputFormatConfiguration } = s3.DataFormatConversionConfiguration;
    // Times are epoch milliseconds.
    expect(InputFormatConfiguration.Deserializer).toEqual({
      HiveJsonSerDe: { TimestampFormats: ['millis'] },
    });
    expect(OutputFormatConfiguration.Serializer).toEqual({ ParquetSerDe: { Compression: 'SNAPPY' } });
  });

  it('gathers as much and as long as Firehose takes, by parameters', async () => {
    expect(s3.BufferingHints).toEqual({ SizeInMBs: 128, IntervalInSeconds: 300 });
    const other = await packageStack('--param', 'lakeBufferMegabytes=64', '--param', 'lakeBufferSeconds=60');
    const { BufferingHints } = propertiesOf(other, 'LakeDelivery').ExtendedS3DestinationConfiguration;
    expect([BufferingHints.SizeInMBs, BufferingHints.IntervalInSeconds].map(Number)).toEqual([64, 60]);
    await other.remove();
  });

  it('logs what goes wrong', () => {
    expect(s3.CloudWatchLoggingOptions.Enabled).toBe(true);
  });
});

const account = '123456789012';
const arns: Record<string, string> = {
  EventStream: `arn:aws:kinesis:eu-central-1:${account}:stream/EventStream`,
  LakeBucket: 'arn:aws:s3:::lakebucket',
  LakeDeliveryLogGroup: `arn:aws:logs:eu-central-1:${account}:log-group:lake:*`,
};
const references: Record<string, string> = {
  'AWS::Partition': 'aws',
  'AWS::Region': 'eu-central-1',
  'AWS::AccountId': account,
  LakeDatabase: 'tidegate_test',
  LakeTable: 'copies',
};

/** A statement with names and ARNs in the place of references. */
function resolved(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(resolved);
  if (value === null || typeof value !== 'object') return value;
  const { 'Fn::GetAtt': attribute, 'Fn::Sub': text, ...others } = value as Properties;
  const arnOf = (id: string) => arns[id] ?? `arn:aws:lambda:eu-central-1:${account}:function:${id}`;
  if (attribute) return arnOf(attribute[0]);
  if (text)
    return text.replace(/\$\{([\w:]+?)(\.Arn)?\}/g, (_: string, id: string, isArn?: string) =>
      isArn ? arnOf(id) : references[id],
    );
  return Object.fromEntries(Object.entries(others).map(([name, item]) => [name, resolved(item)]));
}

describe('the role of the delivery', () => {
  const statements = (): Properties[] =>
    resolved(propertiesOf(stack, 'LakeDeliveryPolicy').PolicyDocument.Statement) as Properties[];
  const glue = `arn:aws:glue:eu-central-1:${account}`;
  const transform = `arn:aws:lambda:eu-central-1:${account}:function:${functionId('transform-lake-records')}`;

  it.each([
    ['kinesis:GetRecords', arns.EventStream as string],
    ['lambda:InvokeFunction', `${transform}:$LATEST`],
    ['s3:PutObject', 'arn:aws:s3:::lakebucket/tenant=T001/x'],
    ['s3:ListBucket', 'arn:aws:s3:::lakebucket'],
    ['glue:GetTableVersions', `${glue}:table/tidegate_test/copies`],
    ['logs:PutLogEvents', `arn:aws:logs:eu-central-1:${account}:log-group:lake:log-stream:delivery`],
  ])('may %s', async (action, resource) => {
    expect(await isAllowed(statements(), action, resource)).toBe(true);
  });

  it.each([
    ['kinesis:PutRecords', arns.EventStream as string],
    ['lambda:InvokeFunction', `arn:aws:lambda:eu-central-1:${account}:function:RecordDashusage`],
    ['s3:DeleteObject', 'arn:aws:s3:::lakebucket/tenant=T001/x'],
    ['s3:PutObject', 'arn:aws:s3:::quarantinebucket/x'],
    ['glue:UpdateTable', `${glue}:table/tidegate_test/copies`],
    ['glue:GetTable', `${glue}:table/other/copies`],
  ])('may not %s of %s', async (action, resource) => {
    expect(await isAllowed(statements(), action, resource)).toBe(false);
  });

  it('names every action and resource but for objects', () => {
    for (const { Action, Resource } of statements()) {
      for (const action of [Action].flat()) expect(action).not.toContain('*');
      for (const resource of [Resource].flat())
        expect(resource).toMatch(/^(arn:aws:s3:::lakebucket\/\*|.*:\*|[^*]+)$/);
    }
  });

  it('is Firehose’s alone, in the name of this account', () => {
    expect(propertiesOf(stack, 'LakeDeliveryRole').AssumeRolePolicyDocument.Statement).toEqual([
      {
        Effect: 'Allow',
        Principal: { Service: 'firehose.amazonaws.com' },
        Action: 'sts:AssumeRole',
        Condition: { StringEquals: { 'sts:ExternalId': { Ref: 'AWS::AccountId' } } },
      },
    ]);
  });
});

describe('Athena', () => {
  it('finds partitions without a crawler, and none without a tenant', () => {
    const { Parameters, PartitionKeys } = table();
    const names = PartitionKeys.map(({ Name }: Properties) => Name);
    expect(names).toEqual(['tenant', 'event_table', 'version', 'year', 'month', 'day']);
    for (const name of names) expect(Parameters[`projection.${name}.type`], name).toBeDefined();
    expect(Parameters['projection.tenant.type']).toBe('injected');
    const partOf = (name: string) => `${name === 'event_table' ? 'table' : name}=\${!${name}}/`;
    expect(Parameters['storage.location.template']['Fn::Sub']).toBe(
      `s3://\${LakeBucket}/${names.map(partOf).join('')}`,
    );
  });

  it('ends a query that would read too much, whoever asks', () => {
    const { WorkGroupConfiguration } = propertiesOf(stack, 'LakeWorkGroup');
    expect(WorkGroupConfiguration).toMatchObject({
      EnforceWorkGroupConfiguration: true,
      BytesScannedCutoffPerQuery: 107_374_182_400,
    });
  });

  it('has the named queries, of a tenant and of days that it says', () => {
    const deployed = new Map(
      ofType(stack, 'AWS::Athena::NamedQuery').map(([, { Properties }]) => [Properties.Name, Properties]),
    );
    const queries = namedQueries();
    expect([...deployed.keys()].sort()).toEqual(
      [...queries.map(({ name }) => name), 'view-of-a-tenant'].sort(),
    );
    for (const query of queries) {
      const text = deployed.get(query.name)?.QueryString;
      expect(text).toBe(athenaQuery(query));
      expect(text.match(/where tenant = 'T001'/g)).toHaveLength(query.types.length);
      expect(text.match(/year = year\(current_date\)/g)).toHaveLength(query.types.length);
    }
  });
});

describe('alarms of the lake', () => {
  it('watch the share of active partitions before it is used up', () => {
    const { Metrics, Threshold } = propertiesOf(stack, 'LakePartitionsAlarm');
    expect(Metrics[0].Expression).toBe('100 * partitions / bound');
    const metrics = Metrics.slice(1).map(({ Id, MetricStat }: Properties) => [
      Id,
      MetricStat.Metric.MetricName,
    ]);
    expect(metrics).toEqual([
      ['partitions', 'PartitionCount'],
      ['bound', 'ActivePartitionsLimit'],
    ]);
    expect(Threshold).toBe(80);
  });

  it('tell the operators', () => {
    for (const id of ['Partitions', 'PartitionsExceeded', 'Freshness', 'FailedRecords'])
      expect(propertiesOf(stack, `Lake${id}Alarm`).AlarmActions, id).toEqual([{ Ref: 'OperationsTopic' }]);
  });
});
