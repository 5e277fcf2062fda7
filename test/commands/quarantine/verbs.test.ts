import { beforeEach, describe, expect, it } from 'vitest';
import { silentProgress } from '../../../commands/drive/progress.ts';
import {
  countQuarantined,
  countsText,
  replayQuarantined,
  showQuarantined,
} from '../../../commands/quarantine/verbs.ts';
import type { ReplaySender } from '../../../commands/replay/sender.ts';
import { memoryQuarantine } from '../../../domain/quarantine/memory-quarantine.ts';
import type { Quarantined } from '../../../domain/quarantine/quarantine.ts';
import type { Consumer } from '../../../events/stream-record.ts';

const now = Date.parse('2026-11-21T10:00:00Z');
const lineText = (id: string, more: object = {}) =>
  JSON.stringify({
    tenantId: 'T001',
    receivedAt: '2026-11-21T09:00:00Z',
    config: 1,
    event: { specversion: '1.0', id, source: 'p', type: 'vpn.usage', time: '2026-11-21T09:00:00Z' },
    ...more,
  });

let sequence = 0;
const item = (text: string | Buffer, more: Partial<Quarantined> = {}): Quarantined => ({
  tenantId: 'T001',
  reason: 'gave_up',
  detail: 'tried too often',
  consumer: 'record-usage',
  position: { shardId: 'shardId-000000000000', sequenceNumber: String(++sequence), arrivedAt: now },
  bytes: Buffer.from(text),
  ...more,
});

describe('the quarantine’s command', () => {
  let quarantine: ReturnType<typeof memoryQuarantine>;
  let sent: { id: string; consumers: Consumer[]; config: number }[];
  let isStreamDown: boolean;
  const sender: ReplaySender = {
    sent: 0,
    async send(lines, consumers) {
      if (isStreamDown) throw new Error('The stream is down.');
      for (const { line } of lines) sent.push({ id: line.event.id, consumers, config: line.config });
    },
  };
  beforeEach(() => {
    quarantine = memoryQuarantine();
    sent = [];
    isStreamDown = false;
  });
  const put = async (...items: Quarantined[]) => {
    for (const one of items) await quarantine.put(one, now);
  };
  const replay = (consumers?: Consumer[], config?: number) =>
    replayQuarantined({ sender, quarantine, progress: silentProgress }, { filter: {}, consumers, config });
  const keys = () => [...quarantine.objects.keys()];

  it('counts by tenant, day, reason and consumer', async () => {
    const { tenantId: _, ...nobodys } = item('garbage', { reason: 'undecodable' });
    await put(item(lineText('a')), item(lineText('b')), item(lineText('c'), { tenantId: 'T002' }), nobodys);
    const counts = await countQuarantined(quarantine, {});
    expect(counts.map(({ bytes, ...count }) => count)).toEqual([
      { tenantId: 'T001', day: '2026-11-21', reason: 'gave_up', consumer: 'record-usage', objects: 2 },
      { tenantId: 'T002', day: '2026-11-21', reason: 'gave_up', consumer: 'record-usage', objects: 1 },
      { tenantId: 'unknown', day: '2026-11-21', reason: 'undecodable', consumer: 'record-usage', objects: 1 },
    ]);
    expect(countsText(counts)).toHaveLength(4);
    expect(await countQuarantined(quarantine, { tenantId: 'T002', day: '2026-11-20' })).toEqual([]);
  });

  it('shows text as text and other bytes in hex', async () => {
    await put(item(`${lineText('a')}\n`), item(Buffer.of(255, 0), { reason: 'undecodable' }));
    const shown = await Promise.all(keys().map((key) => showQuarantined(quarantine, key)));
    expect(shown.map((lines) => lines.at(-1))).toEqual([lineText('a'), 'ff00']);
    expect(shown[1]?.join()).toContain('1 lines that cannot be replayed, 2 bytes that are not UTF-8, in hex');
    await expect(showQuarantined(quarantine, 'tenant=T001/nothing.json')).rejects.toThrow(
      'There is no tenant=',
    );
  });

  it('replays to the consumer that set it aside, and moves what the stream has', async () => {
    await put(item(`${lineText('a')}\n${lineText('b')}\n`), item(lineText('c'), { consumer: 'lake' }));
    expect(await replay()).toEqual({ objects: 2, events: 3, kept: {} });
    expect(sent).toEqual(
      expect.arrayContaining([
        { id: 'a', consumers: ['record-usage'], config: 1 },
        { id: 'b', consumers: ['record-usage'], config: 1 },
        { id: 'c', consumers: ['lake'], config: 1 },
      ]),
    );
    expect(keys().every((key) => key.startsWith('replayed/tenant=T001/'))).toBe(true);
    expect(await replay()).toEqual({ objects: 0, events: 0, kept: {} });
  });

  it('passes over lines of a batch that were for others', async () => {
    await put(item(`${lineText('a', { for: ['lake'] })}\n${lineText('b', { for: ['record-usage'] })}\n`));
    await replay();
    expect(sent).toEqual([{ id: 'b', consumers: ['record-usage'], config: 1 }]);
  });

  it('replays by another configuration, and tells the lake what usage counts by it', async () => {
    await put(item(lineText('a')), item(lineText('b'), { consumer: 'count-traffic' }));
    await replay(undefined, 7);
    expect(sent).toEqual(
      expect.arrayContaining([
        { id: 'a', consumers: ['record-usage', 'lake'], config: 7 },
        { id: 'b', consumers: ['count-traffic'], config: 7 },
      ]),
    );
    await put(item(lineText('c')));
    await replay(['record-usage'], 7);
    expect(sent.at(-1)).toEqual({ id: 'c', consumers: ['record-usage'], config: 7 });
  });

  it('keeps what cannot be sent, and says why', async () => {
    await put(
      item('garbage', { reason: 'undecodable' }),
      item(lineText('old'), { reason: 'beyond_horizon' }),
      item(lineText('x'), { consumer: 'file-failed-batches' }),
    );
    const { objects, kept } = await replay();
    expect(objects).toBe(0);
    expect(Object.values(kept)).toEqual([1, 1, 1]);
    expect(sent).toEqual([]);
    expect(keys()).toHaveLength(3);
    await replay(['lake']);
    expect(sent.map(({ id }) => id).toSorted()).toEqual(['old', 'x']);
  });

  it('keeps the lines of an object that nobody can read', async () => {
    await put(item(`${lineText('a')}\nnot json\n`));
    await replay();
    expect(sent.map(({ id }) => id)).toEqual(['a']);
    expect(keys().filter((key) => key.includes('undecodable'))).toHaveLength(1);
    expect(keys().filter((key) => key.startsWith('replayed/'))).toHaveLength(1);
  });

  it('leaves everything where it is until the stream has it', async () => {
    await put(item(lineText('a')));
    const before = keys();
    isStreamDown = true;
    await expect(replay()).rejects.toThrow('The stream is down.');
    expect(keys()).toEqual(before);
  });
});
