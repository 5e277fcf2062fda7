import {
  CreateQueueCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import type { StackHandle } from '../../../local/start.ts';
import { eventually } from './eventually.ts';
import { tenantCommand } from './tenant-command.ts';

/** A queue that is told what a tenant's topic tells. */
export interface Inbox {
  /** All that came so far, oldest first; the same object is told twice where it came twice. */
  messages: ToldMessage[];
  /** Takes what is there; waits until so many came in all. */
  take(count?: number): Promise<ToldMessage[]>;
  close(): void;
}

export interface ToldMessage {
  body: Record<string, unknown>;
  attributes: Record<string, { Type: string; Value: string }>;
}

export async function subscribedInbox(stack: StackHandle, tenantId: string, topic: string): Promise<Inbox> {
  const { region, endpoints } = stack.localJson.aws;
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  const sqs = new SQSClient({ region, endpoint: endpoints.sqs, credentials });
  const name = `inbox-${tenantId}-${topic}`;
  const QueueUrl = (await sqs.send(new CreateQueueCommand({ QueueName: name }))).QueueUrl as string;
  const names = new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['QueueArn'] });
  const arn = (await sqs.send(names)).Attributes?.QueueArn as string;
  await tenantCommand(stack, 'subscribe', tenantId, '--topic', topic, '--protocol', 'sqs', '--endpoint', arn);
  const messages: ToldMessage[] = [];
  const receive = async () => {
    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }),
    );
    for (const { Body, ReceiptHandle } of Messages) {
      await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
      const { Message, MessageAttributes } = JSON.parse(Body as string);
      messages.push({ body: JSON.parse(Message), attributes: MessageAttributes });
    }
    return messages;
  };
  return {
    messages,
    take: (count = 0) => eventually(receive, ({ length }) => length >= count),
    close: () => sqs.destroy(),
  };
}
