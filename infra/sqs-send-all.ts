import { setTimeout as delay } from 'node:timers/promises';
import {
  SendMessageBatchCommand,
  type SendMessageBatchRequestEntry,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import { type Backoff, fullJitterMs } from './full-jitter.ts';
import type { Random } from './random.ts';

/** SQS's bound of one call. */
const entriesMax = 10;
const attemptsMax = 6;
const backoff: Backoff = { baseMs: 50, capMs: 2_000 };

export interface SendingPorts {
  random: Random;
  wait?: (ms: number) => Promise<unknown>;
}

/**
 * Sends every message, ten a call. A call may take some entries and refuse others: only those are sent again, with
 * full jitter. Rejects where the queue refuses some in the end or says that the fault is ours; some may be queued.
 */
export async function sendAll(
  client: SQSClient,
  queueUrl: string,
  messages: readonly Omit<SendMessageBatchRequestEntry, 'Id'>[],
  ports: SendingPorts,
): Promise<void> {
  for (let at = 0; at < messages.length; at += entriesMax) {
    const entries = messages
      .slice(at, at + entriesMax)
      .map((message, index) => ({ Id: String(index), ...message }));
    await sendBatch(client, queueUrl, entries, ports);
  }
}

async function sendBatch(
  client: SQSClient,
  queueUrl: string,
  entries: SendMessageBatchRequestEntry[],
  { random, wait = delay }: SendingPorts,
): Promise<void> {
  let left = entries;
  for (let attempt = 0; ; attempt++) {
    const sent = await client.send(new SendMessageBatchCommand({ QueueUrl: queueUrl, Entries: left }));
    const refused = sent.Failed ?? [];
    if (refused.length === 0) return;
    const ours = refused.find(({ SenderFault }) => SenderFault === true);
    if (ours || attempt + 1 === attemptsMax) {
      const { Code } = ours ?? refused[0] ?? {};
      throw new Error(`The queue refused ${refused.length} of ${entries.length} messages: ${Code}.`);
    }
    const ids = new Set(refused.map(({ Id }) => Id));
    left = left.filter(({ Id }) => ids.has(Id));
    await wait(fullJitterMs(attempt, backoff, random));
  }
}
