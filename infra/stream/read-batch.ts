import type { KinesisStreamEvent, KinesisStreamRecord } from 'aws-lambda';
import { eachAtOnce } from '../../domain/metering/at-once.ts';
import type {
  Quarantine,
  Quarantined,
  QuarantineReason,
  StreamPosition,
} from '../../domain/quarantine/quarantine.ts';
import {
  type Consumer,
  decodeStreamRecord,
  type EventLine,
  encodeLine,
  type HeartbeatLine,
  isFor,
  isHeartbeat,
} from '../../events/stream-record.ts';
import type { ConfigRevisions } from '../tenancy/config-revisions.ts';
import { BatchConfigs, type ReadConfig } from './batch-configs.ts';

const quarantinePutsAtOnce = 8;

/** What of a batch is not for counting. Places are those of the stream's records in the batch. */
export interface ReadBatch {
  setAside: { item: Quarantined; place: number }[];
  /** Places of stream records that could not be read whole, because a configuration could not. */
  unread: Set<number>;
  /** Why configurations could not be read, or what was set aside could not be kept. */
  failures: Error[];
}

export interface LineFault {
  reason: QuarantineReason;
  detail: string;
}

/** An event for this consumer, and what is needed to judge it. */
export interface ReadLine {
  line: EventLine;
  /** Every text in it is of printable ASCII. */
  isPrintable: boolean;
  config: ReadConfig;
  place: number;
}

export interface BatchReading {
  consumer: Consumer;
  configs: ConfigRevisions;
  /** Takes an event, or says what is wrong with it; `unread`: its configuration could not be read, which passes. */
  take: (read: ReadLine) => LineFault | 'unread' | undefined;
  /** Heartbeats are passed over where nobody takes them. */
  takeHeartbeat?: (line: HeartbeatLine, place: number) => void;
}

/**
 * Reads a batch line by line. Whatever cannot be taken is set aside, whole, and leaves the lines and records
 * around it alone; lines for other consumers are passed over. Each stream record is taken before the next one is
 * decoded: what was parsed is used while it is at hand, and then let go.
 */
export async function readBatch(
  { Records: streamRecords }: KinesisStreamEvent,
  { consumer, configs: revisions, take, takeHeartbeat }: BatchReading,
): Promise<ReadBatch> {
  const batch: ReadBatch = { setAside: [], unread: new Set(), failures: [] };
  const configs = new BatchConfigs(revisions, batch.failures);
  const scratch = Buffer.allocUnsafeSlow(bytesMaxOf(streamRecords));
  for (const [place, streamRecord] of streamRecords.entries()) {
    const bytes = scratch.write(streamRecord.kinesis.data, 'base64');
    const { lines, bad, isPrintable } = decodeStreamRecord(scratch.subarray(0, bytes));
    const setAside = (line: Omit<Quarantined, 'consumer' | 'position'>) =>
      batch.setAside.push({ place, item: { ...line, consumer, position: positionIn(streamRecord) } });
    for (const { bytes, detail } of bad) setAside({ reason: 'undecodable', detail, bytes });
    for (const line of lines) {
      if (isHeartbeat(line)) takeHeartbeat?.(line, place);
      else if (isFor(line, consumer)) {
        if (!configs.hasRead(line)) await configs.read(line);
        const fault = take({ line, isPrintable, config: configs.present, place });
        if (fault === 'unread') batch.unread.add(place);
        else if (fault) {
          setAside({ tenantId: line.tenantId, ...fault, bytes: Buffer.from(encodeLine(line)) });
        }
      }
    }
  }
  return batch;
}

/** That a line names a configuration which does not exist. */
export const unknownConfig = ({ tenantId, config }: EventLine): LineFault => ({
  reason: 'unknown_config',
  detail: `there is no tenant ${tenantId} with a configuration of revision ${config}`,
});

/** Puts what is set aside into the quarantine; answers the places of what it could not put. */
export async function setAsideAll(
  quarantine: Quarantine,
  batch: ReadBatch,
  now: number,
): Promise<Set<number>> {
  const unkept = new Set<number>();
  await eachAtOnce(batch.setAside, quarantinePutsAtOnce, async ({ item, place }) => {
    await quarantine.put(item, now).catch((error: Error) => {
      unkept.add(place);
      batch.failures.push(error);
    });
  });
  return unkept;
}

/** Room for the largest record, which the others use after it. */
const bytesMaxOf = (records: KinesisStreamRecord[]): number =>
  records.reduce((most, { kinesis }) => Math.max(most, Buffer.byteLength(kinesis.data, 'base64')), 0);

/** `eventID` is `<shard>:<sequence number>`. */
function positionIn({ eventID, kinesis }: KinesisStreamRecord): StreamPosition {
  return {
    shardId: shardOf(eventID),
    sequenceNumber: kinesis.sequenceNumber,
    arrivedAt: Math.round(kinesis.approximateArrivalTimestamp * 1000),
  };
}

export const shardOf = (eventId: string): string => eventId.split(':')[0] as string;
