/** What stands around every resource: where the stack pretends to be, and where its emulators listen. */
export interface Surroundings {
  region: string;
  accountId: string;
  stackName: string;
  /** http://127.0.0.1:port of the queues' emulator. */
  queuesUrl: string;
}

interface Identity {
  logicalId: string;
  properties: Record<string, unknown>;
  around: Surroundings;
}

/** One resource type of the template: what the local stack does with it, and what Ref and Fn::GetAtt give. */
export interface ResourceKind {
  how: 'created' | 'played' | 'ignored';
  /** Why it may be left out here; only of what is ignored. */
  why?: string;
  ref: (identity: Identity) => string;
  attributes?: Record<string, (identity: Identity) => string>;
}

type Naming = (identity: Identity) => string;

const named =
  (property: string): Naming =>
  ({ logicalId, properties, around }) =>
    String(properties[property] ?? `${around.stackName}-${logicalId}`);

/** Bucket names hold no capitals. */
const bucketName: Naming = (identity) => named('BucketName')(identity).toLowerCase();

const arn =
  (service: string, name: Naming, prefix = ''): Naming =>
  (identity) =>
    `arn:aws:${service}:${identity.around.region}:${identity.around.accountId}:${prefix}${name(identity)}`;

const gatewayId: Naming = ({ logicalId }) => logicalId.toLowerCase();
const tableName = named('TableName');
const streamName = named('Name');
/** CloudFormation's own names for FIFO queues end as they must. */
const queueName: Naming = (identity) => {
  const name = named('QueueName')(identity);
  return identity.properties.FifoQueue === true && !name.endsWith('.fifo') ? `${name}.fifo` : name;
};
const topicArn = arn('sns', named('TopicName'));
const functionName = named('FunctionName');
const roleName = named('RoleName');

const played = (ref: Naming, attributes: ResourceKind['attributes'] = {}): ResourceKind => ({
  how: 'played',
  ref,
  attributes,
});
const ignored = (
  why: string,
  ref: Naming = named('Name'),
  attributes: ResourceKind['attributes'] = {},
): ResourceKind => ({
  how: 'ignored',
  why,
  ref,
  attributes,
});

const noIam = 'there is no IAM on one machine; the policies are tested from the template';

/** Every resource type that the local stack knows. A template with another one does not start. */
export const resourceKinds: Record<string, ResourceKind> = {
  'AWS::DynamoDB::Table': {
    how: 'created',
    ref: tableName,
    attributes: { Arn: arn('dynamodb', tableName, 'table/') },
  },
  'AWS::Kinesis::Stream': {
    how: 'created',
    ref: streamName,
    attributes: { Arn: arn('kinesis', streamName, 'stream/') },
  },
  'AWS::SQS::Queue': {
    how: 'created',
    ref: (identity) => `${identity.around.queuesUrl}/${identity.around.accountId}/${queueName(identity)}`,
    attributes: { Arn: arn('sqs', queueName), QueueName: queueName },
  },
  'AWS::SNS::Topic': {
    how: 'created',
    ref: topicArn,
    attributes: { TopicArn: topicArn, TopicName: named('TopicName') },
  },
  'AWS::S3::Bucket': {
    how: 'created',
    ref: bucketName,
    attributes: { Arn: (identity) => `arn:aws:s3:::${bucketName(identity)}` },
  },

  'AWS::Lambda::Function': played(functionName, { Arn: arn('lambda', functionName, 'function:') }),
  'AWS::Lambda::EventSourceMapping': played(gatewayId),
  'AWS::Events::Rule': played(named('Name'), { Arn: arn('events', named('Name'), 'rule/') }),
  'AWS::ApiGateway::RestApi': played(gatewayId, { RootResourceId: () => 'root' }),
  'AWS::ApiGateway::Resource': played(gatewayId),
  'AWS::ApiGateway::Method': played(gatewayId),
  'AWS::ApiGateway::Authorizer': played(gatewayId),
  'AWS::ApiGateway::GatewayResponse': played(gatewayId),
  'AWS::ApiGateway::UsagePlan': played(gatewayId),
  'AWS::ApiGateway::Deployment': played(gatewayId),
  'AWS::ApiGateway::Stage': played(({ properties }) => String(properties.StageName)),

  'AWS::KinesisFirehose::DeliveryStream': played(named('DeliveryStreamName'), {
    Arn: arn('firehose', named('DeliveryStreamName'), 'deliverystream/'),
  }),
  // The delivery stream writes the columns that the table names.
  'AWS::Glue::Database': played(named('Name')),
  'AWS::Glue::Table': played(named('Name')),

  'AWS::Athena::WorkGroup': ignored('npm run sql asks the lake of one machine'),
  'AWS::Athena::NamedQuery': ignored('npm run sql -- --query asks them on one machine', gatewayId),
  'AWS::Logs::LogStream': ignored('the delivery stream logs to the log of the stack', named('LogStreamName')),
  'AWS::ApiGateway::Account': ignored("it is the region's setting for the gateway's logs"),
  'AWS::Lambda::Version': ignored('there is only the newest version here', gatewayId),
  'AWS::Lambda::Permission': ignored(noIam),
  'AWS::IAM::Role': ignored(noIam, roleName, {
    Arn: (identity) => `arn:aws:iam::${identity.around.accountId}:role/${roleName(identity)}`,
  }),
  'AWS::IAM::Policy': ignored(noIam),
  'AWS::IAM::ManagedPolicy': ignored(noIam),
  'AWS::S3::BucketPolicy': ignored(noIam),
  'AWS::SQS::QueuePolicy': ignored(noIam),
  'AWS::SNS::TopicPolicy': ignored(noIam),
  'AWS::KMS::Key': ignored('nothing is encrypted at rest on one machine', gatewayId, {
    Arn: arn('kms', gatewayId, 'key/'),
  }),
  'AWS::KMS::Alias': ignored('nothing is encrypted at rest on one machine'),
  'AWS::Logs::LogGroup': ignored('functions log to files of the data folder', named('LogGroupName'), {
    Arn: arn('logs', named('LogGroupName'), 'log-group:'),
  }),
  'AWS::CloudWatch::Alarm': ignored('nobody is on call for one machine', named('AlarmName'), {
    Arn: arn('cloudwatch', named('AlarmName'), 'alarm:'),
  }),
};
