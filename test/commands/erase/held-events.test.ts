import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { countHeld, mayHold } from '../../../commands/erase/held-events.ts';
import type { StreamPart } from '../../../commands/replay/read-stream.ts';
import { encodeStreamRecords } from '../../../events/stream-record.ts';

const lineOf = (tenantId: string, subject: string, id: string) => ({
  ...{ tenantId, receivedAt: '2026-11-21T10:00:00.000Z', config: 1 },
  event: {
    ...{ specversion: '1.0' as const, id, source: 'p', subject, type: 'vpn.usage' },
    time: '2026-11-21T10:00:00Z',
  },
});

const heartbeat = Buffer.from('{"heartbeat":"2026-11-21T10:05:00Z","shardId":"s"}\n');

const recordOf = (data: Uint8Array) => ({ Data: data, SequenceNumber: '1', PartitionKey: 'k' });

async function* partsOf(...parts: StreamPart[]): AsyncIterable<StreamPart> {
  yield* parts;
}

const lines = [
  ...[lineOf('T001', 'leaving', 'a'), lineOf('T001', 'leaving', 'b'), lineOf('T001', 'staying', 'c')],
  ...[lineOf('T002', 'leaving', 'd'), { ...lineOf('T001', 'leaving', 'a'), for: ['lake' as const] }],
];
const records = encodeStreamRecords(lines).map(({ data }) => recordOf(data));
const part = { records: [...records, recordOf(heartbeat), recordOf(Buffer.from('no line\n'))], share: 0.5 };
const always = () => true;

describe('what the stream holds', () => {
  it('counts the lines of an account or of a tenant, replayed ones too', async () => {
    const end = { records: [], share: 1 };
    const leaving = { tenantId: 'T001', accountId: 'leaving' };
    expect(await countHeld(partsOf(part, end), leaving, always)).toEqual({ count: 3, share: 1 });
    expect(await countHeld(partsOf(part, end), { tenantId: 'T001' }, always)).toEqual({ count: 4, share: 1 });
    expect(await countHeld(partsOf(), leaving, always)).toEqual({ count: 0, share: 1 });
  });

  it('ends where there is no more time, and says how far it came', async () => {
    const held = await countHeld(partsOf(part, part), { tenantId: 'T002' }, () => false);
    expect(held).toEqual({ count: 1, share: 0.5 });
  });

  it('reads of all shards the one that an account is in', () => {
    const keySpace = 1n << 128n;
    const shards = [0n, 1n, 2n, 3n].map((part) => ({
      ShardId: String(part),
      SequenceNumberRange: { StartingSequenceNumber: '0' },
      HashKeyRange: {
        StartingHashKey: String((keySpace / 4n) * part),
        EndingHashKey: String((keySpace / 4n) * (part + 1n) - 1n),
      },
    }));
    fc.assert(
      fc.property(fc.string(), (accountId) => {
        const wanted = shards.filter(mayHold({ tenantId: 'T001', accountId }));
        const [record] = encodeStreamRecords([lineOf('T001', accountId, 'a')]);
        const hash = createHash('md5')
          .update(record?.partitionKey ?? '')
          .digest('hex');
        expect(wanted.map(({ ShardId }) => Number(ShardId))).toEqual([Number(`0x${hash[0]}`) >> 2]);
      }),
    );
    expect(shards.filter(mayHold({ tenantId: 'T001' }))).toEqual(shards);
  });
});
