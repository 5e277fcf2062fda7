import { runSimulation } from '@cloud-copilot/iam-simulate';
import { type PackagedStack, type Properties, propertiesOf } from './packaged-stack.ts';

const account = '123456789012';
const here = `eu-central-1:${account}`;
const stackName = 'tidegate-test';

/** What the template's pseudo parameters are there. */
const pseudo: Record<string, string> = {
  'AWS::Partition': 'aws',
  'AWS::Region': 'eu-central-1',
  'AWS::AccountId': account,
  'AWS::StackName': stackName,
};

/** A topic of a tenant of this stack, or of another one. */
export const tenantTopicArn = (tenantId: string, stack = stackName): string =>
  `arn:aws:sns:${here}:${stack}_${tenantId}_accounts`;

/** ARNs of the template's resources, as the deployed ones would look. */
const arnOf: Record<string, (id: string) => string> = {
  'AWS::DynamoDB::Table': (id) => `arn:aws:dynamodb:${here}:table/${id}`,
  'AWS::Kinesis::Stream': (id) => `arn:aws:kinesis:${here}:stream/${id}`,
  'AWS::SQS::Queue': (id) => `arn:aws:sqs:${here}:${id}`,
  'AWS::S3::Bucket': (id) => `arn:aws:s3:::${id.toLowerCase()}`,
  'AWS::SNS::Topic': (id) => `arn:aws:sns:${here}:${id}`,
  'AWS::Logs::LogGroup': (id) => `arn:aws:logs:${here}:log-group:${id}:*`,
};

export function resourceArn({ resources }: PackagedStack, logicalId: string): string {
  const arn = arnOf[resources[logicalId]?.Type ?? '']?.(logicalId);
  if (!arn) throw new Error(`What is the ARN of ${logicalId}?`);
  return arn;
}

/** The statements of a function's role, with ARNs for references. */
export function roleStatements(stack: PackagedStack, roleId: string): Properties[] {
  const resolve = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(resolve);
    if (value === null || typeof value !== 'object') return value;
    const { 'Fn::GetAtt': attribute, 'Fn::Sub': text, ...others } = value as Properties;
    if (attribute) return resourceArn(stack, attribute[0]);
    if (text) {
      return text
        .replace(/\$\{(\w+)\.Arn\}/g, (_: string, id: string) => resourceArn(stack, id))
        .replace(/\$\{(AWS::\w+)\}/g, (_: string, name: string) => pseudo[name]);
    }
    return Object.fromEntries(Object.entries(others).map(([name, item]) => [name, resolve(item)]));
  };
  const policies = propertiesOf(stack, roleId).Policies as Properties[];
  return policies.flatMap(({ PolicyDocument }) => resolve(PolicyDocument.Statement) as Properties[]);
}

/** Whether IAM would let a role of these statements do that. */
export async function isAllowed(
  statements: Properties[],
  action: string,
  resource: string,
): Promise<boolean> {
  const outcome = await runSimulation(
    {
      request: {
        action,
        principal: `arn:aws:iam::${account}:role/a-role`,
        resource: { resource, accountId: account },
        contextVariables: {},
      },
      identityPolicies: [{ name: 'role', policy: { Version: '2012-10-17', Statement: statements } }],
      serviceControlPolicies: [],
      resourceControlPolicies: [],
    },
    {},
  );
  if (outcome.resultType === 'error') throw new Error(`${action} on ${resource}: ${outcome.errors.message}`);
  return outcome.overallResult === 'Allowed';
}
