import { beforeEach, describe, expect, it } from 'vitest';
import type { Quarantined } from '../../../domain/quarantine/quarantine.ts';
import type { QuarantineArchive, QuarantineFilter } from '../../../domain/quarantine/quarantine-archive.ts';

const now = Date.parse('2026-11-21T10:00:00Z');
const dayMs = 86_400_000;

let sequence = 0;
const item = (text: string, more: Partial<Quarantined> = {}): Quarantined => ({
  ...{ tenantId: 'T001', reason: 'gave_up', detail: 'tried too often', consumer: 'record-usage' },
  position: { shardId: 'shardId-000000000000', sequenceNumber: String(++sequence), arrivedAt: now },
  bytes: Buffer.from(text),
  ...more,
});

/** What every QuarantineArchive promises. */
export function quarantineArchiveContract(start: () => Promise<QuarantineArchive>): void {
  describe('a QuarantineArchive', () => {
    let archive: QuarantineArchive;
    beforeEach(async () => {
      archive = await start();
    });
    const listed = async (filter: QuarantineFilter = {}) => {
      const texts: string[] = [];
      for await (const { key } of archive.list(filter))
        texts.push(Buffer.from((await archive.read(key))?.bytes ?? []).toString());
      return texts.toSorted();
    };
    const keyOf = async (text: string): Promise<string> => {
      for (const isReplayed of [false, true])
        for await (const { key } of archive.list({ isReplayed }))
          if (Buffer.from((await archive.read(key))?.bytes ?? []).toString() === text) return key;
      throw new Error(`Nothing holds ${text}.`);
    };

    it('lists by tenant, day and reason', async () => {
      const day = { position: { shardId: 's', sequenceNumber: '1', arrivedAt: now - dayMs } };
      await archive.put(item('a'), now);
      await archive.put(item('b', { reason: 'undecodable' }), now);
      await archive.put(item('c', day), now);
      await archive.put(item('d', { tenantId: 'T0011' }), now);
      expect(await listed()).toEqual(['a', 'b', 'c', 'd']);
      expect(await listed({ tenantId: 'T001' })).toEqual(['a', 'b', 'c']);
      expect(await listed({ tenantId: 'T001', day: '2026-11-21' })).toEqual(['a', 'b']);
      expect(await listed({ day: '2026-11-20' })).toEqual(['c']);
      expect(await listed({ reason: 'undecodable' })).toEqual(['b']);
      expect(await listed({ tenantId: 'T00' })).toEqual([]);
      for await (const entry of archive.list({ day: '2026-11-20' })) {
        const { tenantId, reason, consumer, isReplayed } = entry;
        expect({ tenantId, reason, consumer, isReplayed }).toEqual({
          ...{ tenantId: 'T001', reason: 'gave_up', consumer: 'record-usage', isReplayed: false },
        });
      }
    });

    it('reads back what was put', async () => {
      const put = item('a', { bytes: Buffer.of(0, 255) });
      await archive.put(put, now);
      for await (const { key } of archive.list({})) {
        const read = await archive.read(key);
        expect({ ...read, bytes: [...(read?.bytes ?? [])] }).toEqual({
          ...put,
          bytes: [0, 255],
          quarantinedAt: now,
        });
      }
      expect(await archive.read('tenant=T001/day=2026-11-21/reason=gave_up/x/none.json')).toBeUndefined();
    });

    it('keeps what was replayed apart, and moves it once', async () => {
      await archive.put(item('a'), now);
      await archive.put(item('b'), now);
      const key = await keyOf('a');
      await archive.setReplayed(key);
      await archive.setReplayed(key);
      expect(await listed()).toEqual(['b']);
      expect(await listed({ isReplayed: true })).toEqual(['a']);
      await archive.setReplayed(await keyOf('a'));
      expect(await listed({ isReplayed: true, tenantId: 'T001' })).toEqual(['a']);
    });

    it('replaces and removes', async () => {
      const first = item('a');
      await archive.put(first, now);
      const key = await keyOf('a');
      await archive.replace(key, { ...first, bytes: Buffer.from('rest') }, now);
      expect(await listed()).toEqual(['rest']);
      await archive.remove(key);
      await archive.remove(key);
      expect(await listed()).toEqual([]);
    });

    it('lists more than one page of it', async () => {
      for (let count = 0; count < 1_005; count += 100)
        await Promise.all(
          Array.from({ length: Math.min(100, 1_005 - count) }, () => archive.put(item('x'), now)),
        );
      let listedCount = 0;
      for await (const _entry of archive.list({ tenantId: 'T001' })) listedCount += 1;
      expect(listedCount).toBe(1_005);
    });
  });
}
