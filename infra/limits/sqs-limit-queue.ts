import { createHash } from 'node:crypto';
import type { SQSClient } from '@aws-sdk/client-sqs';
import { type LimitMessage, type LimitQueue, limitMessageKey } from '../../domain/limits/limit-queue.ts';
import { encodeLimitMessage } from '../../events/limit-message.ts';
import { type SendingPorts, sendAll } from '../sqs-send-all.ts';

/**
 * A FIFO queue of SQS. Its groups are the accounts, so that one account's messages are worked on one after the
 * other; a message that is sent again within five minutes is dropped by its deduplication id.
 */
export function sqsLimitQueue(client: SQSClient, queueUrl: string, ports: SendingPorts): LimitQueue {
  const entryOf = (message: LimitMessage) => ({
    MessageBody: encodeLimitMessage(message),
    MessageGroupId: digest(JSON.stringify([message.tenantId, message.accountId])),
    MessageDeduplicationId: digest(limitMessageKey(message)),
  });
  return { sendAll: (messages) => sendAll(client, queueUrl, messages.map(entryOf), ports) };
}

/** Both ids are at most 128 characters of ASCII, which an account's id is not. */
const digest = (text: string): string => createHash('sha256').update(text).digest('hex');
