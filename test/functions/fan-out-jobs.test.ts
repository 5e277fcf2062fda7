import { Logger } from '@aws-lambda-powertools/logger';
import type { Context } from 'aws-lambda';
import { describe, expect, it, vi } from 'vitest';
import type { Tenant } from '../../domain/tenancy/tenant-directory.ts';
import { type DueJob, decodeDetectionJob, decodeRollUpJob, encodeJob, type Job } from '../../events/job.ts';

vi.hoisted(() => {
  Object.assign(process.env, {
    TENANTS_TABLE: 'tenants',
    ROLL_UP_QUEUE_URL: 'https://queue',
    DETECTION_QUEUE_URL: 'https://detections',
    POWERTOOLS_LOG_LEVEL: 'SILENT',
  });
});
const { createHandler } = await import('../../functions/fan-out-jobs.ts');

async function fanOut(due: DueJob, tenantIds: string[]): Promise<Job[]> {
  const sent: Job[] = [];
  const queue = {
    async sendAll(jobs: readonly Job[]) {
      sent.push(...jobs);
    },
  };
  const handler = createHandler({
    tenants: {
      async *list() {
        for (const tenantId of tenantIds) yield { tenantId } as Tenant;
      },
    },
    queues: { 'roll-up-days': queue, 'detect-anomalies': queue },
    hasSeries: async (tenantId) => tenantId === 'T002',
    logger: new Logger(),
  });
  await handler(due, {} as Context);
  return sent;
}

describe('fan-out-jobs', () => {
  it('makes one message for each registry partition of each tenant', async () => {
    const sent = await fanOut({ job: 'roll-up-days' }, ['T001', 'T002']);
    expect(sent).toHaveLength(32);
    expect(new Set(sent.map((job) => `${job.tenantId}/${'partition' in job && job.partition}`)).size).toBe(
      32,
    );
    expect(sent.map((job) => decodeRollUpJob(encodeJob(job)))).toEqual(sent);
  });

  it('makes one message to judge the series of each tenant that has some', async () => {
    const sent = await fanOut({ job: 'detect-anomalies' }, ['T001', 'T002']);
    expect(sent).toEqual([{ job: 'detect-anomalies', tenantId: 'T002' }]);
    expect(sent.map((job) => decodeDetectionJob(encodeJob(job)))).toEqual(sent);
  });

  it('makes none without tenants', async () => {
    expect(await fanOut({ job: 'roll-up-days' }, [])).toEqual([]);
  });

  it.each(['mine-coins', '__proto__', 'constructor', undefined])('does not know the job %s', async (job) => {
    await expect(fanOut({ job } as unknown as DueJob, ['T001'])).rejects.toThrow(/There is no job/);
  });
});
