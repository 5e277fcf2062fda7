/** Makes messages of a job that is due, one for each part of each tenant. */
import type { Logger } from '@aws-lambda-powertools/logger';
import middy from '@middy/core';
import { registryPartitions } from '../domain/metering/account-registry.ts';
import type { TenantDirectory } from '../domain/tenancy/tenant-directory.ts';
import type { DueJob, Job, JobName } from '../events/job.ts';
import { dynamoClient, sqsClient } from '../infra/clients.ts';
import { systemClock } from '../infra/clock.ts';
import { environment } from '../infra/config.ts';
import { hasSeries } from '../infra/judging/has-series.ts';
import { createLogger } from '../infra/logger.ts';
import { type JobQueue, sqsJobQueue } from '../infra/metering/sqs-job-queue.ts';
import { systemRandom } from '../infra/random.ts';
import { dynamoConfigHistory } from '../infra/tenancy/dynamo-config-history.ts';
import { dynamoTenantDirectory } from '../infra/tenancy/dynamo-tenant-directory.ts';

export interface Ports {
  tenants: Pick<TenantDirectory, 'list'>;
  queues: Record<JobName, JobQueue>;
  /** Whether the tenant has something that counts as traffic; it may be known late that it has. */
  hasSeries: (tenantId: string) => Promise<boolean>;
  logger: Logger;
}

/** Each job and the messages that it is for one tenant. */
const jobsOf: Record<JobName, (tenantId: string, ports: Ports) => Job[] | Promise<Job[]>> = {
  'roll-up-days': (tenantId) =>
    Array.from({ length: registryPartitions }, (_, partition) => ({
      job: 'roll-up-days',
      tenantId,
      partition,
    })),
  'detect-anomalies': async (tenantId, { hasSeries }) =>
    (await hasSeries(tenantId)) ? [{ job: 'detect-anomalies', tenantId }] : [],
};

export const createHandler = (ports: Ports) =>
  middy<DueJob, void>().handler(async (due: DueJob, context) => {
    ports.logger.addContext(context);
    await fanOut(ports, due);
  });

const client = dynamoClient();
export const handler = createHandler({
  tenants: dynamoTenantDirectory(client, environment.tenantsTable()),
  queues: {
    'roll-up-days': sqsJobQueue(sqsClient(), environment.rollUpQueueUrl(), { random: systemRandom }),
    'detect-anomalies': sqsJobQueue(sqsClient(), environment.detectionQueueUrl(), { random: systemRandom }),
  },
  hasSeries: hasSeries(dynamoConfigHistory(client, environment.tenantsTable()), systemClock),
  logger: createLogger(),
});

async function fanOut(ports: Ports, { job }: DueJob): Promise<void> {
  if (!Object.hasOwn(jobsOf, job)) {
    throw new Error(`There is no job ${job}; there are ${Object.keys(jobsOf).join(', ')}.`);
  }
  const { tenants, queues, logger } = ports;
  const sent = { tenants: 0, jobs: 0 };
  for await (const { tenantId } of tenants.list()) {
    const jobs = await jobsOf[job](tenantId, ports);
    if (jobs.length > 0) await queues[job].sendAll(jobs);
    sent.tenants += 1;
    sent.jobs += jobs.length;
  }
  logger.info('jobs fanned out', { job, ...sent });
}
