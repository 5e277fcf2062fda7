import { Logger } from '@aws-lambda-powertools/logger';
import type { Context, KinesisStreamEvent } from 'aws-lambda';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Quarantined } from '../../domain/quarantine/quarantine.ts';
import { memoryConfigHistory } from '../../domain/tenancy/memory-config-history.ts';
import { emptyConfig, type Series, type TenantConfig } from '../../domain/tenancy/tenant-config.ts';
import { countTraffic, countTrafficBounds } from '../../domain/traffic/count-traffic.ts';
import { memoryIntervalCounts } from '../../domain/traffic/memory-interval-counts.ts';
import { memoryReopenedIntervals } from '../../domain/traffic/memory-reopened-intervals.ts';
import { memoryShardHeartbeats } from '../../domain/traffic/memory-shard-heartbeats.ts';
import { wholeRange } from '../../domain/traffic/shard-heartbeats.ts';
import { configRevisions } from '../../infra/tenancy/config-revisions.ts';

vi.hoisted(() => {
  // The module makes its real adapters when it is loaded; they are not used here.
  Object.assign(process.env, {
    TENANTS_TABLE: 'tenants',
    TRAFFIC_TABLE: 'traffic',
    QUARANTINE_BUCKET: 'quarantine',
    STREAM_RETENTION_HOURS: '168',
    ALLOWED_LATENESS_SECONDS: '120',
    AWS_REGION: 'eu-central-1',
    POWERTOOLS_DEV: 'true',
  });
});
const { createHandler } = await import('../../functions/count-traffic.ts');

const now = Date.parse('2026-11-21T10:30:00Z');
const minuteMs = 60_000;
const dayMs = 86_400_000;
const shardId = 'shardId-000000000001';

const seriesOf = (name: string, given: Partial<Series> = {}): Series => ({
  name,
  eventType: 'shop.order',
  aggregation: 'count',
  interval: 'PT5M',
  severityThreshold: 70,
  ...given,
});
const config: TenantConfig = {
  ...emptyConfig,
  revision: 3,
  series: [
    seriesOf('orders'),
    seriesOf('revenue', { aggregation: 'sum', field: 'amount', interval: 'PT1H' }),
    seriesOf('daily', { interval: 'P1D' }),
  ],
};

interface LineOptions {
  amount?: unknown;
  type?: string;
  time?: number;
  tenantId?: string;
  revision?: number;
  for?: string[];
  [attribute: string]: unknown;
}

let eventCount = 0;
function line({
  amount = 10,
  type = 'shop.order',
  time = now - minuteMs,
  ...options
}: LineOptions = {}): string {
  const { tenantId = 'T001', revision = 3, for: consumers, ...attributes } = options;
  eventCount += 1;
  const event = {
    specversion: '1.0',
    id: `event-${eventCount}`,
    source: 'shop-7',
    type,
    time: new Date(time).toISOString(),
    data: { amount },
    ...attributes,
  };
  const head = { tenantId, receivedAt: new Date(now).toISOString(), config: revision };
  return JSON.stringify({ ...head, event, ...(consumers && { for: consumers }) });
}

const heartbeat = (at: number, after?: Record<string, string>): string =>
  JSON.stringify({ heartbeat: new Date(at).toISOString(), shardId, ...(after && { after }) });

const sequence = (index: number) => `495903382714902566085596925${index}`;

function batchOf(...records: (string | Uint8Array)[]): KinesisStreamEvent {
  return batchFrom(0, ...records);
}

function batchFrom(first: number, ...records: (string | Uint8Array)[]): KinesisStreamEvent {
  return {
    Records: records.map((data, index) => ({
      awsRegion: 'eu-central-1',
      eventID: `${shardId}:${sequence(first + index)}`,
      eventName: 'aws:kinesis:record',
      eventSource: 'aws:kinesis',
      eventSourceARN: 'arn:aws:kinesis:eu-central-1:000000000000:stream/events',
      eventVersion: '1.0',
      invokeIdentityArn: 'arn:aws:iam::000000000000:role/count-traffic',
      kinesis: {
        approximateArrivalTimestamp: now / 1000,
        data: Buffer.from(data).toString('base64'),
        kinesisSchemaVersion: '1.0',
        partitionKey: 'T001/7',
        sequenceNumber: sequence(first + index),
      },
    })),
  };
}

