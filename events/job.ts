import { registryPartitions } from '../domain/metering/account-registry.ts';
import { asciiJson } from './ascii-json.ts';
import { parseMessageBody } from './message-body.ts';

/** Rolls up the dirty days of one registry partition of a tenant, or of all of them where none is named. */
export interface RollUpJob {
  job: 'roll-up-days';
  tenantId: string;
  partition?: number;
}

/** Evaluates accounts against their limits, with their usage summed anew: one, or a registry partition of them. */
export interface EvaluationJob {
  job: 'evaluate-accounts';
  tenantId: string;
  accountId?: string;
  partition?: number;
}

/** Judges what of a tenant's series is complete. */
export interface DetectionJob {
  job: 'detect-anomalies';
  tenantId: string;
  /** Looks at every series, whether an interval of it has ended since the last look or not. */
  all?: boolean;
}

/** One message of a job queue. */
export type Job = RollUpJob | EvaluationJob | DetectionJob;
/** Jobs that a schedule makes due. */
export type JobName = 'roll-up-days' | 'detect-anomalies';

/** What a schedule hands in: which job is due. */
export interface DueJob {
  job: JobName;
}

export const encodeJob = (job: Job): string => asciiJson(job);

/** Reads a message of the roll-up's queue. Throws, saying what is wrong, where it is none. */
export function decodeRollUpJob(text: string): RollUpJob {
  const { tenantId, partition } = parseJob(text, 'roll-up-days');
  return { job: 'roll-up-days', tenantId, ...(partition !== undefined && { partition }) };
}

/** Reads a message of the queue of evaluations. Throws, saying what is wrong, where it is none. */
export function decodeEvaluationJob(text: string): EvaluationJob {
  const { tenantId, partition, accountId } = parseJob(text, 'evaluate-accounts');
  const job = 'evaluate-accounts';
  if (accountId === undefined && partition !== undefined) return { job, tenantId, partition };
  if (typeof accountId === 'string' && accountId !== '') return { job, tenantId, accountId };
  throw new Error('The job names neither an accountId nor a partition.');
}

/** Reads a message of the queue of detections. Throws, saying what is wrong, where it is none. */
export function decodeDetectionJob(text: string): DetectionJob {
  const { tenantId, all } = parseJob(text, 'detect-anomalies');
  return { job: 'detect-anomalies', tenantId, ...(all === true && { all }) };
}

function parseJob(text: string, wanted: Job['job']) {
  const { job, tenantId, partition, accountId, all } = parseMessageBody(text);
  if (job !== wanted) throw new Error(`This queue takes the job ${wanted}, not ${named(job)}.`);
  if (typeof tenantId !== 'string' || tenantId === '') throw new Error('The job names no tenantId.');
  const isPartition = Number.isInteger(partition) && Number(partition) >= 0;
  if (partition !== undefined && (!isPartition || Number(partition) >= registryPartitions)) {
    throw new Error(`The job's partition must be a whole number from 0 to ${registryPartitions - 1}.`);
  }
  return { tenantId, accountId, all, partition: partition as number | undefined };
}

const named = (job: unknown): string => (typeof job === 'string' ? job.slice(0, 64) : typeof job);
