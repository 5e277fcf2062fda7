import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FirehoseTransformationEvent } from 'aws-lambda';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { answerRecords } from '../../../events/firehose-answer.ts';
import { decodeFirehoseErrors } from '../../../events/firehose-error.ts';
import { drivenClock } from '../../../local/clock/driven-clock.ts';
import { createOffset } from '../../../local/clock/offset-clock.ts';
import type { DeliverySettings } from '../../../local/firehose/delivery-settings.ts';
import { startDeliveryStream } from '../../../local/firehose/delivery-stream.ts';
import { lakeColumns } from '../../commands/lake/lake-fixture.ts';
import { fakeStream } from './fake-stream.ts';

const settings: DeliverySettings = {
  ...{ name: 'lake', arn: 'arn:lake', region: 'eu-central-1', streamName: 'events', streamArn: 'arn:events' },
  bucket: 'lake-bucket',
  prefix:
    'tenant=!{partitionKeyFromLambda:tenant}/table=!{partitionKeyFromLambda:table}/day=!{partitionKeyFromLambda:day}/',
  errorPrefix: 'failed/!{firehose:error-output-type}/!{timestamp:yyyy}-!{timestamp:MM}-!{timestamp:dd}/',
  fileExtension: '.parquet',
  transform: { functionArn: 'arn:transform', bytesMax: 400, retriesMax: 2 },
  columns: lakeColumns,
};

const lineOf = (id: number): string =>
  JSON.stringify({
    ...{ tenantId: 'T001', receivedAt: '2026-11-21T10:05:01Z', config: 1 },
    event: {
      specversion: '1.0',
      id: `e${id}`,
      source: 'd',
      type: `type.${id % 2}`,
      time: '2026-11-21T10:05:00Z',
    },
  });

const transform = async (event: unknown) => {
  const { records } = event as FirehoseTransformationEvent;
  return { ok: true as const, payload: { records: answerRecords(records).records } };
};

interface Put {
  key: string;
  body: Uint8Array;
}

/** Plays a delivery stream over these records; what it puts is handed to `put`. */
function played(
  records: string[],
  checkpointDir: string,
  given: Partial<Parameters<typeof startDeliveryStream>[0]>,
) {
  const clock = drivenClock(createOffset(0), () => undefined);
  const running = startDeliveryStream({
    settings,
    bufferMs: 1,
    kinesis: fakeStream(records),
    invoke: transform,
    put: async () => undefined,
    clock,
    checkpointDir,
    log: () => undefined,
    ...given,
  });
  return {
    async stop() {
      await running.stop();
      clock.close();
    },
  };
}

