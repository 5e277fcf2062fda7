import {
  type _Record,
  GetRecordsCommand,
  GetShardIteratorCommand,
  type KinesisClient,
  type ShardIteratorType,
} from '@aws-sdk/client-kinesis';
import { waitHeader } from '../kinesis/wait-header.ts';
import type { StackClock } from '../stack-clock.ts';
import type { Position } from './checkpoints.ts';
import { pause } from './wake-up.ts';

/** How long one call waits for a record where the stream can wait; an idle shard costs one call in this time. */
const longPollMs = 1_000;
/** How long to wait between calls where it cannot. */
const idlePollMs = 100;
/** Rest after records came, so that a trickle is read in handfuls and not one by one. */
const gatherMs = 20;
const retryMs = 250;

export interface ShardSource {
  kinesis: KinesisClient;
  streamName: string;
  shardId: string;
  clock: StackClock;
  log: (line: string) => void;
  signal: AbortSignal;
}

const iteratorTypes: Record<Exclude<Position['kind'], 'drained'>, ShardIteratorType> = {
  at: 'AT_SEQUENCE_NUMBER',
  after: 'AFTER_SEQUENCE_NUMBER',
  time: 'AT_TIMESTAMP',
  'trim-horizon': 'TRIM_HORIZON',
};

async function iteratorAt({ kinesis, streamName, shardId, signal }: ShardSource, from: Position) {
  if (from.kind === 'drained') return undefined;
  const { ShardIterator } = await kinesis.send(
    new GetShardIteratorCommand({
      StreamName: streamName,
      ShardId: shardId,
      ShardIteratorType: iteratorTypes[from.kind],
      ...('sequenceNumber' in from && { StartingSequenceNumber: from.sequenceNumber }),
      ...(from.kind === 'time' && { Timestamp: new Date(from.ms) }),
    }),
    { abortSignal: signal },
  );
  return ShardIterator;
}

function getRecords(ShardIterator: string, Limit: number): GetRecordsCommand {
  const command = new GetRecordsCommand({ ShardIterator, Limit });
  const askToWait = (headers: Record<string, string>) => {
    headers[waitHeader] = String(longPollMs);
  };
  command.middlewareStack.add(
    (next) => (args) => {
      askToWait((args.request as { headers: Record<string, string> }).headers);
      return next(args);
    },
    { step: 'build', name: 'waitForRecords' },
  );
  return command;
}

/** Between two calls: nothing behind a full answer, and otherwise what keeps an idle or slow shard cheap. */
const restMs = (records: number, limit: number, tookMs: number): number =>
  records === limit ? 0 : records > 0 ? gatherMs : Math.max(0, idlePollMs - tookMs);

/**
 * Reads a shard in order, from a position to its end. `take` gets the records and resolves when there is room
 * for more. Answers how it ended: `drained` at the end of a closed shard, `lost` where the shard has expired.
 */
export async function readShard(
  source: ShardSource,
  position: Position,
  limit: number,
  take: (records: _Record[]) => Promise<void>,
): Promise<'drained' | 'lost' | 'stopped'> {
  let from = position;
  let iterator: string | undefined;
  let failing = false;
  while (!source.signal.aborted) {
    try {
      iterator ??= await iteratorAt(source, from);
      if (!iterator) return 'drained';
      const began = performance.now();
      const call = getRecords(iterator, limit);
      const answer = await source.kinesis.send(call, { abortSignal: source.signal });
      const { Records: records = [], NextShardIterator } = answer;
      const rest = restMs(records.length, limit, performance.now() - began);
      iterator = NextShardIterator;
      failing = false;
      const last = records.at(-1);
      if (last) {
        from = { kind: 'after', sequenceNumber: last.SequenceNumber! };
        await take(records);
      }
      if (!iterator) return source.signal.aborted ? 'stopped' : 'drained';
      if (rest > 0) await pause(source.clock, rest, source.signal);
    } catch (error) {
      if (source.signal.aborted) return 'stopped';
      const { name, message } = error as Error;
      if (name === 'ResourceNotFoundException') return 'lost';
      if (!failing)
        source.log(`reading ${source.streamName} ${source.shardId} fails, trying again: ${name}: ${message}`);
      failing = true;
      // A checkpoint that this stream never gave: it was made anew, so all of it is yet to be read.
      if (name === 'InvalidArgumentException' && !iterator) from = { kind: 'trim-horizon' };
      iterator = undefined;
      await pause(source.clock, retryMs, source.signal);
    }
  }
  return 'stopped';
}
