/** Makes messages of a job that is due, one for each part of each tenant. */
import type { Logger } from '@aws-lambda-powertools/logger';
import middy from '@middy/core';
import { registryPartitions } from '../domain/metering/account-registry.ts';
import type { TenantDirectory } from '../domain/tenancy/tenant-directory.ts';
import type { DueJob, Job, JobName } from '../events/job.ts';
import { dynamoClient, sqsClient } from '../infra/clients.ts';
import { environment } from '../infra/config.ts';
import { createLogger } from '../infra/logger.ts';
import { type JobQueue, sqsJobQueue } from '../infra/metering/sqs-job-queue.ts';
import { systemRandom } from '../infra/random.ts';
import { dynamoTenantDirectory } from '../infra/tenancy/dynamo-tenant-directory.ts';

export interface Ports {
  tenants: Pick<TenantDirectory, 'list'>;
  queues: Record<JobName, JobQueue>;
  logger: Logger;
}

/** Each job and the messages that it is for one tenant. */
const jobsOf: Record<JobName, (tenantId: string) => Job[]> = {
  'roll-up-days': (tenantId) =>
    Array.from({ length: registryPartitions }, (_, partition) => ({
      job: 'roll-up-days',
      tenantId,
      partition,
    })),
};

export const createHandler = (ports: Ports) =>
  middy<DueJob, void>().handler(async (due: DueJob, context) => {
    ports.logger.addContext(context);
    await fanOut(ports, due);
  });

export const handler = createHandler({
  tenants: dynamoTenantDirectory(dynamoClient(), environment.tenantsTable()),
  queues: {
    'roll-up-days': sqsJobQueue(sqsClient(), environment.rollUpQueueUrl(), { random: systemRandom }),
  },
  logger: createLogger(),
});

async function fanOut({ tenants, queues, logger }: Ports, { job }: DueJob): Promise<void> {
  if (!Object.hasOwn(jobsOf, job)) {
    throw new Error(`There is no job ${job}; there are ${Object.keys(jobsOf).join(', ')}.`);
  }
  const sent = { tenants: 0, jobs: 0 };
  for await (const { tenantId } of tenants.list()) {
    const jobs = jobsOf[job](tenantId);
    await queues[job].sendAll(jobs);
    sent.tenants += 1;
    sent.jobs += jobs.length;
  }
  logger.info('jobs fanned out', { job, ...sent });
}
