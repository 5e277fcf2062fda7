import type { SendMessageBatchCommand, SQSClient } from '@aws-sdk/client-sqs';
import { describe, expect, it } from 'vitest';
import type { Job } from '../../events/job.ts';
import { sqsJobQueue } from '../../infra/metering/sqs-job-queue.ts';

const jobs: Job[] = Array.from({ length: 23 }, (_, partition) => ({
  job: 'roll-up-days',
  tenantId: 'T001',
  partition,
}));

type Refuse = (body: string, call: number) => { SenderFault: boolean; Code: string } | undefined;

function queueThat(refuse: Refuse) {
  const queued: string[] = [];
  const waits: number[] = [];
  let calls = 0;
  const client = {
    async send({ input }: SendMessageBatchCommand) {
      calls += 1;
      const entries = input.Entries ?? [];
      expect(entries.length).toBeGreaterThan(0);
      expect(entries.length).toBeLessThanOrEqual(10);
      expect(new Set(entries.map(({ Id }) => Id)).size).toBe(entries.length);
      const Failed = [];
      for (const { Id, MessageBody } of entries) {
        const fault = refuse(MessageBody as string, calls);
        if (fault) Failed.push({ Id, ...fault });
        else queued.push(MessageBody as string);
      }
      return Failed.length > 0 ? { Failed } : {};
    },
  } as unknown as SQSClient;
  const queue = sqsJobQueue(client, 'https://queue', {
    random: () => 0.5,
    wait: async (ms) => waits.push(ms),
  });
  return { queue, queued, waits };
}

describe('sqsJobQueue', () => {
  it('sends all, ten at a time', async () => {
    const { queue, queued } = queueThat(() => undefined);
    await queue.sendAll(jobs);
    expect(queued.map((text) => JSON.parse(text))).toEqual(jobs);
    await queue.sendAll([]);
  });

  it('sends only what was refused again, with growing waits', async () => {
    const { queue, queued, waits } = queueThat((body, call) =>
      call < 4 && body.includes('7') ? { SenderFault: false, Code: 'InternalError' } : undefined,
    );
    await queue.sendAll(jobs);
    expect(queued.toSorted()).toEqual(jobs.map((job) => JSON.stringify(job)).toSorted());
    expect(waits).toEqual([25, 50, 100]);
  });

  it.each([true, false])('gives up what is refused for good, SenderFault %s', async (SenderFault) => {
    const { queue, waits } = queueThat(() => ({ SenderFault, Code: 'AccessDenied' }));
    await expect(queue.sendAll(jobs)).rejects.toThrow('The queue refused 10 of 10 messages: AccessDenied.');
    expect(waits).toHaveLength(SenderFault ? 0 : 5);
  });
});
