import type { _Record } from '@aws-sdk/client-kinesis';
import type { Checkpoints, Position } from './checkpoints.ts';
import { invocationBytesMax } from './invocation.ts';
import { type StreamIdentity, type StreamRecord, streamRecord } from './kinesis-event.ts';
import { emptyLane, firstUnfinished, type Lane, offered } from './lane.ts';
import type { StreamSettings } from './mapping-settings.ts';
import { laneOf } from './shard-lineage.ts';
import type { ShardSource } from './shard-reader.ts';
import { type WakeUp, wakeUp } from './wake-up.ts';

/** How far a lane may be read ahead of what is done, beside the batch in hand. */
const aheadRecordsMin = 1_000;
const aheadBytesMax = 2 * invocationBytesMax;

/** A shard's lanes, what was read into them, and how far all of them are done. */
export interface ShardProgress {
  lanes: Lane<StreamRecord>[];
  /** Notified whenever records come, a batch is done, or the shard has ended. */
  changed: WakeUp;
  /** Sorts records into their lanes. */
  offer(records: _Record[]): void;
  /** Whether more may be read: one lane that is stuck holds up the reading, not the other lanes' work. */
  hasRoom(): boolean;
  /** Nothing more will come: the shard was read to its end, or has expired. */
  end(how: 'drained' | 'lost'): void;
  /** Stores how far all lanes are done. */
  checkpoint(): void;
  /** Whether the shard has ended and all of it is done, which is then stored. */
  finish(): boolean;
}

export interface ShardProgressOptions extends ShardSource {
  settings: StreamSettings;
  identity: StreamIdentity;
  checkpoints: Checkpoints;
}

export function shardProgress(options: ShardProgressOptions): ShardProgress {
  const { settings, clock, shardId, identity } = options;
  const lanes = Array.from({ length: settings.parallelization }, () => emptyLane<StreamRecord>());
  const changed = wakeUp();
  const aheadRecordsMax = Math.max(aheadRecordsMin, 2 * settings.batchSize);
  let lastRead: string | undefined;
  let ended: 'drained' | 'lost' | undefined;

  /** Everything before this is done: the oldest unfinished record of any lane, or what was read last. */
  const position = (): Position | undefined => {
    const oldest = lanes
      .flatMap((lane) => firstUnfinished(lane)?.sequenceNumber ?? [])
      .toSorted(bySequence)[0];
    if (oldest) return { kind: 'at', sequenceNumber: oldest };
    if (ended) return ended === 'drained' ? { kind: 'drained' } : undefined;
    return lastRead ? { kind: 'after', sequenceNumber: lastRead } : undefined;
  };

  const checkpoint = (): void => {
    save(options, position());
    changed.notify();
  };

  return {
    lanes,
    changed,
    checkpoint,
    offer(records) {
      const now = clock.now();
      const parts = lanes.map((): StreamRecord[] => []);
      for (const record of records) {
        const lane = laneOf(record.PartitionKey!, lanes.length);
        parts[lane]!.push(streamRecord(shardId, record, identity, now));
        lastRead = record.SequenceNumber!;
      }
      for (const [index, part] of parts.entries()) lanes[index] = offered(lanes[index]!, part);
      changed.notify();
    },
    hasRoom: () =>
      lanes.every(({ waiting }) => waiting.length < aheadRecordsMax && bytesOf(waiting) < aheadBytesMax),
    end(how) {
      ended = how;
      for (const [index, lane] of lanes.entries()) lanes[index] = { ...lane, ended: true };
      changed.notify();
    },
    finish() {
      if (!ended || lanes.some((lane) => firstUnfinished(lane))) return false;
      checkpoint();
      return true;
    },
  };
}

const bytesOf = (records: StreamRecord[]): number => records.reduce((sum, record) => sum + record.bytes, 0);

/** Sequence numbers are decimal and may differ in length. */
const bySequence = (a: string, b: string): number =>
  a.length === b.length ? (a < b ? -1 : 1) : a.length - b.length;

/** A checkpoint that cannot be written costs a redelivery at the worst, so it stops nothing. */
function save({ checkpoints, shardId, log }: ShardProgressOptions, position: Position | undefined): void {
  if (!position) return;
  try {
    checkpoints.save(shardId, position);
  } catch (error) {
    log(`the checkpoint of ${shardId} could not be stored: ${(error as Error).message}`);
  }
}
