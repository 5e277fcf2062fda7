import {
  DeleteMessageCommand,
  type Message,
  ReceiveMessageCommand,
  SendMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import { CommandFault } from './command-fault.ts';

/** Queues whose messages may be given up, by the name that an operator gives: their logical ids. */
export const deadLetterQueues: Record<string, { from: string; to: string }> = {
  limits: { from: 'LimitDeadLetterQueue', to: 'LimitQueue' },
  evaluations: { from: 'EvaluationDeadLetterQueue', to: 'EvaluationQueue' },
  detections: { from: 'DetectionDeadLetterQueue', to: 'DetectionQueue' },
  anomalies: { from: 'AnomalyDeadLetterQueue', to: 'AnomalyQueue' },
  'roll-ups': { from: 'RollUpDeadLetterQueue', to: 'RollUpQueue' },
};

export function deadLetterQueue(name: string | undefined): { from: string; to: string } {
  const found =
    name !== undefined && Object.hasOwn(deadLetterQueues, name) ? deadLetterQueues[name] : undefined;
  if (found) return found;
  throw new CommandFault(`Name the queue: ${Object.keys(deadLetterQueues).join(', ')}.`);
}

/** A receive that waits less may overlook messages that stand on few of the queue's servers. */
const waitSeconds = 2;

/**
 * Sends what was given up back to its queue, and answers how much that was. A message leaves the dead letters only
 * after the queue has taken it: whoever dies in between sends it twice, and loses none.
 */
export async function redrive(
  client: SQSClient,
  { from, to }: { from: string; to: string },
  onMoved: (moved: number) => void = () => {},
): Promise<number> {
  let moved = 0;
  for (;;) {
    const { Messages = [] } = await client.send(
      new ReceiveMessageCommand({
        QueueUrl: from,
        MaxNumberOfMessages: 10,
        WaitTimeSeconds: waitSeconds,
        MessageSystemAttributeNames: ['MessageGroupId'],
      }),
    );
    if (Messages.length === 0) return moved;
    for (const message of Messages) {
      await client.send(new SendMessageCommand({ QueueUrl: to, ...copyOf(message) }));
      await client.send(new DeleteMessageCommand({ QueueUrl: from, ReceiptHandle: message.ReceiptHandle }));
      onMoved(++moved);
    }
  }
}

/**
 * In a FIFO queue a copy is of the same group. Its deduplication id is another than the message's own, which the
 * queue may still remember and drop the copy for.
 */
function copyOf({ Body, MessageId, Attributes }: Message) {
  const group = Attributes?.MessageGroupId;
  return {
    MessageBody: Body,
    ...(group !== undefined && { MessageGroupId: group, MessageDeduplicationId: `redriven-${MessageId}` }),
  };
}
