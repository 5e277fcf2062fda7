import { CreateTopicCommand, SNSClient, SubscribeCommand } from '@aws-sdk/client-sns';
import {
  CreateQueueCommand,
  DeleteMessageBatchCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { type FauxqsServer, startFauxqs } from 'fauxqs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LimitMessage } from '../../../domain/limits/limit-queue.ts';
import { decodeLimitMessage } from '../../../events/limit-message.ts';
import { snsNotifier } from '../../../infra/limits/sns-notifier.ts';
import { sqsLimitQueue } from '../../../infra/limits/sqs-limit-queue.ts';
import { limitQueueContract } from '../../domain/limits/limit-queue-contract.ts';

const region = 'eu-central-1';
const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
let server: FauxqsServer;
let sqs: SQSClient;
let sns: SNSClient;
let queues = 0;

beforeAll(async () => {
  server = await startFauxqs({ port: 0, logger: false, defaultRegion: region });
  sqs = new SQSClient({ endpoint: server.address, region, credentials });
  sns = new SNSClient({ endpoint: server.address, region, credentials });
});
afterAll(async () => {
  sqs.destroy();
  sns.destroy();
  await server.stop();
});

async function createQueue(attributes: Record<string, string> = {}): Promise<string> {
  queues += 1;
  const QueueName = `queue-${queues}${attributes.FifoQueue ? '.fifo' : ''}`;
  const { QueueUrl = '' } = await sqs.send(new CreateQueueCommand({ QueueName, Attributes: attributes }));
  return QueueUrl;
}

/** All that is in the queue; each is deleted, so that the next of its group comes. */
async function receiveAll(QueueUrl: string): Promise<string[]> {
  const bodies: string[] = [];
  for (;;) {
    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: 0 }),
    );
    if (Messages.length === 0) return bodies;
    bodies.push(...Messages.map(({ Body = '' }) => Body));
    const Entries = Messages.map(({ ReceiptHandle = '' }, index) => ({ Id: String(index), ReceiptHandle }));
    await sqs.send(new DeleteMessageBatchCommand({ QueueUrl, Entries }));
  }
}

describe('sqsLimitQueue', () => {
  limitQueueContract(async () => {
    const url = await createQueue({ FifoQueue: 'true' });
    return {
      queue: sqsLimitQueue(sqs, url, { random: () => 0.5 }),
      sent: async (): Promise<LimitMessage[]> => (await receiveAll(url)).map(decodeLimitMessage),
    };
  });
});

describe('snsNotifier', () => {
  it('publishes to the topic of the tenant, and to nobody where it has none', async () => {
    const { TopicArn = '' } = await sns.send(new CreateTopicCommand({ Name: 'stack_T001_accounts' }));
    const url = await createQueue();
    const { Attributes } = await sqs.send(
      new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ['QueueArn'] }),
    );
    await sns.send(new SubscribeCommand({ TopicArn, Protocol: 'sqs', Endpoint: Attributes?.QueueArn }));
    const notifier = snsNotifier(sns, {
      tenants: {
        find: async (tenantId) => ({
          tenantId,
          createdAt: 1,
          rate: 'standard',
          gatewayKey: 'k',
          topics: tenantId === 'T001' ? { accounts: TopicArn } : {},
          issuers: [],
        }),
      },
      clock: () => 0,
      consoleUrl: 'https://api.example/console',
    });
    const meter = { name: 'bytes', eventType: 'use', aggregation: 'count', scale: 0 } as const;
    for (const tenantId of ['T001', 'T002']) {
      await notifier.tell({
        topic: 'accounts',
        notification: {
          id: `id-${tenantId}`,
          kind: 'account.resumed',
          tenantId,
          at: 0,
          accountId: 'acct\ufffe',
          meter,
          reason: 'cycle_ended',
        },
      });
    }
    const envelopes = (await receiveAll(url)).map((body) => JSON.parse(body));
    expect(envelopes).toHaveLength(1);
    expect(envelopes[0].MessageAttributes).toEqual({
      tenantId: { Type: 'String', Value: 'T001' },
      kind: { Type: 'String', Value: 'account.resumed' },
      accountId: { Type: 'String', Value: 'acct\ufffd' },
    });
    expect(envelopes[0].Message).toContain('id-T001');
  });
});
