import { beforeEach, describe, expect, it } from 'vitest';
import type { Quarantine, Quarantined } from '../../../domain/quarantine/quarantine.ts';

export interface QuarantineUnderTest {
  quarantine: Quarantine;
  /** Every stored object: its key, and what it says. */
  stored(): Promise<{ key: string; item: Quarantined; quarantinedAt: number }[]>;
}

const item: Quarantined = {
  tenantId: 'T001',
  reason: 'undecodable',
  detail: 'the line is not JSON',
  consumer: 'record-usage',
  position: {
    shardId: 'shardId-000000000003',
    sequenceNumber: '49590338271490256608559692538361571095921575989136588898',
    arrivedAt: Date.UTC(2026, 10, 21, 23, 59, 59, 999),
  },
  bytes: Uint8Array.from([0, 255, 10, 0x7b]),
};
const quarantinedAt = Date.UTC(2026, 10, 22, 0, 0, 1);

/** What every Quarantine promises. */
export function quarantineContract(start: () => Promise<QuarantineUnderTest>): void {
  describe('a Quarantine', () => {
    let under: QuarantineUnderTest;
    beforeEach(async () => {
      under = await start();
    });
    const keysAfter = async (...items: Quarantined[]): Promise<string[]> => {
      for (const one of items) await under.quarantine.put(one, quarantinedAt);
      return (await under.stored()).map(({ key }) => key);
    };

    it('stores everything, every byte included', async () => {
      await under.quarantine.put(item, quarantinedAt);
      const [stored] = await under.stored();
      expect(stored).toMatchObject({ item: { ...item, bytes: expect.anything() }, quarantinedAt });
      expect([...stored!.item.bytes]).toEqual([...item.bytes]);
      expect(stored!.key).toMatch(
        /^tenant=T001\/day=2026-11-21\/reason=undecodable\/record-usage\/shardId-000000000003-495903\d+-[0-9a-f]+\.json$/,
      );
    });

    it('gives one object for the same put again, however much later', async () => {
      await under.quarantine.put(item, quarantinedAt);
      await under.quarantine.put(item, quarantinedAt + 86_400_000);
      expect(await under.stored()).toHaveLength(1);
    });

    it('gives each line, reason, consumer, tenant and position its own', async () => {
      const position = { ...item.position, sequenceNumber: '5' };
      const keys = await keysAfter(
        item,
        { ...item, bytes: Buffer.from('another line') },
        { ...item, reason: 'beyond_horizon' },
        { ...item, consumer: 'count-traffic' },
        { ...item, tenantId: 'T002' },
        { ...item, position },
      );
      expect(new Set(keys).size).toBe(6);
    });

    it('files what says no tenant, or no real one, as unknown', async () => {
      const { tenantId: _, ...nobodys } = item;
      const keys = await keysAfter(nobodys, { ...nobodys, tenantId: '../T002/x', bytes: Buffer.from('2') });
      expect(keys).toHaveLength(2);
      for (const key of keys) expect(key).toMatch(/^tenant=unknown\/day=[^/]+\/reason=[^/]+\/[^/]+\/[^/]+$/);
    });

    it('keeps strange positions and empty bytes within one key', async () => {
      const position = { ...item.position, shardId: '../shard %2F?#+', sequenceNumber: 'ü' };
      const keys = await keysAfter({ ...item, position, bytes: new Uint8Array() });
      expect(keys[0]).toMatch(
        /^tenant=T001\/day=2026-11-21\/reason=undecodable\/record-usage\/[\w.-]+\.json$/,
      );
    });
  });
}
