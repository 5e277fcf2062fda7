import {
  CreateQueueCommand,
  DeleteMessageCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { startFauxqs } from 'fauxqs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { redrive } from '../../../commands/dead-letters.ts';

describe('redrive', () => {
  let queues: Awaited<ReturnType<typeof startFauxqs>>;
  let client: SQSClient;
  beforeAll(async () => {
    queues = await startFauxqs({ port: 0, logger: false });
    const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
    client = new SQSClient({
      region: 'eu-central-1',
      credentials,
      endpoint: `http://127.0.0.1:${queues.port}`,
    });
  });
  afterAll(async () => {
    client.destroy();
    await queues.stop();
  });
  const create = async (QueueName: string) => {
    const Attributes = QueueName.endsWith('.fifo') ? { FifoQueue: 'true' } : {};
    return (await client.send(new CreateQueueCommand({ QueueName, Attributes }))).QueueUrl as string;
  };
  const bodiesOf = async (QueueUrl: string) => {
    const bodies: string[] = [];
    for (;;) {
      const receive = new ReceiveMessageCommand({
        QueueUrl,
        MaxNumberOfMessages: 10,
        MessageSystemAttributeNames: ['MessageGroupId'],
      });
      const { Messages = [] } = await client.send(receive);
      if (Messages.length === 0) return bodies.toSorted();
      for (const { Body, Attributes, ReceiptHandle } of Messages) {
        bodies.push(`${Attributes?.MessageGroupId ?? ''} ${Body}`);
        await client.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
      }
    }
  };

  it('sends what was given up back, of each group, and once only', async () => {
    const [from, to] = [await create('failed.fifo'), await create('limits.fifo')];
    for (const name of ['a', 'b', 'c']) {
      const message = { MessageBody: name, MessageGroupId: `group-${name}`, MessageDeduplicationId: name };
      // The queue remembers the id of what it once had.
      for (const QueueUrl of [to, from]) await client.send(new SendMessageCommand({ QueueUrl, ...message }));
    }
    expect(await bodiesOf(to)).toHaveLength(3);
    const seen: number[] = [];
    expect(await redrive(client, { from, to }, (moved) => seen.push(moved))).toBe(3);
    expect(seen).toEqual([1, 2, 3]);
    expect(await bodiesOf(from)).toEqual([]);
    expect(await bodiesOf(to)).toEqual(['group-a a', 'group-b b', 'group-c c']);
  });

  it('sends back from a queue without an order, and says where there was nothing', async () => {
    const [from, to] = [await create('failed'), await create('evaluations')];
    for (const name of ['a', 'b'])
      await client.send(new SendMessageCommand({ QueueUrl: from, MessageBody: name }));
    expect(await redrive(client, { from, to })).toBe(2);
    expect(await bodiesOf(to)).toEqual([' a', ' b']);
    expect(await redrive(client, { from, to })).toBe(0);
  });
});
