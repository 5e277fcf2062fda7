import { randomUUID } from 'node:crypto';
import type { _Record } from '@aws-sdk/client-kinesis';
import type { Checkpoints, Position } from './checkpoints.ts';
import { type FailedBatchObject, failedBatchObject } from './failed-batch.ts';
import { type BatchOutcome, type Invoke, invocationBytesMax, invokeBatch } from './invocation.ts';
import { kinesisEvent, type StreamIdentity, type StreamRecord, streamRecord } from './kinesis-event.ts';
import {
  type Batch,
  backoffMs,
  decide,
  dropped,
  emptyLane,
  firstUnfinished,
  type GivenUp,
  offered,
  settled,
} from './lane.ts';
import type { StreamSettings } from './mapping-settings.ts';
import { laneOf } from './shard-lineage.ts';
import { readShard, type ShardSource } from './shard-reader.ts';
import { pause, wakeUp } from './wake-up.ts';

export interface ShardPlayerOptions extends ShardSource {
  settings: StreamSettings;
  identity: StreamIdentity;
  functionArn: string;
  invoke: Invoke;
  destination?: (object: FailedBatchObject) => Promise<void>;
  checkpoints: Checkpoints;
}

const pollRecordsMin = 500;
const pollRecordsMax = 10_000;
/** How far a lane may be read ahead of what is done, beside the batch in hand. */
const aheadRecordsMin = 1_000;
const aheadBytesMax = 2 * invocationBytesMax;

/** Plays one shard from a position until it is drained or the signal aborts; answers whether it is drained. */
export async function playShard(options: ShardPlayerOptions, from: Position): Promise<boolean> {
  const { settings, clock, signal, shardId } = options;
  const lanes = Array.from({ length: settings.parallelization }, () => emptyLane<StreamRecord>());
  const changed = wakeUp();
  let lastRead: string | undefined;
  let end: 'drained' | 'lost' | undefined;
  signal.addEventListener('abort', changed.notify);

  /** Everything before this position is done: the oldest unfinished record of any lane, or what was read last. */
  const checkpoint = (): void => {
    const unfinished = lanes
      .flatMap((lane) => firstUnfinished(lane)?.sequenceNumber ?? [])
      .toSorted(bySequence)[0];
    if (unfinished) save(options, { kind: 'at', sequenceNumber: unfinished });
    else if (end === 'drained') save(options, { kind: 'drained' });
    else if (!end && lastRead) save(options, { kind: 'after', sequenceNumber: lastRead });
  };

  const aheadRecordsMax = Math.max(aheadRecordsMin, 2 * settings.batchSize);
  const hasRoom = (): boolean =>
    signal.aborted ||
    lanes.every(({ waiting }) => waiting.length < aheadRecordsMax && bytesOf(waiting) < aheadBytesMax);

  const take = async (records: _Record[]): Promise<void> => {
    const now = clock.now();
    const parts = lanes.map((): StreamRecord[] => []);
    for (const record of records) {
      parts[laneOf(record.PartitionKey!, lanes.length)]!.push(
        streamRecord(shardId, record, options.identity, now),
      );
    }
    for (const [index, part] of parts.entries()) lanes[index] = offered(lanes[index]!, part);
    lastRead = records.at(-1)!.SequenceNumber!;
    changed.notify();
    while (!hasRoom()) await changed.wait();
  };

  const playLane = async (index: number): Promise<void> => {
    let last: BatchOutcome = { kind: 'done' };
    while (!signal.aborted) {
      const { lane, step } = decide(lanes[index]!, settings, clock.now());
      lanes[index] = lane;
      if (step.kind === 'idle' && end) return;
      if (step.kind === 'idle') await changed.wait();
      if (step.kind === 'wait') await changed.waitUntil(clock, step.until);
      if (step.kind === 'invoke') {
        last = await invokeWith(options, step.batch);
        lanes[index] = settled(lanes[index]!, last, settings, clock.now());
      }
      if (step.kind === 'give-up' && (await deliver(options, step.givenUp, last))) {
        lanes[index] = dropped(lanes[index]!, step.givenUp.records.length);
      }
      if (step.kind === 'invoke' || step.kind === 'give-up') {
        checkpoint();
        changed.notify();
      }
    }
  };

  const read = async (): Promise<void> => {
    const limit = Math.min(
      pollRecordsMax,
      Math.max(pollRecordsMin, settings.batchSize * settings.parallelization),
    );
    const how = await readShard(options, from, limit, take);
    if (how === 'stopped') return;
    if (how === 'lost')
      options.log(`${options.streamName} ${shardId} is gone: what was not read of it has expired`);
    end = how;
    for (const [index, lane] of lanes.entries()) lanes[index] = { ...lane, ended: true };
    changed.notify();
  };

  await Promise.all([read(), ...lanes.map((_, index) => playLane(index))]);
  signal.removeEventListener('abort', changed.notify);
  const done = end !== undefined && lanes.every((lane) => !firstUnfinished(lane));
  if (done) checkpoint();
  return done;
}

const bytesOf = (records: StreamRecord[]): number => records.reduce((sum, record) => sum + record.bytes, 0);

/** Sequence numbers are decimal and may differ in length. */
const bySequence = (a: string, b: string): number =>
  a.length === b.length ? (a < b ? -1 : 1) : a.length - b.length;

/** A checkpoint that cannot be written costs a redelivery at the worst, so it stops nothing. */
function save({ checkpoints, shardId, log }: ShardPlayerOptions, position: Position): void {
  try {
    checkpoints.save(shardId, position);
  } catch (error) {
    log(`the checkpoint of ${shardId} could not be stored: ${(error as Error).message}`);
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
