import type { KinesisStreamEvent } from 'aws-lambda';
import type { TenantConfig } from '../domain/tenancy/tenant-config.ts';
import { type EventLine, encodeStreamRecords } from '../events/stream-record.ts';
import { play, type Workload } from './cost/workload.ts';

/** When the played hour begins. */
export const hourStartsAt = Date.UTC(2026, 10, 21, 10);
export const tenantId = 'T001';

/** A tenant that counts bytes. */
export const config: TenantConfig = {
  revision: 1,
  meters: [
    { name: 'bytes', eventType: 'vpn.usage', aggregation: 'sum', field: 'bytes', unit: 'By', scale: 0 },
  ],
  plans: [],
  cycle: { period: 'month', anchorDay: 1 },
  onSuspended: 'reject',
  series: [],
  timeZone: 'UTC',
  calendar: [],
  archiveOnly: [],
  versions: {},
  retiredMeters: [],
  retiredSeries: [],
  zones: [{ from: 0, timeZone: 'UTC', cycle: { period: 'month', anchorDay: 1 } }],
};

/** The lines that a workload's hour puts on the stream, in order of arrival. */
export function linesOf(workload: Workload, seed: number): EventLine[] {
  return play(workload, seed).events.map(({ accountId, deviceId, eventId, arrivesAt, bytes }) => {
    const time = new Date(hourStartsAt + Math.floor(arrivesAt) * 1_000).toISOString();
    const event = {
      specversion: '1.0' as const,
      id: eventId,
      source: deviceId,
      subject: accountId,
      type: 'vpn.usage',
      time,
      data: { bytes },
    };
    return { tenantId, receivedAt: time, config: config.revision, event };
  });
}

/** An invocation of at most `jsonBytesMax` bytes of JSON, as the stream's mapping makes it. */
export function invocationOf(lines: EventLine[], jsonBytesMax: number): KinesisStreamEvent {
  const records: KinesisStreamEvent['Records'] = [];
  let bytes = 0;
  for (const [place, { partitionKey, data }] of encodeStreamRecords(lines).entries()) {
    const record = streamRecord(place, partitionKey, data);
    bytes += JSON.stringify(record).length + 1;
    if (bytes > jsonBytesMax) break;
    records.push(record);
  }
  return { Records: records };
}

function streamRecord(
  place: number,
  partitionKey: string,
  data: Uint8Array,
): KinesisStreamEvent['Records'][number] {
  const sequenceNumber = String(place).padStart(56, '0');
  return {
    kinesis: {
      kinesisSchemaVersion: '1.0',
      partitionKey,
      sequenceNumber,
      data: Buffer.from(data).toString('base64'),
      approximateArrivalTimestamp: hourStartsAt / 1_000,
    },
    eventSource: 'aws:kinesis',
    eventVersion: '1.0',
    eventID: `shardId-000000000000:${sequenceNumber}`,
    eventName: 'aws:kinesis:record',
    invokeIdentityArn: 'arn:aws:iam::123456789012:role/record-usage',
    awsRegion: 'eu-central-1',
    eventSourceARN: 'arn:aws:kinesis:eu-central-1:123456789012:stream/events',
  };
}
