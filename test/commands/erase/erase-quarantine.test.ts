import { describe, expect, it } from 'vitest';
import {
  deleteTenantFromQuarantine,
  eraseAccountFromQuarantine,
} from '../../../commands/erase/erase-quarantine.ts';
import { memoryQuarantine } from '../../../domain/quarantine/memory-quarantine.ts';
import type { Quarantined } from '../../../domain/quarantine/quarantine.ts';

const now = Date.parse('2026-11-21T10:00:00Z');
const line = (subject: string, tenantId = 'T001') =>
  JSON.stringify({
    tenantId,
    receivedAt: '2026-11-21T09:00:00Z',
    config: 1,
    event: { specversion: '1.0', id: 'e', source: 'p', subject, type: 't', time: '2026-11-21T09:00:00Z' },
  });

let sequence = 0;
const item = (text: string, tenantId?: string): Quarantined => ({
  ...(tenantId && { tenantId }),
  ...{ reason: 'gave_up', detail: 'tried too often', consumer: 'record-usage' },
  position: { shardId: 'shardId-000000000000', sequenceNumber: String(++sequence), arrivedAt: now },
  bytes: Buffer.from(text),
});

async function quarantineOf(...items: Quarantined[]) {
  const quarantine = memoryQuarantine();
  for (const one of items) await quarantine.put(one, now);
  const texts = () => [...quarantine.objects.values()].map(({ item }) => Buffer.from(item.bytes).toString());
  return { quarantine, texts };
}

describe('erasing from the quarantine', () => {
  it('takes out the lines of the account, and leaves those beside them', async () => {
    const { quarantine, texts } = await quarantineOf(
      item(`${line('a')}\n${line('b')}\n${line('a')}\n`, 'T001'),
      item(line('a'), 'T001'),
      item(line('a', 'T002'), 'T002'),
      item('{"tenantId":"T001","event":{"subject":"a"', undefined),
      item('{"event":{"subject":"ab"', undefined),
    );
    const account = { tenantId: 'T001', accountId: 'a' };
    expect(await eraseAccountFromQuarantine(quarantine, account)).toEqual([
      { what: 'quarantined lines', count: 4 },
    ]);
    expect(texts().toSorted()).toEqual(
      [`${line('b')}\n`, line('a', 'T002'), '{"event":{"subject":"ab"'].toSorted(),
    );
    expect(await eraseAccountFromQuarantine(quarantine, account)).toMatchObject([{ count: 0 }]);
  });

  it('takes out what was replayed too', async () => {
    const { quarantine, texts } = await quarantineOf(item(line('a'), 'T001'));
    for (const key of [...quarantine.objects.keys()]) await quarantine.setReplayed(key);
    await eraseAccountFromQuarantine(quarantine, { tenantId: 'T001', accountId: 'a' });
    expect(texts()).toEqual([]);
  });

  it('removes a tenant whole, and no other', async () => {
    const { quarantine, texts } = await quarantineOf(
      item(line('a'), 'T001'),
      item('garbage', 'T001'),
      item(line('a', 'T0011'), 'T0011'),
    );
    for (const key of [...quarantine.objects.keys()].slice(0, 1)) await quarantine.setReplayed(key);
    expect(await deleteTenantFromQuarantine(quarantine, 'T001')).toMatchObject([{ count: 2 }]);
    expect(texts()).toEqual([line('a', 'T0011')]);
  });
});
