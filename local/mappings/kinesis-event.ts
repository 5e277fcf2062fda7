import type { _Record } from '@aws-sdk/client-kinesis';
import type { LaneRecord } from './lane.ts';

/** One record of the event that the function gets ("Example Kinesis event", Using Lambda to process records). */
export interface KinesisEventRecord {
  kinesis: {
    kinesisSchemaVersion: '1.0';
    partitionKey: string;
    sequenceNumber: string;
    data: string;
    /** Seconds since the epoch. */
    approximateArrivalTimestamp: number;
  };
  eventSource: 'aws:kinesis';
  eventVersion: '1.0';
  eventID: string;
  eventName: 'aws:kinesis:record';
  invokeIdentityArn: string;
  awsRegion: string;
  eventSourceARN: string;
}

export interface StreamRecord extends LaneRecord {
  partitionKey: string;
  event: KinesisEventRecord;
}

/** What every record of a mapping has in common. */
export interface StreamIdentity {
  sourceArn: string;
  region: string;
  roleArn: string;
}

const base64Bytes = (bytes: number): number => 4 * Math.ceil(bytes / 3);

export function streamRecord(
  shardId: string,
  record: _Record,
  identity: StreamIdentity,
  readAt: number,
): StreamRecord {
  const sequenceNumber = record.SequenceNumber!;
  const partitionKey = record.PartitionKey!;
  const arrivedAt = record.ApproximateArrivalTimestamp!.getTime();
  const data = Buffer.from(record.Data!.buffer, record.Data!.byteOffset, record.Data!.byteLength);
  const event: KinesisEventRecord = {
    kinesis: {
      kinesisSchemaVersion: '1.0',
      partitionKey,
      sequenceNumber,
      data: '',
      approximateArrivalTimestamp: arrivedAt / 1_000,
    },
    eventSource: 'aws:kinesis',
    eventVersion: '1.0',
    eventID: `${shardId}:${sequenceNumber}`,
    eventName: 'aws:kinesis:record',
    invokeIdentityArn: identity.roleArn,
    awsRegion: identity.region,
    eventSourceARN: identity.sourceArn,
  };
  // Measured with the data left out, because base64 has a known length and needs no escaping.
  const bytes = Buffer.byteLength(JSON.stringify(event)) + base64Bytes(data.length) + 1;
  event.kinesis.data = data.toString('base64');
  return { sequenceNumber, partitionKey, arrivedAt, readAt, bytes, event };
}

export const kinesisEvent = (records: StreamRecord[]) => ({ Records: records.map((record) => record.event) });
