import { createHash } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { SendMessageBatchCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { type LimitMessage, type LimitQueue, limitMessageKey } from '../../domain/limits/limit-queue.ts';
import { encodeLimitMessage } from '../../events/limit-message.ts';
import { type Backoff, fullJitterMs } from '../full-jitter.ts';
import type { JobQueuePorts } from '../metering/sqs-job-queue.ts';

/** SQS's bound of one call. */
const entriesMax = 10;
const attemptsMax = 6;
const backoff: Backoff = { baseMs: 50, capMs: 2_000 };

/**
 * A FIFO queue of SQS. Its groups are the accounts, so that one account's messages are worked on one after the
 * other; a message that is sent again within five minutes is dropped by its deduplication id.
 */
export function sqsLimitQueue(
  client: SQSClient,
  queueUrl: string,
  { random, wait = delay }: JobQueuePorts,
): LimitQueue {
  async function sendBatch(messages: readonly LimitMessage[]): Promise<void> {
    let left = messages.map((message, index) => ({
      Id: String(index),
      MessageBody: encodeLimitMessage(message),
      MessageGroupId: digest(JSON.stringify([message.tenantId, message.accountId])),
      MessageDeduplicationId: digest(limitMessageKey(message)),
    }));
    for (let attempt = 0; ; attempt++) {
      const sent = await client.send(new SendMessageBatchCommand({ QueueUrl: queueUrl, Entries: left }));
      const refused = sent.Failed ?? [];
      if (refused.length === 0) return;
      const ours = refused.find(({ SenderFault }) => SenderFault === true);
      if (ours || attempt + 1 === attemptsMax) {
        const { Code } = ours ?? refused[0] ?? {};
        throw new Error(`The queue refused ${refused.length} of ${messages.length} messages: ${Code}.`);
      }
      const ids = new Set(refused.map(({ Id }) => Id));
      left = left.filter(({ Id }) => ids.has(Id));
      await wait(fullJitterMs(attempt, backoff, random));
    }
  }

  return {
    async sendAll(messages) {
      for (let at = 0; at < messages.length; at += entriesMax)
        await sendBatch(messages.slice(at, at + entriesMax));
    },
  };
}

/** Both ids are at most 128 characters of ASCII, which an account's id is not. */
const digest = (text: string): string => createHash('sha256').update(text).digest('hex');
