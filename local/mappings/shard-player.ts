import { randomUUID } from 'node:crypto';
import type { Position } from './checkpoints.ts';
import { type FailedBatchObject, failedBatchObject } from './failed-batch.ts';
import { type BatchOutcome, type Invoke, invokeBatch } from './invocation.ts';
import { kinesisEvent, type StreamRecord } from './kinesis-event.ts';
import { type Batch, backoffMs, decide, dropped, type GivenUp, settled } from './lane.ts';
import { type ShardProgress, type ShardProgressOptions, shardProgress } from './shard-progress.ts';
import { readShard } from './shard-reader.ts';
import { pause } from './wake-up.ts';

export interface ShardPlayerOptions extends ShardProgressOptions {
  functionArn: string;
  invoke: Invoke;
  destination?: (object: FailedBatchObject) => Promise<void>;
}

const pollRecordsMin = 500;
const pollRecordsMax = 10_000;

/** Plays one shard from a position until it is drained or the signal aborts; answers whether it is drained. */
export async function playShard(options: ShardPlayerOptions, from: Position): Promise<boolean> {
  const progress = shardProgress(options);
  options.signal.addEventListener('abort', progress.changed.notify);
  const lanes = progress.lanes.map((_, index) => playLane(options, progress, index));
  await Promise.all([readInto(options, progress, from), ...lanes]);
  options.signal.removeEventListener('abort', progress.changed.notify);
  return progress.finish();
}

async function readInto(options: ShardPlayerOptions, progress: ShardProgress, from: Position): Promise<void> {
  const { settings, signal, shardId, log } = options;
  const batches = settings.batchSize * settings.parallelization;
  const limit = Math.min(pollRecordsMax, Math.max(pollRecordsMin, batches));
  const how = await readShard(options, from, limit, async (records) => {
    progress.offer(records);
    while (!progress.hasRoom() && !signal.aborted) await progress.changed.wait();
  });
  if (how === 'stopped') return;
  if (how === 'lost') log(`${options.streamName} ${shardId} is gone: what was not read of it has expired`);
  progress.end(how);
}

/** One batch after the other, as the lane decides. */
async function playLane(options: ShardPlayerOptions, progress: ShardProgress, index: number): Promise<void> {
  const { settings, clock, signal } = options;
  const { lanes, changed } = progress;
  let last: BatchOutcome = { kind: 'done' };
  while (!signal.aborted) {
    const { lane, step } = decide(lanes[index]!, settings, clock.now());
    lanes[index] = lane;
    if (step.kind === 'idle' && lane.ended) return;
    if (step.kind === 'idle') await changed.wait();
    if (step.kind === 'wait') await changed.waitUntil(clock, step.until);
    if (step.kind === 'invoke') {
      last = await invokeWith(options, step.batch);
      lanes[index] = settled(lanes[index]!, last, settings, clock.now());
      progress.checkpoint();
    }
    if (step.kind === 'give-up' && (await deliver(options, step.givenUp, last))) {
      lanes[index] = dropped(lanes[index]!, step.givenUp.records.length);
      progress.checkpoint();
    }
  }
}

async function invokeWith(options: ShardPlayerOptions, batch: Batch<StreamRecord>): Promise<BatchOutcome> {
  const { settings, invoke, log, shardId } = options;
  const identifiers = batch.records.map((record) => record.sequenceNumber);
  const outcome = await invokeBatch(
    invoke,
    kinesisEvent(batch.records),
    identifiers,
    settings.reportsItemFailures,
  );
  if (outcome.kind === 'failed' || outcome.kind === 'not-invoked') {
    log(
      `${settings.functionName} failed with ${batch.records.length} records of ${shardId}: ${outcome.reason}`,
    );
  }
  return outcome;
}

/** Takes a batch to the failure destination; tried until it is there, so that nothing is lost in silence. */
async function deliver(
  options: ShardPlayerOptions,
  givenUp: GivenUp<StreamRecord>,
  last: BatchOutcome,
): Promise<boolean> {
  const { settings, destination, clock, log, shardId, signal } = options;
  const { records, condition } = givenUp;
  log(`${settings.functionName} gives up ${records.length} records of ${shardId}: ${condition}`);
  if (!settings.failureBucket || !destination) return true;
  const object = failedBatchObject(givenUp, {
    bucket: settings.failureBucket,
    mappingId: options.checkpoints.mappingId,
    shardId,
    functionArn: options.functionArn,
    streamArn: settings.sourceArn,
    requestId: ('requestId' in last && last.requestId) || randomUUID(),
    thrown: last.kind === 'failed' && last.thrown,
    uniqueId: randomUUID(),
    now: clock.now(),
  });
  for (let failures = 0; !signal.aborted; ) {
    try {
      await destination(object);
      return true;
    } catch (error) {
      failures += 1;
      if (failures === 1)
        log(
          `the failure destination ${object.bucket} takes nothing, trying again: ${(error as Error).message}`,
        );
      await pause(clock, backoffMs(failures), signal);
    }
  }
  return false;
}
