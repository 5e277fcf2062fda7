import { createHash } from 'node:crypto';
import type { SQSClient } from '@aws-sdk/client-sqs';
import {
  type AnomalyMessage,
  type AnomalyQueue,
  anomalyMessageKey,
} from '../../domain/judging/anomaly-queue.ts';
import { encodeAnomalyMessage } from '../../events/anomaly-message.ts';
import { type SendingPorts, sendAll } from '../sqs-send-all.ts';

/**
 * A FIFO queue of SQS. Its groups are the series, so that what is told of one is told in order and by nobody twice
 * at once; a message that is sent again within five minutes is dropped by its deduplication id.
 */
export function sqsAnomalyQueue(client: SQSClient, queueUrl: string, ports: SendingPorts): AnomalyQueue {
  const entryOf = (message: AnomalyMessage) => ({
    MessageBody: encodeAnomalyMessage(message),
    MessageGroupId: digest(
      JSON.stringify([message.tenantId, message.kind === 'anomaly' ? message.series : '']),
    ),
    MessageDeduplicationId: digest(anomalyMessageKey(message)),
  });
  return { sendAll: (messages) => sendAll(client, queueUrl, messages.map(entryOf), ports) };
}

const digest = (text: string): string => createHash('sha256').update(text).digest('hex');
