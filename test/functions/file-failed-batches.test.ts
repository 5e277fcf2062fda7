import { Logger } from '@aws-lambda-powertools/logger';
import type { Context } from 'aws-lambda';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { memoryQuarantine } from '../../domain/quarantine/memory-quarantine.ts';
import {
  type FailureItems,
  itemsOfBatch,
  itemsOfFirehoseErrors,
} from '../../infra/quarantine/failure-items.ts';

vi.hoisted(() => {
  // The module makes its real adapters when it is loaded; they are not used here.
  Object.assign(process.env, {
    FAILED_BATCHES_BUCKET: 'failed',
    QUARANTINE_BUCKET: 'quarantine',
    LAKE_BUCKET: 'lake',
    AWS_REGION: 'eu-central-1',
    POWERTOOLS_DEV: 'true',
  });
});
const { createHandler } = await import('../../functions/file-failed-batches.ts');

const now = Date.parse('2026-11-21T10:30:00Z');
const line = (tenantId: string, id: string) =>
  JSON.stringify({
    tenantId,
    receivedAt: '2026-11-21T10:00:00Z',
    config: 1,
    event: { specversion: '1.0', id, source: 'phone-1', type: 'vpn.usage', time: '2026-11-21T10:00:00Z' },
  });

const record = (sequence: number, data: string | Buffer) => ({
  eventID: `shardId-000000000001:${sequence}`,
  kinesis: {
    sequenceNumber: String(sequence),
    data: Buffer.from(data).toString('base64'),
    approximateArrivalTimestamp: now / 1000 - 60,
  },
});

const batch = (records: object[], asText = false) => {
  const payload = { Records: records };
  return JSON.stringify({
    requestContext: {
      functionArn: 'arn:aws:lambda:eu-central-1:000000000000:function:tidegate-dev-record-usage:$LATEST',
      condition: 'RetryAttemptsExhausted',
    },
    payload: asText ? JSON.stringify(payload) : payload,
  });
};

const firehoseError = (data: string, errorCode = 'Lambda.ProcessingFailedStatus') =>
  JSON.stringify({
    attemptsMade: 4,
    arrivalTimestamp: now - 1000,
    errorCode,
    errorMessage: 'no',
    rawData: Buffer.from(data).toString('base64'),
  });

