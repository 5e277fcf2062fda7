import { setTimeout as delay } from 'node:timers/promises';
import { SendMessageBatchCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { encodeJob, type Job } from '../../events/job.ts';
import { type Backoff, fullJitterMs } from '../full-jitter.ts';
import type { Random } from '../random.ts';

/**
 * Where jobs wait to be done, each at least once, and not before its delay has passed (at most 900 s).
 *
 * Promise: once `sendAll` has resolved, every job is queued. One that rejects may have queued some of them, and
 * sending all again queues those twice, which every job stands.
 */
export interface JobQueue {
  sendAll(jobs: readonly Job[], options?: { delaySeconds?: number }): Promise<void>;
}

/** SQS's bound of one call. */
const entriesMax = 10;
const attemptsMax = 6;
const backoff: Backoff = { baseMs: 50, capMs: 2_000 };

export interface JobQueuePorts {
  random: Random;
  wait?: (ms: number) => Promise<unknown>;
}

/** A standard SQS queue. A call may take some entries and refuse others: only those are sent again. */
export function sqsJobQueue(
  client: SQSClient,
  queueUrl: string,
  { random, wait = delay }: JobQueuePorts,
): JobQueue {
  async function sendBatch(jobs: readonly Job[], delaySeconds: number): Promise<void> {
    let left = jobs.map((job, index) => ({
      Id: String(index),
      MessageBody: encodeJob(job),
      ...(delaySeconds > 0 && { DelaySeconds: delaySeconds }),
    }));
    for (let attempt = 0; ; attempt++) {
      const sent = await client.send(new SendMessageBatchCommand({ QueueUrl: queueUrl, Entries: left }));
      const refused = sent.Failed ?? [];
      if (refused.length === 0) return;
      const ours = refused.find(({ SenderFault }) => SenderFault === true);
      if (ours || attempt + 1 === attemptsMax) {
        const { Code } = ours ?? refused[0] ?? {};
        throw new Error(`The queue refused ${refused.length} of ${jobs.length} jobs: ${Code}.`);
      }
      const ids = new Set(refused.map(({ Id }) => Id));
      left = left.filter(({ Id }) => ids.has(Id));
      await wait(fullJitterMs(attempt, backoff, random));
    }
  }

  return {
    async sendAll(jobs, { delaySeconds = 0 } = {}) {
      for (let at = 0; at < jobs.length; at += entriesMax)
        await sendBatch(jobs.slice(at, at + entriesMax), delaySeconds);
    },
  };
}
