import { describe, expect, it } from 'vitest';
import { StackFault } from '../../../local/stack-fault.ts';
import { resolveTemplate } from '../../../local/template/resolved-stack.ts';
import type { Template } from '../../../local/template/template.ts';

const around = {
  region: 'eu-central-1',
  accountId: '000000000000',
  stackName: 'tidegate-local',
  queuesUrl: 'http://127.0.0.1:9324',
};

const resolve = (Resources: Template['Resources'], more: Partial<Template> = {}) =>
  resolveTemplate({ Resources, ...more }, around);

/** The name of a table whose name is this expression. */
const evaluated = (expression: unknown, more: Partial<Template> = {}): unknown =>
  resolve(
    {
      Table: { Type: 'AWS::DynamoDB::Table', Properties: { TableName: 'usage', Value: expression } },
      Queue: { Type: 'AWS::SQS::Queue', Properties: {} },
    },
    more,
  ).get('Table').properties.Value;

/** How Fn::Sub writes a variable. */
const put = (name: string): string => `\${${name}}`;

describe('names', () => {
  it('are those that the template gives, or made of the stack and the logical id', () => {
    const stack = resolve({
      Events: { Type: 'AWS::Kinesis::Stream', Properties: { Name: 'events' } },
      UsageTable: { Type: 'AWS::DynamoDB::Table' },
      FailedBatches: { Type: 'AWS::S3::Bucket' },
      Jobs: { Type: 'AWS::SQS::Queue' },
      Told: { Type: 'AWS::SNS::Topic' },
    });
    expect(
      Object.fromEntries(stack.resources.map(({ logicalId, physicalId }) => [logicalId, physicalId])),
    ).toEqual({
      Events: 'events',
      UsageTable: 'tidegate-local-UsageTable',
      FailedBatches: 'tidegate-local-failedbatches',
      Jobs: 'http://127.0.0.1:9324/000000000000/tidegate-local-Jobs',
      Told: 'arn:aws:sns:eu-central-1:000000000000:tidegate-local-Told',
    });
    expect(stack.attribute('Jobs', 'Arn')).toBe('arn:aws:sqs:eu-central-1:000000000000:tidegate-local-Jobs');
    expect(stack.attribute('FailedBatches', 'Arn')).toBe('arn:aws:s3:::tidegate-local-failedbatches');
  });
});

describe('a FIFO queue without a name of its own', () => {
  it('gets one that ends as it must', () => {
    const { physicalId } = resolve({
      Limits: { Type: 'AWS::SQS::Queue', Properties: { FifoQueue: true } },
    }).get('Limits');
    expect(physicalId).toBe('http://127.0.0.1:9324/000000000000/tidegate-local-Limits.fifo');
  });
});

describe('intrinsic functions', () => {
  it.each([
    { expression: { Ref: 'Table' }, expected: 'usage' },
    { expression: { Ref: 'AWS::Region' }, expected: 'eu-central-1' },
    {
      expression: { 'Fn::GetAtt': ['Table', 'Arn'] },
      expected: 'arn:aws:dynamodb:eu-central-1:000000000000:table/usage',
    },
    { expression: { 'Fn::GetAtt': 'Queue.QueueName' }, expected: 'tidegate-local-Queue' },
    {
      expression: { 'Fn::Sub': `${put('Table')}/${put('Table.Arn')}/${put('!Table')}` },
      expected: `usage/arn:aws:dynamodb:eu-central-1:000000000000:table/usage/${put('Table')}`,
    },
    {
      expression: { 'Fn::Sub': [`${put('own')}-${put('Table')}`, { own: { Ref: 'AWS::AccountId' } }] },
      expected: '000000000000-usage',
    },
    { expression: { 'Fn::Join': ['-', ['a', { Ref: 'Table' }, 'b']] }, expected: 'a-usage-b' },
    { expression: { 'Fn::Select': [1, { 'Fn::Split': [',', 'a,b,c'] }] }, expected: 'b' },
    { expression: { 'Fn::If': ['IsLocal', 'here', 'there'] }, expected: 'here' },
    { expression: { 'Fn::If': ['IsAway', 'here', { Ref: 'AWS::NoValue' }] }, expected: undefined },
    { expression: { 'Fn::FindInMap': ['Sizes', 'local', 'shards'] }, expected: 4 },
    { expression: { Ref: 'Retention' }, expected: 24 },
    { expression: [{ Ref: 'Table' }, { Ref: 'AWS::NoValue' }, 'x'], expected: ['usage', 'x'] },
    { expression: { nested: { list: [{ Ref: 'Table' }] } }, expected: { nested: { list: ['usage'] } } },
    { expression: { Condition: 'kept', Ref: 'both' }, expected: { Condition: 'kept', Ref: 'both' } },
  ])('$expression', ({ expression, expected }) => {
    const value = evaluated(expression, {
      Parameters: { Retention: { Type: 'Number', Default: 24 } },
      Mappings: { Sizes: { local: { shards: 4 } } },
      Conditions: {
        IsLocal: { 'Fn::Equals': [{ Ref: 'AWS::StackName' }, 'tidegate-local'] },
        IsAway: { 'Fn::Not': [{ Condition: 'IsLocal' }] },
      },
    });
    expect(value).toEqual(expected);
  });

  it.each([
    { expression: { Ref: 'Nobody' }, said: /Nobody, which it does not define/ },
    { expression: { 'Fn::GetAtt': ['Nobody', 'Arn'] }, said: /Nobody\.Arn, which it does not define/ },
    { expression: { 'Fn::GetAtt': ['Table', 'Colour'] }, said: /attribute Colour of Table/ },
    { expression: { 'Fn::Cidr': ['10.0.0.0/8', 2] }, said: /Table\.Value: .*does not know Fn::Cidr/ },
    { expression: { 'Fn::If': ['Unheard', 1, 2] }, said: /no condition Unheard/ },
    { expression: { 'Fn::Join': ['-', 'no list'] }, said: /a list was expected/ },
  ])('say what is wrong with $expression', ({ expression, said }) => {
    expect(() => evaluated(expression)).toThrow(StackFault);
    expect(() => evaluated(expression)).toThrow(said);
  });
});

describe('resources', () => {
  it('of a type that nobody thought of keep the stack from starting, all of them named', () => {
    const unknown = () =>
      resolve({
        Net: { Type: 'AWS::EC2::VPC' },
        Table: { Type: 'AWS::DynamoDB::Table' },
        Zone: { Type: 'AWS::Route53::HostedZone' },
      });
    expect(unknown).toThrow(/Net \(AWS::EC2::VPC\), Zone \(AWS::Route53::HostedZone\)/);
  });

  it('whose condition does not hold are not there', () => {
    const stack = resolve(
      { Table: { Type: 'AWS::DynamoDB::Table', Condition: 'Never' } },
      { Conditions: { Never: { 'Fn::Equals': ['a', 'b'] } } },
    );
    expect(stack.resources).toEqual([]);
  });

  it('that are ignored are not evaluated, but have names', () => {
    const stack = resolve({
      Role: { Type: 'AWS::IAM::Role', Properties: { RoleName: 'writer', Policies: { 'Fn::Unheard': 1 } } },
    });
    expect(stack.get('Role')).toMatchObject({ how: 'ignored', physicalId: 'writer', properties: {} });
    expect(stack.attribute('Role', 'Arn')).toBe('arn:aws:iam::000000000000:role/writer');
  });
});