describe('count-traffic', () => {
  const logged: unknown[] = [];
  let counts: ReturnType<typeof memoryIntervalCounts>;
  let heartbeats: ReturnType<typeof memoryShardHeartbeats>;
  let reopened: ReturnType<typeof memoryReopenedIntervals>;
  let quarantined: Quarantined[];
  let failingSeries: string | undefined;
  let isQuarantineDown: boolean;
  let isConfigDown: boolean;
  let remainingMs: number;
  let invoke: (event: KinesisStreamEvent) => Promise<unknown>;

  beforeEach(async () => {
    logged.length = 0;
    for (const level of ['info', 'warn', 'error', 'debug'] as const) {
      vi.spyOn(console, level).mockImplementation((...texts) => logged.push(...texts));
    }
    quarantined = [];
    failingSeries = undefined;
    isQuarantineDown = false;
    isConfigDown = false;
    remainingMs = 120_000;
    counts = memoryIntervalCounts();
    heartbeats = memoryShardHeartbeats();
    reopened = memoryReopenedIntervals();
    await heartbeats.noteListed({ shardId, range: wholeRange, parents: [], isOpen: true }, now);
    const { add } = counts;
    counts.add = async (key, part) => {
      if (key.series === failingSeries) throw new Error('The store is throttled.');
      return add(key, part);
    };
    const history = memoryConfigHistory();
    await history.appendOnce('T001', config);
    const { at } = history;
    history.at = async (...names) => {
      if (isConfigDown) throw new Error('The table is throttled.');
      return at(...names);
    };
    const retentionMs = 7 * dayMs;
    const handler = createHandler({
      configs: configRevisions(history),
      countTraffic: countTraffic(
        { counts, heartbeats, reopened },
        { ...countTrafficBounds, allowedLatenessMs: 2 * minuteMs, retentionMs },
      ),
      quarantine: {
        put: async (item) => {
          if (isQuarantineDown) throw new Error('The bucket is not to be had.');
          quarantined.push(item);
        },
      },
      retentionMs,
      clock: () => now,
      logger: new Logger({ serviceName: 'count-traffic' }),
    });
    invoke = (event) => handler(event, { getRemainingTimeInMillis: () => remainingMs } as Context);
  });
  afterEach(() => vi.restoreAllMocks());

  const done = { batchItemFailures: [] };
  const failedFrom = (index: number) => ({ batchItemFailures: [{ itemIdentifier: sequence(index) }] });
  const read = async (series: string): Promise<Record<string, bigint>> => {
    const steps = await counts.read('T001', series, now - 40 * dayMs, now + dayMs);
    return Object.fromEntries(
      [...steps].map(([at, amount]) => [new Date(at).toISOString().slice(5, 16), amount]),
    );
  };

  it('counts what feeds a series into its steps, and days by their hours', async () => {
    const lines = [
      line(),
      line({ amount: 2.5 }),
      line({ time: now - 10 * minuteMs }),
      line({ type: 'vpn.usage' }),
    ];
    expect(await invoke(batchOf(lines.join('\n'), line({ time: now - 70 * minuteMs })))).toEqual(done);
    expect(await read('orders')).toEqual({ '11-21T10:25': 2n, '11-21T10:20': 1n, '11-21T09:20': 1n });
    expect(await read('revenue')).toEqual({ '11-21T10:00': 22_500_000n, '11-21T09:00': 10_000_000n });
    expect(await read('daily')).toEqual({ '11-21T10:00': 3n, '11-21T09:00': 1n });
    expect(quarantined).toEqual([]);
  });

  it('counts a batch once, in whatever cut it comes again', async () => {
    const records = [line(), line(), line(), line(), line()];
    await invoke(batchOf(...records.slice(0, 3)));
    await invoke(batchOf(...records));
    await invoke(batchFrom(1, ...records.slice(1, 2)));
    await invoke(batchFrom(2, ...records.slice(2)));
    expect(await read('orders')).toEqual({ '11-21T10:25': 5n });
  });

  it('goes by the configuration that is stamped on the line', async () => {
    await invoke(batchOf(line({ revision: 3 })));
    expect(await read('orders')).toEqual({ '11-21T10:25': 1n });
    await invoke(batchFrom(1, line({ revision: 9 })));
    expect(quarantined).toMatchObject([
      { reason: 'unknown_config', consumer: 'count-traffic', tenantId: 'T001' },
    ]);
  });

  it('passes over what is for others', async () => {
    const mine = line({ for: ['lake', 'count-traffic'] });
    await invoke(batchOf(line({ for: ['record-usage'] }), mine, line({ for: [] })));
    expect(await read('orders')).toEqual({ '11-21T10:25': 1n });
  });

  it('sets aside what it cannot count, and counts what stands around it', async () => {
    const records = [
      `not json\n${line()}`,
      line({ amount: 'much' }),
      line({ time: now - 43 * dayMs }),
      line({ id: '' }),
      line(),
    ];
    expect(await invoke(batchOf(...records))).toEqual(done);
    expect(await read('orders')).toEqual({ '11-21T10:25': 2n });
    expect(quarantined.map(({ reason }) => reason).toSorted()).toEqual([
      'beyond_horizon',
      'invalid_event',
      'invalid_quantity',
      'undecodable',
    ]);
    expect(quarantined[0]?.position).toMatchObject({ shardId, arrivedAt: now });
  });

  it('has the batch again from the first record on that it could not set aside', async () => {
    isQuarantineDown = true;
    expect(await invoke(batchOf(line(), 'not json', line()))).toEqual(failedFrom(1));
    isQuarantineDown = false;
    expect(await invoke(batchFrom(1, 'not json', line()))).toEqual(done);
    expect(await read('orders')).toEqual({ '11-21T10:25': 2n });
  });

  it('counts nothing from a record on whose configuration could not be read, and all of it later', async () => {
    const other = line({ tenantId: 'T002' });
    const records = [line(), `${line()}\n${other}\n${line()}`, `${line()}\n${heartbeat(now)}`];
    await invoke(batchFrom(0, line()));
    isConfigDown = true;
    expect(await invoke(batchOf(...records))).toEqual(failedFrom(1));
    expect(await read('orders')).toEqual({ '11-21T10:25': 1n });
    expect((await heartbeats.readAll())[0]?.passed).toBeUndefined();
    isConfigDown = false;
    expect(await invoke(batchFrom(1, ...records.slice(1)))).toEqual(done);
    expect(await read('orders')).toEqual({ '11-21T10:25': 4n });
    expect((await heartbeats.readAll())[0]?.passed?.at).toBe(now);
  });

  it('has the batch again from what it could not count, and passes no heartbeat behind it', async () => {
    failingSeries = 'revenue';
    const records = [heartbeat(now - 2), line({ type: 'other' }), line(), heartbeat(now - 1)];
    expect(await invoke(batchOf(...records))).toEqual(failedFrom(2));
    expect((await heartbeats.readAll())[0]?.passed).toMatchObject({ at: now - 2, on: now });
    failingSeries = undefined;
    expect(await invoke(batchFrom(2, ...records.slice(2)))).toEqual(done);
    expect((await heartbeats.readAll())[0]?.passed).toMatchObject({ at: now - 1, on: now });
    expect(await read('orders')).toEqual({ '11-21T10:25': 1n });
    expect(await read('revenue')).toEqual({ '11-21T10:00': 10_000_000n });
    expect(logged.join('\n')).toContain('The store is throttled.');
  });

  it('begins no more when its time is nearly up', async () => {
    remainingMs = 9_000;
    expect(await invoke(batchOf(heartbeat(now - 1), line()))).toEqual(failedFrom(1));
    expect(await read('orders')).toEqual({});
    expect((await heartbeats.readAll())[0]?.passed?.at).toBe(now - 1);
  });

  it('marks an interval that was complete already, counted now or before', async () => {
    const late = now - 30 * minuteMs;
    await invoke(batchOf(line({ time: late }), heartbeat(now)));
    expect(await reopened.list('T001')).toEqual([]);
    await invoke(batchFrom(2, line({ time: late }), line()));
    const marks = await reopened.list('T001');
    expect(marks.map(({ series, start }) => [series, new Date(start).toISOString().slice(11, 16)])).toEqual([
      ['orders', '10:00'],
    ]);
    for (const mark of marks) await reopened.clear('T001', mark);
    await invoke(batchFrom(2, line({ time: late })));
    expect(await reopened.list('T001')).toHaveLength(1);
  });

  it('takes a heartbeat for a gap that names one which it has not read', async () => {
    await invoke(batchOf(heartbeat(now - 5 * minuteMs)));
    await invoke(batchFrom(5, heartbeat(now, { [shardId]: sequence(4) })));
    const [shard] = await heartbeats.readAll();
    expect(shard?.gaps).toEqual([{ start: now - 7 * minuteMs, end: now + 5 * minuteMs }]);
    await invoke(batchFrom(6, heartbeat(now, { [shardId]: sequence(5) })));
    expect((await heartbeats.readAll())[0]?.gaps).toEqual(shard?.gaps);
  });

  it('logs how many, and never what', async () => {
    await invoke(batchOf(line({ amount: 77_123 }), 'secret'));
    const text = logged.join('\n');
    expect(text).toContain('"message": "batch counted"');
    expect(text).toContain('"parts": 3');
    expect(text).not.toMatch(/77123|secret/);
  });
});
