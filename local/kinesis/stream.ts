import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { storageFailure } from './kinesis-error.ts';
import { type ShardArrivals, shardArrivals } from './shard-arrivals.ts';
import { openShardLog, type ShardLog } from './shard-log.ts';
import { type Shard, type StreamState, trimHorizon, withoutExpired } from './stream-state.ts';

/** A stream with its shards' logs. */
export interface Stream {
  state(): StreamState;
  /** The new state is on disk before it holds, so a crash leaves the one or the other. */
  change(next: StreamState): void;
  log(shard: Shard): ShardLog;
  /** Drops what is older than the retention. */
  trim(now: number): void;
  arrivals: ShardArrivals;
  remove(): void;
  close(): void;
}

const stateFile = 'stream.json';

/** A write that is whole or not there: beside the file, then in its place. */
function replaceFile(path: string, text: string): void {
  const beside = `${path}.new`;
  try {
    writeFileSync(beside, text);
    renameSync(beside, path);
  } catch (error) {
    rmSync(beside, { force: true });
    throw storageFailure(error);
  }
}

/** Opens a stream that is on disk, or one of the given state. */
export function openStream(directory: string, segmentBytesMax: number, initial?: StreamState): Stream {
  const path = join(directory, stateFile);
  if (initial) {
    try {
      mkdirSync(directory, { recursive: true });
    } catch (error) {
      throw storageFailure(error);
    }
    replaceFile(path, JSON.stringify(initial));
  }
  let state: StreamState = initial ?? JSON.parse(readFileSync(path, 'utf8'));
  const logs = new Map<string, ShardLog>();
  const arrivals = shardArrivals();

  const change = (next: StreamState): void => {
    if (next === state) return;
    replaceFile(path, JSON.stringify(next));
    state = next;
  };

  const log = (shard: Shard): ShardLog => {
    const opened =
      logs.get(shard.id) ?? openShardLog(join(directory, shard.id), shard.opened, segmentBytesMax);
    logs.set(shard.id, opened);
    return opened;
  };

  const closeLogs = (): void => {
    for (const opened of logs.values()) opened.close();
    arrivals.announceAll();
  };

  return {
    state: () => state,
    change,
    log,
    trim(now) {
      const horizon = trimHorizon(state, now);
      const former = state.shards;
      change(withoutExpired(state, horizon));
      for (const shard of former) {
        if (state.shards.includes(shard)) {
          log(shard).trim(horizon);
          continue;
        }
        logs.get(shard.id)?.close();
        logs.delete(shard.id);
        rmSync(join(directory, shard.id), { recursive: true, force: true });
      }
    },
    arrivals,
    remove() {
      closeLogs();
      // The state goes first: without it the folder is no stream, whenever the process dies.
      rmSync(path, { force: true });
      rmSync(directory, { recursive: true, force: true });
    },
    close: closeLogs,
  };
}
