import { Logger } from '@aws-lambda-powertools/logger';
import type { Context, KinesisStreamEvent } from 'aws-lambda';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { memoryAccountRegistry } from '../../domain/metering/memory-account-registry.ts';
import { hourOf } from '../../domain/metering/window.ts';
import { memoryEventHashKeys } from '../../domain/metering/windows/memory-event-hash-keys.ts';
import { memoryWindowStore } from '../../domain/metering/windows/memory-window-store.ts';
import { recordUsage, recordUsageBounds } from '../../domain/metering/windows/record-usage.ts';
import type { Quarantined } from '../../domain/quarantine/quarantine.ts';
import { memoryConfigHistory } from '../../domain/tenancy/memory-config-history.ts';
import type { Series, TenantConfig } from '../../domain/tenancy/tenant-config.ts';
import { memoryDuplicateCounts } from '../../domain/traffic/memory-duplicate-counts.ts';
import { configRevisions } from '../../infra/tenancy/config-revisions.ts';

vi.hoisted(() => {
  // The module makes its real adapters when it is loaded; they are not used here.
  Object.assign(process.env, {
    USAGE_TABLE: 'usage',
    TENANTS_TABLE: 'tenants',
    QUARANTINE_BUCKET: 'quarantine',
    ACCOUNTS_TABLE: 'accounts',
    TRAFFIC_TABLE: 'traffic',
    LIMIT_QUEUE_URL: 'https://queue.example/limits.fifo',
    STREAM_RETENTION_HOURS: '168',
    AWS_REGION: 'eu-central-1',
    POWERTOOLS_DEV: 'true',
  });
});
const { createHandler } = await import('../../functions/record-usage.ts');

const now = Date.parse('2026-11-21T10:30:00Z');
const dayMs = 86_400_000;
const config: TenantConfig = {
  revision: 3,
  meters: [
    { name: 'bytes', eventType: 'vpn.usage', aggregation: 'sum', field: 'bytes', scale: 0 },
    { name: 'sessions', eventType: 'vpn.usage', aggregation: 'count', scale: 0 },
  ],
  retiredMeters: [],
  retiredSeries: [],
  plans: [],
  series: [],
  cycle: { period: 'month', anchorDay: 1 },
  onSuspended: 'reject',
  timeZone: 'UTC',
  zones: [{ from: 0, timeZone: 'UTC', cycle: { period: 'month', anchorDay: 1 } }],
  calendar: [],
  archiveOnly: [],
  versions: {},
};

const views: Series = {
  name: 'views',
  eventType: 'shop.view',
  aggregation: 'count',
  interval: 'PT5M',
  severityThreshold: 70,
};

interface LineOptions {
  account?: string;
  bytes?: unknown;
  time?: number;
  tenantId?: string;
  revision?: number;
  for?: string[];
}

let eventCount = 0;
function line(options: LineOptions = {}): string {
  const { account = 'acct-1', bytes = 10, time = now - 60_000, tenantId = 'T001', revision = 3 } = options;
  eventCount += 1;
  const event = {
    specversion: '1.0',
    id: `event-${eventCount}`,
    source: 'phone-7',
    subject: account,
    type: 'vpn.usage',
    time: new Date(time).toISOString(),
    data: { bytes },
  };
  const head = { tenantId, receivedAt: new Date(now).toISOString(), config: revision };
  return JSON.stringify({ ...head, event, ...(options.for && { for: options.for }) });
}

function batchOf(...records: (string | Uint8Array)[]): KinesisStreamEvent {
  return {
    Records: records.map((data, index) => ({
      awsRegion: 'eu-central-1',
      eventID: `shardId-000000000001:${sequence(index)}`,
      eventName: 'aws:kinesis:record',
      eventSource: 'aws:kinesis',
      eventSourceARN: 'arn:aws:kinesis:eu-central-1:000000000000:stream/events',
      eventVersion: '1.0',
      invokeIdentityArn: 'arn:aws:iam::000000000000:role/record-usage',
      kinesis: {
        approximateArrivalTimestamp: now / 1000,
        data: Buffer.from(data).toString('base64'),
        kinesisSchemaVersion: '1.0',
        partitionKey: 'T001/7',
        sequenceNumber: sequence(index),
      },
    })),
  };
}
const sequence = (index: number) => `4959033827149025660855969254${index}`;

