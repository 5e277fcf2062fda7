import { type StreamRetention, windowExpiresAt } from '../metering/horizon.ts';
import { eventAheadMaxMs } from '../metering/intake/accept-events.ts';
import { hourOf } from '../metering/window.ts';
import type { Interval } from './interval.ts';
import type { Position } from './interval-counts.ts';
import type { ReadHeartbeat, ShardHeartbeats, TrackedShard } from './shard-heartbeats.ts';
import { mergedGaps, passedOver } from './watermark.ts';

/** Gaps that are kept of one shard; more are taken together, so that the note of them stays small. */
const gapsMax = 50;
/** Another process may note the same at the same time; it is alone again after a try or two. */
const triesMax = 5;

export interface PassedHeartbeats {
  shardId: string;
  /** In the order in which they stand in the shard. */
  heartbeats: readonly ReadHeartbeat[];
  now: number;
}

export interface HeartbeatRules extends StreamRetention {
  allowedLatenessMs: number;
}

/**
 * Notes that the shard is counted up to these heartbeats. Where one names a heartbeat that was not passed, the
 * records between the two were lost, and what times they may have had becomes a gap.
 */
export async function passHeartbeats(
  store: ShardHeartbeats,
  batch: PassedHeartbeats,
  rules: HeartbeatRules,
): Promise<void> {
  for (let tries = 0; tries < triesMax; tries += 1) {
    const shards = await store.readAll();
    const shard = shards.find(({ shardId }) => shardId === batch.shardId);
    const former = shard?.passed;
    const last = batch.heartbeats.at(-1)?.position;
    if (last === undefined || (former && former.position >= last)) return;
    const kept = (shard?.gaps ?? []).filter((gap) => isStillCounted(gap, batch.now, rules));
    const lost = gapsBefore(batch, shards, rules.allowedLatenessMs);
    const passed = {
      at: Math.max(...batch.heartbeats.map(({ at }) => at), former?.at ?? Number.NEGATIVE_INFINITY),
      on: batch.now,
      position: last,
      gaps: fewGaps(mergedGaps([...kept, ...lost])),
    };
    if (await store.notePassed(batch.shardId, passed, former?.position)) return;
  }
  throw new Error(`Others still noted heartbeats of ${batch.shardId} after ${triesMax} tries.`);
}

/** What times the records may have had that were lost before these heartbeats. */
export function gapsBefore(
  { shardId, heartbeats }: PassedHeartbeats,
  shards: readonly TrackedShard[],
  allowedLatenessMs: number,
): Interval[] {
  const read = new Map(shards.map((shard) => [shard.shardId, shard.passed?.position ?? '']));
  const isRead = (named: string, position: Position) => (read.get(named) ?? '') >= position;
  const gaps: Interval[] = [];
  for (const { position, storedAt, after } of heartbeats) {
    for (const [named, put] of after) {
      if (isRead(named, put)) continue;
      const range = shards.find((shard) => shard.shardId === named)?.listed?.range;
      const since = range ? passedOver(shards, range) : Number.NEGATIVE_INFINITY;
      gaps.push({ start: Math.max(0, since - allowedLatenessMs), end: storedAt + eventAheadMaxMs });
      read.set(named, put);
    }
    if (!isRead(shardId, position)) read.set(shardId, position);
  }
  return mergedGaps(gaps);
}

/** Whether counts of that time are kept still, for somebody to ask how complete they are. */
const isStillCounted = ({ end }: Interval, now: number, rules: HeartbeatRules): boolean =>
  windowExpiresAt(hourOf(end), rules) * 1000 > now;

/** Ascending gaps, the earliest of too many taken together. */
function fewGaps(gaps: Interval[]): Interval[] {
  const surplus = gaps.length - gapsMax;
  if (surplus <= 0) return gaps;
  const [first] = gaps as [Interval];
  const last = gaps[surplus] as Interval;
  return [{ start: first.start, end: last.end }, ...gaps.slice(surplus + 1)];
}
