import {
  CreateTableCommand,
  type CreateTableCommandInput,
  DescribeTableCommand,
} from '@aws-sdk/client-dynamodb';
import {
  CreateStreamCommand,
  DescribeStreamSummaryCommand,
  IncreaseStreamRetentionPeriodCommand,
} from '@aws-sdk/client-kinesis';
import { CreateBucketCommand, HeadBucketCommand } from '@aws-sdk/client-s3';
import { CreateTopicCommand } from '@aws-sdk/client-sns';
import { CreateQueueCommand, SetQueueAttributesCommand } from '@aws-sdk/client-sqs';
import { reasonOf, StackFault } from '../stack-fault.ts';
import type { ResolvedResource, ResolvedStack } from '../template/resolved-stack.ts';
import type { LocalClients } from './local-clients.ts';

type Create = (clients: LocalClients, resource: ResolvedResource) => Promise<void>;

/** How each type that the stack creates is made, where it is not there yet. */
const creators: Record<string, Create> = {
  'AWS::DynamoDB::Table': createTable,
  'AWS::Kinesis::Stream': createStream,
  'AWS::SQS::Queue': createQueue,
  'AWS::SNS::Topic': async ({ sns }, { physicalId }) => {
    await sns.send(new CreateTopicCommand({ Name: nameOf(physicalId) }));
  },
  'AWS::S3::Bucket': async ({ s3 }, { physicalId }) => {
    const isThere = await s3.send(new HeadBucketCommand({ Bucket: physicalId })).then(
      () => true,
      () => false,
    );
    if (!isThere) await s3.send(new CreateBucketCommand({ Bucket: physicalId }));
  },
};

/** Makes every resource of the template that is not there; repeating it changes nothing. */
export async function createResources(clients: LocalClients, stack: ResolvedStack): Promise<void> {
  const created = stack.resources.filter(({ how }) => how === 'created');
  await Promise.all(
    created.map(async (resource) => {
      const create = creators[resource.type];
      if (!create)
        throw new StackFault(`The local stack cannot create ${resource.logicalId} (${resource.type}).`);
      try {
        await create(clients, resource);
      } catch (error) {
        throw new StackFault(`${resource.logicalId} cannot be created: ${reasonOf(error)}.`, {
          cause: error,
        });
      }
    }),
  );
}

const nameOf = (urlOrArn: string): string => urlOrArn.split(/[:/]/).at(-1) ?? urlOrArn;
const isNamed = (error: unknown, name: string): boolean => (error as Error | null)?.name === name;

async function createTable(
  { dynamodb }: LocalClients,
  { physicalId, properties }: ResolvedResource,
): Promise<void> {
  const status = async () =>
    (await dynamodb.send(new DescribeTableCommand({ TableName: physicalId }))).Table?.TableStatus;
  try {
    await status();
  } catch (error) {
    if (!isNamed(error, 'ResourceNotFoundException')) throw error;
    const { AttributeDefinitions, KeySchema, GlobalSecondaryIndexes, LocalSecondaryIndexes } =
      properties as unknown as CreateTableCommandInput;
    await dynamodb.send(
      new CreateTableCommand({
        TableName: physicalId,
        BillingMode: 'PAY_PER_REQUEST',
        AttributeDefinitions,
        KeySchema,
        ...(GlobalSecondaryIndexes && { GlobalSecondaryIndexes }),
        ...(LocalSecondaryIndexes && { LocalSecondaryIndexes }),
      }),
    );
  }
  // The emulator makes a table active a moment after it has answered.
  while ((await status()) !== 'ACTIVE');
}

async function createStream(
  { kinesis }: LocalClients,
  { physicalId, properties }: ResolvedResource,
): Promise<void> {
  const StreamName = physicalId;
  const { StreamMode } = (properties.StreamModeDetails ?? {}) as { StreamMode?: 'ON_DEMAND' | 'PROVISIONED' };
  try {
    await kinesis.send(new DescribeStreamSummaryCommand({ StreamName }));
  } catch (error) {
    if (!isNamed(error, 'ResourceNotFoundException')) throw error;
    await kinesis.send(
      new CreateStreamCommand({
        StreamName,
        ...(StreamMode && { StreamModeDetails: { StreamMode } }),
        ...(properties.ShardCount !== undefined && { ShardCount: Number(properties.ShardCount) }),
      }),
    );
  }
  const wanted = Number(properties.RetentionPeriodHours ?? 24);
  const { StreamDescriptionSummary } = await kinesis.send(new DescribeStreamSummaryCommand({ StreamName }));
  if (wanted > (StreamDescriptionSummary?.RetentionPeriodHours ?? 24)) {
    await kinesis.send(
      new IncreaseStreamRetentionPeriodCommand({ StreamName, RetentionPeriodHours: wanted }),
    );
  }
}

/** What the emulator keeps of a queue's properties; encryption is not played. */
const queueAttributes = [
  'VisibilityTimeout',
  'MessageRetentionPeriod',
  'DelaySeconds',
  'ReceiveMessageWaitTimeSeconds',
  'MaximumMessageSize',
  'RedrivePolicy',
  'FifoQueue',
  'ContentBasedDeduplication',
] as const;

async function createQueue(
  { sqs }: LocalClients,
  { physicalId, properties }: ResolvedResource,
): Promise<void> {
  const Attributes: Record<string, string> = {};
  for (const name of queueAttributes) {
    const value = properties[name];
    if (value !== undefined)
      Attributes[name] = typeof value === 'object' ? JSON.stringify(value) : String(value);
  }
  try {
    await sqs.send(new CreateQueueCommand({ QueueName: nameOf(physicalId), Attributes }));
  } catch (error) {
    if (!isNamed(error, 'QueueNameExists')) throw error;
    const { FifoQueue: _, ...changeable } = Attributes;
    await sqs.send(new SetQueueAttributesCommand({ QueueUrl: physicalId, Attributes: changeable }));
  }
}
