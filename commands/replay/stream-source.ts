import type { _Record, KinesisClient } from '@aws-sdk/client-kinesis';
import { eventAheadMaxMs } from '../../domain/metering/intake/accept-events.ts';
import { parseInstant } from '../../events/rfc3339.ts';
import { type EventLine, isHeartbeat } from '../../events/stream-record.ts';
import { exactLines } from './exact-lines.ts';
import { readStream } from './read-stream.ts';
import type { ReplaySource } from './run-replay.ts';
import type { ReplayLine } from './sender.ts';

/** Which events, by their own time. */
export interface EventFilter {
  tenantId: string;
  /** Epoch milliseconds, [from, to). */
  from: number;
  to: number;
  types?: readonly string[] | undefined;
}

export function isWanted({ tenantId, event }: EventLine, filter: EventFilter): boolean {
  if (tenantId !== filter.tenantId) return false;
  const at = typeof event.time === 'string' ? parseInstant(event.time) : Number.NaN;
  if (!(at >= filter.from && at < filter.to)) return false;
  return filter.types === undefined || filter.types.includes(event.type);
}

/** Nobody knows how many events a span holds: progress is how much of the span has been read. */
const steps = 1_000;

/**
 * Events that the stream still holds. Each was sent before its shard was read, so a replay never meets its own lines;
 * lines of earlier replays are passed over: what they repeat is there as well.
 */
export function streamSource(
  client: KinesisClient,
  streamName: string,
  filter: EventFilter,
  startedAt: number,
): ReplaySource {
  // An event may be a little ahead of its receipt, never the other way round.
  const since = Math.min(filter.from - eventAheadMaxMs, startedAt);
  return {
    total: steps,
    async *batches() {
      let done = 0;
      for await (const { records, share } of readStream(client, { streamName, since, until: startedAt })) {
        const advance = Math.max(0, Math.floor(steps * share) - done);
        done += advance;
        yield { lines: wantedOf(records, filter), advance };
      }
    },
  };
}

function wantedOf(records: readonly _Record[], filter: EventFilter): ReplayLine[] {
  const lines = records.flatMap(({ Data }) => exactLines(Data ?? new Uint8Array()).lines);
  return lines
    .filter(
      (line): line is EventLine => !isHeartbeat(line) && line.for === undefined && isWanted(line, filter),
    )
    .map((line) => ({ line }));
}