describe('file-failed-batches', () => {
  let objects: Map<string, Uint8Array>;
  let quarantine: ReturnType<typeof memoryQuarantine>;
  let remainingMs: number;
  let dies: { at: 'put' | 'remove'; after: number } | undefined;

  beforeEach(() => {
    objects = new Map();
    quarantine = memoryQuarantine();
    remainingMs = 600_000;
    dies = undefined;
    for (const level of ['info', 'warn', 'error', 'debug'] as const)
      vi.spyOn(console, level).mockReturnValue();
  });
  afterEach(() => vi.restoreAllMocks());

  const step = (at: 'put' | 'remove') => {
    if (dies?.at === at && dies.after-- === 0) throw new Error('It died.');
  };

  async function run(toItems: FailureItems = itemsOfBatch): Promise<void> {
    const handler = createHandler({
      sources: [
        {
          name: 'mappings',
          prefix: '',
          toItems,
          objects: {
            async *list() {
              for (const [key, bytes] of [...objects]) yield { key, bytes: bytes.length, storedAt: now };
            },
            get: async (key) => objects.get(key),
            async remove(key) {
              step('remove');
              objects.delete(key);
            },
          },
        },
      ],
      quarantine: {
        async put(item, at) {
          step('put');
          await quarantine.put(item, at);
        },
      },
      clock: () => now,
      logger: new Logger({ serviceName: 'file-failed-batches' }),
    });
    await handler({}, { getRemainingTimeInMillis: () => remainingMs } as Context);
  }
  const filed = () =>
    [...quarantine.objects.values()].map(({ item }) => ({
      ...item,
      bytes: Buffer.from(item.bytes).toString(),
    }));

  it.each([false, true])('files a batch record by record, whole (payload as text: %s)', async (asText) => {
    const two = `${line('T001', 'a')}\n${line('T001', 'b')}\n`;
    objects.set('aws/lambda/1', Buffer.from(batch([record(7, two), record(8, line('T002', 'c'))], asText)));
    await run();
    expect(objects.size).toBe(0);
    expect(filed()).toMatchObject([
      {
        tenantId: 'T001',
        reason: 'gave_up',
        consumer: 'record-usage',
        position: { shardId: 'shardId-000000000001', sequenceNumber: '7', arrivedAt: now - 60_000 },
        bytes: two,
      },
      {
        tenantId: 'T002',
        reason: 'gave_up',
        position: { sequenceNumber: '8' },
        bytes: `${line('T002', 'c')}\n`,
      },
    ]);
  });

  it('files lines of several tenants in one record under each alone, and garbage under nobody', async () => {
    const mixed = `${line('T001', 'a')}\nnot json\n${line('T002', 'b')}\n`;
    objects.set('1', Buffer.from(batch([record(7, mixed), record(8, Buffer.of(255, 0))])));
    await run();
    const byTenant = filed().map(({ tenantId, bytes }) => ({ tenantId, bytes }));
    expect(byTenant).toEqual(
      expect.arrayContaining([
        { tenantId: 'T001', bytes: `${line('T001', 'a')}\n` },
        { tenantId: 'T002', bytes: `${line('T002', 'b')}\n` },
        { tenantId: undefined, bytes: 'not json' },
      ]),
    );
    expect(byTenant).toHaveLength(4);
  });

  it('sets aside whole what is no invocation record', async () => {
    objects.set('strange', Buffer.from('{"requestContext":{}}'));
    await run();
    expect(objects.size).toBe(0);
    expect(filed()).toMatchObject([{ reason: 'undecodable', bytes: '{"requestContext":{}}' }]);
  });

  it('loses nothing and files nothing twice, wherever it dies', async () => {
    const records = [1, 2, 3].map((sequence) => record(sequence, line('T001', `e${sequence}`)));
    for (const at of ['put', 'remove'] as const) {
      for (let after = 0; after < (at === 'put' ? 3 : 1); after += 1) {
        objects.set('1', Buffer.from(batch(records)));
        dies = { at, after };
        await expect(run()).rejects.toThrow('It died.');
        expect(objects.size).toBe(1);
        dies = undefined;
        await run();
        expect(objects.size).toBe(0);
        expect(quarantine.objects.size).toBe(3);
        quarantine.objects.clear();
      }
    }
  });

  it('files the others where one object cannot be, and says so by failing', async () => {
    for (const key of ['1', '2'])
      objects.set(key, Buffer.from(batch([record(Number(key), line('T001', key))])));
    dies = { at: 'put', after: 0 };
    await expect(run()).rejects.toThrow('It died.');
    expect([...objects.keys()]).toEqual(['1']);
    expect(quarantine.objects.size).toBe(1);
  });

  it('leaves what it has no time for to the next run', async () => {
    objects.set('1', Buffer.from(batch([record(1, line('T001', 'a'))])));
    remainingMs = 59_000;
    await run();
    expect(objects.size).toBe(1);
  });

  it('files what Firehose could not deliver, tenant by tenant and cause by cause', async () => {
    const errors = [
      firehoseError(line('T001', 'a')),
      firehoseError(`${line('T001', 'b')}\n`),
      firehoseError(line('T002', 'c')),
      firehoseError('garbage'),
      'no error of Firehose',
      firehoseError(line('T002', 'd'), 'DynamicPartitioning.ActivePartitionsLimitExceeded'),
    ];
    objects.set('errors/1', Buffer.from(`${errors.join('\n')}\n`));
    await run(itemsOfFirehoseErrors);
    expect(objects.size).toBe(0);
    expect(
      filed().map(({ tenantId, reason, consumer, bytes }) => ({ tenantId, reason, consumer, bytes })),
    ).toEqual([
      {
        tenantId: 'T001',
        reason: 'gave_up',
        consumer: 'lake',
        bytes: `${line('T001', 'a')}\n${line('T001', 'b')}\n`,
      },
      { tenantId: 'T002', reason: 'gave_up', consumer: 'lake', bytes: `${line('T002', 'c')}\n` },
      { tenantId: undefined, reason: 'undecodable', consumer: 'lake', bytes: 'garbage' },
      { tenantId: 'T002', reason: 'gave_up', consumer: 'lake', bytes: `${line('T002', 'd')}\n` },
      { tenantId: undefined, reason: 'undecodable', consumer: 'lake', bytes: 'no error of Firehose' },
    ]);
  });
});
