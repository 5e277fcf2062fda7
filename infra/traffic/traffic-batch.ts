import type { KinesisStreamEvent, KinesisStreamRecord } from 'aws-lambda';
import { isBeyondHorizon, type StreamRetention } from '../../domain/metering/horizon.ts';
import type { ReceivedEvent } from '../../domain/metering/intake/received-event.ts';
import type { Quantity } from '../../domain/metering/quantity.ts';
import type { TenantConfig } from '../../domain/tenancy/tenant-config.ts';
import type { TrafficBatch, TrafficPart, UncountedPart } from '../../domain/traffic/count-traffic.ts';
import { countedStepOf } from '../../domain/traffic/interval.ts';
import { type Position, positionOf } from '../../domain/traffic/interval-counts.ts';
import type { ReadHeartbeat } from '../../domain/traffic/shard-heartbeats.ts';
import { seriesOf, type TrafficAmount, trafficAmountsOf } from '../../domain/traffic/traffic-amounts.ts';
import { decodeCloudEvent } from '../../events/cloud-event.ts';
import { parseInstant } from '../../events/rfc3339.ts';
import type { HeartbeatLine } from '../../events/stream-record.ts';
import {
  type LineFault,
  type ReadBatch,
  type ReadLine,
  readBatch,
  shardOf,
  unknownConfig,
} from '../stream/read-batch.ts';
import type { ConfigRevisions } from '../tenancy/config-revisions.ts';

/** A batch of the stream as traffic counts it. */
export interface ReadTrafficBatch extends ReadBatch {
  traffic: TrafficBatch;
}

export interface ReadTrafficBatchOptions extends StreamRetention {
  configs: ConfigRevisions;
  now: number;
}

/**
 * Reads what a batch adds to series. Counts go by position, so of a record that could not be read whole nothing is
 * counted, nor of any that follows it: it all comes again.
 */
export async function readTrafficBatch(
  event: KinesisStreamEvent,
  options: ReadTrafficBatchOptions,
): Promise<ReadTrafficBatch> {
  const { Records: streamRecords } = event;
  const positions = streamRecords.map(({ kinesis }) => positionOf(kinesis.sequenceNumber));
  const parts = new TrafficParts();
  const heartbeats: ReadHeartbeat[] = [];
  const batch = await readBatch(event, {
    consumer: 'count-traffic',
    configs: options.configs,
    take: (read) => {
      const taken = amountsIn(read, options);
      if (taken === 'unread' || taken === undefined || 'reason' in taken) return taken;
      const { tenantId } = read.line;
      for (const amount of taken.amounts) {
        parts.add({ ...amount, ...taken, tenantId }, positions[read.place] as Position);
      }
      return undefined;
    },
    takeHeartbeat: (line, place) => {
      const { kinesis } = streamRecords[place] as KinesisStreamRecord;
      heartbeats.push(heartbeatOf(line, positions[place] as Position, kinesis.approximateArrivalTimestamp));
    },
  });
  const end = positions[Math.min(...batch.unread)];
  const shardId = shardOf(streamRecords[0]?.eventID ?? '');
  const isRead = (position: Position) => end === undefined || position < end;
  const traffic = {
    shardId,
    parts: parts.before(end),
    heartbeats: heartbeats.filter(({ position }) => isRead(position)),
  };
  return { ...batch, traffic };
}

type Taken = { amounts: TrafficAmount[]; config: TenantConfig; occurredAt: number };

/** What an event adds; most are of types that feed no series, and are not even decoded. */
function amountsIn(
  { line, isPrintable, config }: ReadLine,
  { now, ...retention }: ReadTrafficBatchOptions,
): Taken | LineFault | 'unread' | undefined {
  if (config === 'unread') return 'unread';
  if (!config) return unknownConfig(line);
  if (seriesOf(config, line.event.type).length === 0) return undefined;
  const decoded = decodeCloudEvent(line.event, isPrintable);
  if (!decoded.ok) return { reason: 'invalid_event', detail: decoded.detail };
  const { event } = decoded;
  const read = trafficAmountsOf(event, config);
  if ('fault' in read) return { reason: read.fault.code, detail: read.fault.detail };
  return horizonFault(event, now, retention) ?? { ...read, config, occurredAt: event.occurredAt };
}

function horizonFault(
  { occurredAt }: ReceivedEvent,
  now: number,
  retention: StreamRetention,
): LineFault | undefined {
  if (!isBeyondHorizon(occurredAt, now, retention)) return undefined;
  const detail =
    'the event is so old that its interval may be forgotten; it counts if it is sent within 35 days and read ' +
    'within the retention of the stream';
  return { reason: 'beyond_horizon', detail };
}

const heartbeatOf = (
  { heartbeat, after = {} }: HeartbeatLine,
  position: Position,
  arrivalSeconds: number,
): ReadHeartbeat => ({
  at: parseInstant(heartbeat),
  after: new Map(Object.entries(after).map(([shardId, number]) => [shardId, positionOf(number)])),
  position,
  storedAt: Math.round(arrivalSeconds * 1000),
});

/** The parts of a batch, one a series and step whichever revisions its lines are of: a part leaves no record out. */
class TrafficParts {
  readonly #parts = new Map<string, TrafficPart>();

  add(
    { tenantId, series, amount, config, occurredAt }: Taken & TrafficAmount & { tenantId: string },
    position: Position,
  ): void {
    const start = countedStepOf(series, occurredAt);
    const key = `${tenantId}#${series.name}#${start}`;
    let part = this.#parts.get(key);
    if (!part) {
      part = { tenantId, series, zones: config.zones, start, positions: [], amounts: [] };
      this.#parts.set(key, part);
    }
    const last = part.positions.length - 1;
    if (part.positions[last] === position) part.amounts[last] = (part.amounts[last] as Quantity) + amount;
    else {
      part.positions.push(position);
      part.amounts.push(amount);
    }
  }

  /** Those of records before `end`; all where there is none. */
  before(end: Position | undefined): TrafficPart[] {
    const parts = [...this.#parts.values()];
    if (end === undefined) return parts;
    return parts.flatMap((part) => {
      const count = part.positions.findIndex((position) => position >= end);
      if (count === -1) return [part];
      if (count === 0) return [];
      return [{ ...part, positions: part.positions.slice(0, count), amounts: part.amounts.slice(0, count) }];
    });
  }
}

/** What became of a batch, for the log: counts, never what was counted. */
export function trafficOutcome(
  { traffic, setAside, unread, failures }: ReadTrafficBatch,
  uncounted: readonly UncountedPart[],
): Record<string, unknown> {
  const causes: Record<string, number> = {};
  for (const failure of [...uncounted.map(({ cause }) => cause), ...failures]) {
    const cause = failure.name === 'Error' ? failure.message : failure.name;
    causes[cause] = (causes[cause] ?? 0) + 1;
  }
  return {
    parts: traffic.parts.length,
    tenants: new Set(traffic.parts.map(({ tenantId }) => tenantId)).size,
    heartbeats: traffic.heartbeats.length,
    quarantined: setAside.length,
    ...((uncounted.length > 0 || failures.length > 0) && {
      unread: unread.size,
      uncounted: uncounted.length,
      causes,
    }),
  };
}
