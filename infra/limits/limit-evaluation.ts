import { registryPartitions } from '../../domain/metering/account-registry.ts';
import type { Job } from '../../events/job.ts';
import type { JobQueue } from '../metering/sqs-job-queue.ts';
import { configTtlMs } from '../tenancy/config-cache.ts';

/**
 * Who counts goes by the former limits for as long as it may keep a configuration, and then until its invocation
 * ends (record-usage: 120 s); and a request takes up to 29 s to store the new ones.
 */
export const secondLookDelaySeconds = configTtlMs / 1000 + 120 + 29 + 6;

/**
 * Has accounts evaluated whose limits change. `announce` comes before the change is stored and is awaited, so
 * that whatever dies then, the accounts are looked at once nobody can go by the former limits any more; `evaluate`
 * comes after it and has it done at once. Both may be repeated.
 */
export interface LimitEvaluation {
  announce(tenantId: string, accountId?: string): Promise<void>;
  evaluate(tenantId: string, accountId?: string): Promise<void>;
}

export function limitEvaluation(queue: JobQueue): LimitEvaluation {
  return {
    announce: (tenantId, accountId) =>
      queue.sendAll(jobsOf(tenantId, accountId), { delaySeconds: secondLookDelaySeconds }),
    evaluate: (tenantId, accountId) => queue.sendAll(jobsOf(tenantId, accountId)),
  };
}

/** One account, or all of the tenant, a registry partition a job. */
function jobsOf(tenantId: string, accountId: string | undefined): Job[] {
  if (accountId !== undefined) return [{ job: 'evaluate-accounts', tenantId, accountId }];
  return Array.from({ length: registryPartitions }, (_, partition) => ({
    job: 'evaluate-accounts',
    tenantId,
    partition,
  }));
}
