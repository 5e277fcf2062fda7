import type { PackagedStack } from './packaged-stack.ts';

/** One place of the template that names another: a logical id, and the attribute that Fn::GetAtt asks for. */
export interface Reference {
  at: string;
  logicalId: string;
  attribute?: string;
}

/** Every Ref, Fn::GetAtt, Fn::Sub and DependsOn of a template. */
export function referencesOf({
  resources,
  outputs,
}: Pick<PackagedStack, 'resources' | 'outputs'>): Reference[] {
  const dependencies = Object.entries(resources).flatMap(([id, { DependsOn = [] }]) =>
    [DependsOn].flat().map((logicalId) => ({ at: `${id}.DependsOn`, logicalId })),
  );
  return [...dependencies, ...find(resources, ''), ...find(outputs, 'Outputs')];
}

function find(value: unknown, at: string): Reference[] {
  if (Array.isArray(value)) return value.flatMap((item, index) => find(item, `${at}[${index}]`));
  if (value === null || typeof value !== 'object') return [];
  return Object.entries(value).flatMap(([name, argument]) => {
    if (name === 'Ref') return [{ at, logicalId: String(argument) }];
    if (name === 'Fn::GetAtt') return [attributeReference(at, [argument].flat().join('.'))];
    if (name === 'Fn::Sub') return [...substituted(at, argument), ...find([argument].flat().slice(1), at)];
    return find(argument, `${at}.${name}`);
  });
}

function substituted(at: string, argument: unknown): Reference[] {
  const [text, own = {}] = [argument].flat() as [string, Record<string, unknown>?];
  return [...text.matchAll(/\$\{([^!}]+)\}/g)]
    .map(([, name]) => name as string)
    .filter((name) => !Object.hasOwn(own, name))
    .map((name) => attributeReference(at, name));
}

function attributeReference(at: string, path: string): Reference {
  const [logicalId, ...attribute] = path.split('.');
  return {
    at,
    logicalId: logicalId as string,
    ...(attribute.length > 0 && { attribute: attribute.join('.') }),
  };
}

/** What Fn::GetAtt gives of the types that we ask it of, by CloudFormation's reference. */
const attributes: Record<string, string[]> = {
  'AWS::ApiGateway::RestApi': ['RestApiId', 'RootResourceId'],
  'AWS::DynamoDB::Table': ['Arn', 'StreamArn'],
  'AWS::Events::Rule': ['Arn'],
  'AWS::IAM::Role': ['Arn', 'RoleId'],
  'AWS::Kinesis::Stream': ['Arn'],
  'AWS::Lambda::EventSourceMapping': ['Id', 'EventSourceMappingArn'],
  'AWS::Lambda::Function': ['Arn'],
  'AWS::Logs::LogGroup': ['Arn'],
  'AWS::S3::Bucket': ['Arn', 'DomainName', 'RegionalDomainName'],
  'AWS::SNS::Topic': ['TopicArn', 'TopicName'],
  'AWS::SQS::Queue': ['Arn', 'QueueName', 'QueueUrl'],
};

const pseudoParameters = ['AccountId', 'NoValue', 'Partition', 'Region', 'StackId', 'StackName', 'URLSuffix'];

/** Whether CloudFormation would find what is referred to. */
export function isResolvable(
  { logicalId, attribute }: Reference,
  { resources }: Pick<PackagedStack, 'resources'>,
): boolean {
  const [prefix, pseudo] = logicalId.split('::');
  if (prefix === 'AWS' && pseudo !== undefined) return pseudoParameters.includes(pseudo);
  const resource = resources[logicalId];
  if (!resource) return false;
  return attribute === undefined || (attributes[resource.Type] ?? []).includes(attribute);
}
