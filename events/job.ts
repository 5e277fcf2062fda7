import { registryPartitions } from '../domain/metering/account-registry.ts';

/** Rolls up the dirty days of one registry partition of a tenant, or of all of them where none is named. */
export interface RollUpJob {
  job: 'roll-up-days';
  tenantId: string;
  partition?: number;
}

/** One message of a job queue. */
export type Job = RollUpJob;
export type JobName = Job['job'];

/** What a schedule hands in: which job is due. */
export interface DueJob {
  job: JobName;
}

export const encodeJob = (job: Job): string => JSON.stringify(job);

/** Reads a message of the roll-up's queue. Throws, saying what is wrong, where it is none. */
export function decodeRollUpJob(text: string): RollUpJob {
  const { job, tenantId, partition } = parseObject(text);
  if (job !== 'roll-up-days') throw new Error(`This queue takes the job roll-up-days, not ${named(job)}.`);
  if (typeof tenantId !== 'string' || tenantId === '') throw new Error('The job names no tenantId.');
  if (partition === undefined) return { job, tenantId };
  const isPartition = Number.isInteger(partition) && Number(partition) >= 0;
  if (!isPartition || Number(partition) >= registryPartitions) {
    throw new Error(`The job's partition must be a whole number from 0 to ${registryPartitions - 1}.`);
  }
  return { job, tenantId, partition: Number(partition) };
}

function parseObject(text: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    value = undefined;
  }
  if (value === null || typeof value !== 'object') throw new Error('The message is no JSON object.');
  return value as Record<string, unknown>;
}

const named = (job: unknown): string => (typeof job === 'string' ? job.slice(0, 64) : typeof job);
