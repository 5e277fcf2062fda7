import { beforeEach, describe, expect, it } from 'vitest';
import { silentProgress } from '../../../commands/drive/progress.ts';
import { type ReplaySource, runReplay } from '../../../commands/replay/run-replay.ts';
import type { ReplayLine, ReplaySender } from '../../../commands/replay/sender.ts';
import { memoryQuarantine } from '../../../domain/quarantine/memory-quarantine.ts';
import { emptyConfig, type TenantConfig } from '../../../domain/tenancy/tenant-config.ts';
import { type Consumer, decodeStreamRecord } from '../../../events/stream-record.ts';

const dayMs = 86_400_000;
const now = Date.parse('2026-11-21T10:00:00Z');
const config: TenantConfig = {
  ...emptyConfig,
  revision: 3,
  meters: [{ name: 'bytes', eventType: 'vpn.usage', aggregation: 'sum', field: 'bytes', scale: 0 }],
};

const line = (id: string, daysAgo: number, type = 'vpn.usage'): ReplayLine => ({
  line: {
    tenantId: 'T001',
    receivedAt: new Date(now - daysAgo * dayMs).toISOString(),
    config: 3,
    event: {
      ...{ specversion: '1.0', id, source: 'phone-1', subject: 'acct-1', type },
      time: new Date(now - daysAgo * dayMs).toISOString(),
      data: { bytes: 5 },
    },
  },
});

describe('runReplay', () => {
  let sent: { id: string; config: number; consumers: Consumer[] }[];
  let quarantine: ReturnType<typeof memoryQuarantine>;
  const sender: ReplaySender = {
    get sent() {
      return sent.length;
    },
    async send(lines, consumers) {
      for (const { line } of lines) sent.push({ id: line.event.id, config: line.config, consumers });
    },
  };
  beforeEach(() => {
    sent = [];
    quarantine = memoryQuarantine();
  });
  const run = (lines: ReplayLine[], wish: { consumers: Consumer[]; config?: number }) => {
    const source: ReplaySource = {
      total: 1,
      async *batches() {
        yield { lines, advance: 1 };
      },
    };
    return runReplay(
      source,
      { tenantId: 'T001', ...wish },
      {
        ...{ sender, quarantine, progress: silentProgress, retentionMs: 7 * dayMs, clock: () => now },
        configAt: async (revision) => (revision === 3 ? config : undefined),
      },
    );
  };
  const setAside = () =>
    [...quarantine.objects.values()].map(({ item }) => ({
      reason: item.reason,
      ids: decodeStreamRecord(item.bytes).lines.map((one) => ('event' in one ? one.event.id : '')),
    }));

  it('keeps the revision of each event, or gives all the one that was named', async () => {
    await run([line('a', 1)], { consumers: ['record-usage'] });
    await run([line('a', 1)], { consumers: ['record-usage', 'lake'], config: 9 });
    expect(sent).toEqual([
      { id: 'a', config: 3, consumers: ['record-usage'] },
      { id: 'a', config: 9, consumers: ['record-usage', 'lake'] },
    ]);
  });

  it('sets aside what usage can no longer count, once however often it is run, and sends it to the others', async () => {
    const lines = [line('old', 43), line('edge', 42), line('new', 1), line('unmetered', 43, 'page.view')];
    const wish = { consumers: ['record-usage', 'lake'] as Consumer[] };
    expect(await run(lines, wish)).toEqual({ sent: 4, beyondHorizon: 1 });
    expect(await run(lines, wish)).toEqual({ sent: 4, beyondHorizon: 1 });
    expect(sent.slice(0, 4)).toEqual([
      { id: 'edge', config: 3, consumers: ['record-usage', 'lake'] },
      { id: 'new', config: 3, consumers: ['record-usage', 'lake'] },
      { id: 'unmetered', config: 3, consumers: ['record-usage', 'lake'] },
      { id: 'old', config: 3, consumers: ['lake'] },
    ]);
    expect(setAside()).toEqual([{ reason: 'beyond_horizon', ids: ['old'] }]);
  });

  it('asks no horizon of consumers that count nothing', async () => {
    expect(await run([line('old', 43)], { consumers: ['lake'] })).toEqual({ sent: 1, beyondHorizon: 0 });
    expect(setAside()).toEqual([]);
  });

  it('sets very many aside in few objects, none larger than a record of the stream', async () => {
    const lines = Array.from({ length: 1_201 }, (_, index) => line(`old-${index}`, 50));
    expect(await run(lines, { consumers: ['record-usage'] })).toEqual({ sent: 0, beyondHorizon: 1_201 });
    expect(setAside().map(({ ids }) => ids.length)).toEqual([500, 500, 201]);
  });
});
