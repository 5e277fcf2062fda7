import { Logger } from '@aws-lambda-powertools/logger';
import type { Context, FirehoseTransformationEvent } from 'aws-lambda';
import { afterEach, describe, expect, it, vi } from 'vitest';

vi.hoisted(() => {
  // So that the logger writes to the console that the test watches.
  Object.assign(process.env, { POWERTOOLS_DEV: 'true' });
});
const { createHandler } = await import('../../functions/transform-lake-records.ts');

const now = '2026-11-21T10:05:01Z';

const eventOf = (lines: unknown[]): FirehoseTransformationEvent => ({
  invocationId: 'invocation-1',
  deliveryStreamArn: 'arn:aws:firehose:eu-central-1:000000000000:deliverystream/lake',
  region: 'eu-central-1',
  records: lines.map((line, place) => ({
    recordId: `record-${place}`,
    approximateArrivalTimestamp: Date.parse(now),
    data: Buffer.from(typeof line === 'string' ? line : JSON.stringify(line)).toString('base64'),
  })),
});

const usage = (id: string) => ({
  tenantId: 'T001',
  receivedAt: now,
  config: 7,
  event: {
    specversion: '1.0',
    id,
    source: 'phone-1',
    type: 'vpn.usage',
    time: now,
    data: { secret: 'a b c' },
  },
});

describe('transform-lake-records', () => {
  afterEach(() => vi.restoreAllMocks());

  it('answers each record by its id', async () => {
    vi.spyOn(console, 'info').mockReturnValue();
    const heartbeat = { heartbeat: now, shardId: 'shardId-000000000000' };
    const { records } = await createHandler({ logger: new Logger() })(
      eventOf([usage('1'), heartbeat, 'garbage', usage('2')]),
      {} as Context,
    );
    expect(records.map(({ recordId, result }) => `${recordId} ${result}`)).toEqual([
      'record-0 Ok',
      'record-1 Dropped',
      'record-2 ProcessingFailed',
      'record-3 Ok',
    ]);
  });

  it('logs what became of them, and nothing of what they hold', async () => {
    const logged: string[] = [];
    vi.spyOn(console, 'info').mockImplementation((line) => void logged.push(String(line)));
    await createHandler({ logger: new Logger() })(eventOf([usage('1'), 'garbage']), {} as Context);
    expect(JSON.parse(logged[0] ?? '')).toMatchObject({
      message: 'records transformed',
      batchId: 'invocation-1',
      rows: 1,
      dropped: 0,
      failed: { 'the line is not a JSON object': 1 },
    });
    expect(logged.join('')).not.toContain('a b c');
  });
});