/** Plays until as many objects were put as are waited for. */
async function putsOf(records: string[], isEnough: (puts: Put[]) => boolean, given = {}): Promise<Put[]> {
  const folder = mkdtempSync(join(tmpdir(), 'tidegate-delivery-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const puts: Put[] = [];
  const enough = Promise.withResolvers<void>();
  const delivery = played(records, folder, {
    put: async (bucket, object) => {
      expect(bucket).toBe('lake-bucket');
      puts.push(object);
      if (isEnough(puts)) enough.resolve();
    },
    ...given,
  });
  await enough.promise;
  await delivery.stop();
  return puts;
}

const folderOf = ({ key }: Put): string => key.slice(0, key.lastIndexOf('/'));

describe('a delivery stream', () => {
  it('puts rows by their partition and what failed by its kind', async () => {
    const isEnough = (puts: Put[]) => new Set(puts.map(folderOf)).size === 3;
    const puts = await putsOf([`${lineOf(0)}\n${lineOf(1)}\n`, 'garbage\n\n', lineOf(2)], isEnough);
    expect([...new Set(puts.map(folderOf))].sort()).toEqual([
      'failed/processing-failed/2026-11-21',
      'tenant=T001/table=type_0/day=21',
      'tenant=T001/table=type_1/day=21',
    ]);
    const parquet = puts.filter(({ key }) => key.endsWith('.parquet'));
    for (const { body } of parquet) expect(Buffer.from(body.subarray(0, 4)).toString()).toBe('PAR1');
    const failed = puts.find(({ key }) => key.startsWith('failed/')) as Put;
    const { errors, bad } = decodeFirehoseErrors(failed.body);
    expect(bad).toEqual([]);
    expect(errors).toMatchObject([
      { errorCode: 'Lambda.ProcessingFailedStatus', arrivedAt: 1_795_255_500_000 },
    ]);
    expect(Buffer.from(errors[0]?.bytes ?? []).toString()).toBe('garbage');
  });

  it('tries a transform that fails again, as often as it may, and then files the lines with their bytes', async () => {
    let calls = 0;
    const fails = async () => {
      calls += 1;
      return { ok: false as const, requestId: 'r', error: { name: 'Error', message: 'no' } };
    };
    const [put] = await putsOf([lineOf(0)], (puts) => puts.length === 1, { invoke: fails });
    expect(calls).toBe(3);
    const { errors } = decodeFirehoseErrors(put?.body ?? new Uint8Array());
    expect(errors).toMatchObject([{ errorCode: 'Lambda.FunctionError', errorMessage: 'Error: no' }]);
    expect(Buffer.from(errors[0]?.bytes ?? []).toString()).toBe(lineOf(0));
  });

  it.each([
    ['nothing', {}],
    [
      'records of others',
      { records: [{ recordId: 'other', result: 'Ok', data: '', metadata: { partitionKeys: {} } }] },
    ],
    ['no list', { records: 'all' }],
  ])('files lines of which the transform answers %s', async (_what, payload) => {
    const invoke = async () => ({ ok: true as const, payload });
    const [put] = await putsOf([lineOf(0)], (puts) => puts.length === 1, { invoke });
    expect(decodeFirehoseErrors(put?.body ?? new Uint8Array()).errors).toHaveLength(1);
  });

  it('files rows that are none of its table, by their kind', async () => {
    const invoke = async (event: unknown) => {
      const { records } = event as FirehoseTransformationEvent;
      const data = Buffer.from('{"id":5}').toString('base64');
      const metadata = { partitionKeys: { tenant: 'T001', table: 't', day: '21' } };
      return {
        ok: true as const,
        payload: { records: records.map(({ recordId }) => ({ recordId, result: 'Ok', data, metadata })) },
      };
    };
    const [put] = await putsOf([lineOf(0)], (puts) => puts.length === 1, { invoke });
    expect(put?.key).toMatch(/^failed\/format-conversion-failed\//);
  });

  it('has at most 500 partitions open, and files what exceeds them', async () => {
    const lines = Array.from({ length: 505 }, (_, id) => lineOf(id).replace(/type\.\d/, `type.x${id}`));
    const puts = await putsOf([lines.join('\n')], (all) => all.some(({ key }) => key.startsWith('failed/')));
    const failed = puts.find(({ key }) => key.startsWith('failed/')) as Put;
    expect(failed.key).toMatch(/^failed\/activePartitionExceeded\//);
    expect(decodeFirehoseErrors(failed.body).errors).toHaveLength(5);
  });
});

describe('a delivery stream that is stopped again and again', () => {
  const records = Array.from({ length: 60 }, (_, id) => lineOf(id));
  let folder: string;
  let stored: Set<string>;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'tidegate-delivery-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    stored = new Set();
  });

  /** Every line fails, so that what is stored of it can be read without a reader of Parquet. */
  const failAll = async (event: unknown) => {
    const { records: given } = event as FirehoseTransformationEvent;
    const answered = given.map(({ recordId }) => ({ recordId, result: 'ProcessingFailed' }));
    return { ok: true as const, payload: { records: answered } };
  };

  it('loses nothing, wherever its puts fail or it ends', async () => {
    for (let life = 0; stored.size < records.length; life += 1) {
      expect(life).toBeLessThan(200);
      const over = Promise.withResolvers<void>();
      let puts = 0;
      const delivery = played(records, folder, {
        invoke: failAll,
        put: async (_bucket, { body }) => {
          puts += 1;
          // Every third put is refused, and each life ends with its fourth, before or after it is stored.
          if (puts % 3 === 0) throw new Error('refused');
          if (puts === 4 && life % 2 === 0) {
            over.resolve();
            throw new Error('it died');
          }
          for (const { bytes } of decodeFirehoseErrors(body).errors)
            stored.add(Buffer.from(bytes).toString());
          if (puts >= 4 || stored.size === records.length) over.resolve();
        },
      });
      await over.promise;
      await delivery.stop();
    }
    expect([...stored].sort()).toEqual(records.toSorted());
  });
});
