import { type KinesisClient, PutRecordsCommand } from '@aws-sdk/client-kinesis';

/** Events of it that can be counted, and that are set aside as somebody's. */
export const garbageCounts = { good: 1, setAside: 3 };

/** Puts records on the stream that no ingest would: no line at all, and lines that usage cannot count, one can. */
export async function putGarbage(
  kinesis: KinesisClient,
  { stream, revision, now }: { stream: string; revision: number; now: number },
): Promise<void> {
  const line = (id: string, more: object, data: object = { bytes: 1, seconds: 1 }) => {
    const time = new Date(now - 60_000).toISOString();
    const head = { specversion: '1.0', id, source: 'g', subject: 'garbage', type: 'vpn.usage' };
    const event = { ...head, time, data };
    return JSON.stringify({ tenantId: 'T001', receivedAt: time, config: revision, event, ...more });
  };
  const texts = [
    Buffer.of(0xff, 0x00, 0x7b),
    Buffer.from('not json\n'),
    Buffer.from(line('unknown-config', { config: 4_711 })),
    Buffer.from(`${line('good', {})}\n${line('negative', {}, { bytes: -1, seconds: 1 })}\n`),
    Buffer.from(line('no-quantity', {}, {})),
  ];
  const Records = texts.map((Data, index) => ({ Data, PartitionKey: `T001/${index}` }));
  await kinesis.send(new PutRecordsCommand({ StreamName: stream, Records }));
}
