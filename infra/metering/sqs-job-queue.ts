import type { SQSClient } from '@aws-sdk/client-sqs';
import { encodeJob, type Job } from '../../events/job.ts';
import { type SendingPorts, sendAll } from '../sqs-send-all.ts';

/**
 * Where jobs wait to be done, each at least once, and not before its delay has passed (at most 900 s).
 *
 * Promise: once `sendAll` has resolved, every job is queued. One that rejects may have queued some of them, and
 * sending all again queues those twice, which every job stands.
 */
export interface JobQueue {
  sendAll(jobs: readonly Job[], options?: { delaySeconds?: number }): Promise<void>;
}

/** A standard SQS queue. */
export function sqsJobQueue(client: SQSClient, queueUrl: string, ports: SendingPorts): JobQueue {
  return {
    sendAll: (jobs, { delaySeconds = 0 } = {}) => {
      const delay = delaySeconds > 0 && { DelaySeconds: delaySeconds };
      return sendAll(
        client,
        queueUrl,
        jobs.map((job) => ({ MessageBody: encodeJob(job), ...delay })),
        ports,
      );
    },
  };
}