describe('record-usage', () => {
  const logged: unknown[] = [];
  let store: ReturnType<typeof memoryWindowStore>;
  let quarantined: Quarantined[];
  let failingAccount: string | undefined;
  let isQuarantineDown: boolean;
  let isConfigDown: boolean;
  let duplicates: ReturnType<typeof memoryDuplicateCounts>;
  let areDuplicatesDown: boolean;
  let invoke: (event: KinesisStreamEvent) => Promise<unknown>;

  beforeEach(async () => {
    logged.length = 0;
    for (const level of ['info', 'warn', 'error', 'debug'] as const) {
      vi.spyOn(console, level).mockImplementation((...texts) => logged.push(...texts));
    }
    quarantined = [];
    failingAccount = undefined;
    isQuarantineDown = false;
    isConfigDown = false;
    store = memoryWindowStore(() => now);
    const putPage = store.putPage;
    store.putPage = async (window, page) => {
      if (window.accountId === failingAccount) throw new Error('The store is throttled.');
      return putPage(window, page);
    };
    const history = memoryConfigHistory();
    await history.appendOnce('T001', config);
    await history.appendOnce('T002', { ...config, series: [views] });
    duplicates = memoryDuplicateCounts();
    areDuplicatesDown = false;
    const at = history.at;
    history.at = async (...names) => {
      if (isConfigDown) throw new Error('The table is throttled.');
      return at(...names);
    };
    const retentionMs = 7 * dayMs;
    const ports = {
      store,
      registry: memoryAccountRegistry(),
      hashKeys: memoryEventHashKeys(() => new Uint8Array(16).fill(1)),
      pause: async () => {},
    };
    const handler = createHandler({
      configs: configRevisions(history),
      recordUsage: recordUsage(ports, { ...recordUsageBounds, retentionMs }),
      duplicates: {
        ...duplicates,
        add: async (...given) => {
          if (areDuplicatesDown) throw new Error('The table is throttled.');
          return duplicates.add(...given);
        },
      },
      quarantine: {
        put: async (item) => {
          if (isQuarantineDown) throw new Error('The bucket is not there.');
          quarantined.push(item);
        },
      },
      retentionMs,
      clock: () => now,
      logger: new Logger({ serviceName: 'record-usage', logLevel: 'INFO' }),
    });
    invoke = async (event) => handler(event, { awsRequestId: 'request-1' } as Context);
  });
  afterEach(() => vi.restoreAllMocks());

  async function usedBy(accountId: string, meter = 'bytes') {
    const hour = hourOf(now);
    const windows = await store.readWindows(
      { tenantId: 'T001', accountId, meter },
      { from: hour, to: hour + 1 },
    );
    const { value, events } = windows.get(hour) ?? { value: 0n, events: 0 };
    return { value, events };
  }

  it('counts every meter that an event feeds, once, however often the batch comes', async () => {
    const batch = batchOf(`${line()}\n${line({ bytes: 5 })}\n`, line({ account: 'acct-2' }));
    expect(await invoke(batch)).toEqual({ batchItemFailures: [] });
    expect(await invoke(batch)).toEqual({ batchItemFailures: [] });
    expect(await usedBy('acct-1')).toEqual({ value: 15n, events: 2 });
    expect(await usedBy('acct-1', 'sessions')).toEqual({ value: 2n, events: 2 });
    expect(await usedBy('acct-2')).toEqual({ value: 10n, events: 1 });
  });

  it('notes how much a tenant with series repeats, by hour, and of no other', async () => {
    const lines = [line({ tenantId: 'T002' }), line({ tenantId: 'T002', time: now - dayMs })];
    const batch = batchOf(lines.join('\n'), lines[0] as string, line());
    expect(await invoke(batch)).toEqual({ batchItemFailures: [] });
    const hour = hourOf(now);
    expect(await duplicates.read('T002', hour - 24, hour + 1)).toEqual(
      new Map([
        [hour, { records: 4, duplicates: 2 }],
        [hour - 24, { records: 2, duplicates: 0 }],
      ]),
    );
    expect(await duplicates.read('T001', hour, hour + 1)).toEqual(new Map());
  });

  it('lets go how much was repeated where that cannot be noted', async () => {
    areDuplicatesDown = true;
    expect(await invoke(batchOf(line({ tenantId: 'T002' })))).toEqual({ batchItemFailures: [] });
    expect(logged.join('\n')).toContain('unnoted');
  });

  it('sets garbage aside whole and counts what stands around it', async () => {
    const garbage = Uint8Array.of(0, 255, 254, 1);
    const answer = await invoke(batchOf(line(), garbage, `${line()}\nnot json\n${line()}`));
    expect(answer).toEqual({ batchItemFailures: [] });
    expect(await usedBy('acct-1')).toEqual({ value: 30n, events: 3 });
    expect(
      quarantined.map(({ reason, bytes, position }) => ({ reason, bytes: [...bytes], position })),
    ).toEqual([
      { reason: 'undecodable', bytes: [...garbage], position: positionOf(1) },
      { reason: 'undecodable', bytes: [...Buffer.from('not json')], position: positionOf(2) },
    ]);
  });

  it.each([
    { what: 'an unknown tenant', options: { tenantId: 'T999' }, reason: 'unknown_config' },
    { what: 'an unknown revision', options: { revision: 99 }, reason: 'unknown_config' },
    { what: 'a quantity that is none', options: { bytes: -1 }, reason: 'invalid_quantity' },
    { what: 'an event that breaks the contract', options: { account: '\u0000' }, reason: 'invalid_event' },
    {
      what: 'an event beyond the horizon',
      options: { time: now - 42 * dayMs - 1 },
      reason: 'beyond_horizon',
    },
  ])('sets aside $what, with the reason and its line', async ({ options, reason }) => {
    const bad = line(options);
    expect(await invoke(batchOf(`${line()}\n${bad}\n${line()}`))).toEqual({ batchItemFailures: [] });
    expect(await usedBy('acct-1')).toEqual({ value: 20n, events: 2 });
    expect(quarantined).toHaveLength(1);
    expect(quarantined[0]).toMatchObject({ reason, tenantId: JSON.parse(bad).tenantId });
    expect(JSON.parse(Buffer.from(quarantined[0]!.bytes).toString())).toEqual(JSON.parse(bad));
  });

  it('counts an event at the very edge of the horizon', async () => {
    expect(await invoke(batchOf(line({ time: now - 42 * dayMs })))).toEqual({ batchItemFailures: [] });
    expect(quarantined).toEqual([]);
  });

  it('passes over heartbeats and what a replay sends to others', async () => {
    const heartbeat = JSON.stringify({ heartbeat: '2026-11-21T10:05:00Z', shardId: 'shardId-1' });
    await invoke(batchOf(heartbeat, line({ for: ['lake'] }), line({ for: ['lake', 'record-usage'] })));
    expect(await usedBy('acct-1')).toEqual({ value: 10n, events: 1 });
    expect(quarantined).toEqual([]);
  });

  it('asks for the batch again from the first record of a window that failed', async () => {
    failingAccount = 'acct-9';
    const batch = batchOf(
      line(),
      `${line()}\n${line({ account: 'acct-9' })}`,
      line(),
      line({ account: 'acct-9' }),
    );
    expect(await invoke(batch)).toEqual({ batchItemFailures: [{ itemIdentifier: sequence(1) }] });
    expect(await usedBy('acct-1')).toEqual({ value: 30n, events: 3 });
    failingAccount = undefined;
    expect(await invoke({ Records: batch.Records.slice(1) })).toEqual({ batchItemFailures: [] });
    expect(await usedBy('acct-1')).toEqual({ value: 30n, events: 3 });
    expect(await usedBy('acct-9')).toEqual({ value: 20n, events: 2 });
  });

  it('asks again for what it could not set aside, and for what it could not read the configuration of', async () => {
    isQuarantineDown = true;
    expect(await invoke(batchOf(line(), 'garbage', line()))).toEqual({
      batchItemFailures: [{ itemIdentifier: sequence(1) }],
    });
    isQuarantineDown = false;
    isConfigDown = true;
    const other = { ...config, revision: 4 };
    expect(await invoke(batchOf(line(), line({ revision: other.revision }), line()))).toEqual({
      batchItemFailures: [{ itemIdentifier: sequence(1) }],
    });
    expect(await usedBy('acct-1')).toEqual({ value: 40n, events: 4 });
    const causes = logged.map(String).filter((each) => each.includes('batch recorded'));
    expect(causes.map((each) => JSON.parse(each).causes)).toEqual([
      { 'The bucket is not there.': 1 },
      { 'The table is throttled.': 1 },
    ]);
  });

  it('logs the batch and its counts by tenant, and nothing of what it holds', async () => {
    failingAccount = 'acct-9';
    await invoke(batchOf(`${line({ bytes: 987_654 })}\n${line({ account: 'acct-9' })}`, 'garbage-payload'));
    const text = logged.join('\n');
    const entry = JSON.parse(logged.find((each) => String(each).includes('batch recorded')) as string);
    expect(entry).toMatchObject({
      batchId: `shardId-000000000001:${sequence(0)}`,
      streamRecords: 2,
      tenants: {
        T001: { counted: 2, duplicates: 0, quarantined: 0, failed: 2 },
        '(unknown)': { quarantined: 1 },
      },
      causes: { 'The store is throttled.': 2 },
    });
    for (const secret of ['phone-7', 'acct-', '987654', 'event-', 'garbage-payload', 'T001/7']) {
      expect(text).not.toContain(secret);
    }
  });
});

const positionOf = (index: number) => ({
  shardId: 'shardId-000000000001',
  sequenceNumber: sequence(index),
  arrivedAt: now,
});
