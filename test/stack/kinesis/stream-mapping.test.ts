import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CreateStreamCommand,
  MergeShardsCommand,
  PutRecordCommand,
  PutRecordsCommand,
  UpdateShardCountCommand,
} from '@aws-sdk/client-kinesis';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type DrivenClock, drivenClock } from '../../../local/clock/driven-clock.ts';
import { createOffset } from '../../../local/clock/offset-clock.ts';
import type { FailedBatchObject } from '../../../local/mappings/failed-batch.ts';
import type { KinesisEventRecord } from '../../../local/mappings/kinesis-event.ts';
import type { MappingProperties } from '../../../local/mappings/mapping-settings.ts';
import {
  type RunningMapping,
  type StreamMappingOptions,
  startStreamMapping,
} from '../../../local/mappings/stream-mapping.ts';
import { clientOf, type KinesisUnderTest, kinesisUnderTest } from './running-kinesis.ts';
import { done, textOf, thrown, type WatchedFunction, watch, watchedFunction } from './watched-function.ts';

/** The player against the own Kinesis: what reaches the function, and what is remembered. */

const StreamName = 'usage';
const hourMs = 3_600_000;
let clock: DrivenClock;
let under: KinesisUnderTest;
let checkpointDir: string;
let lines: string[];
const running: RunningMapping[] = [];

beforeEach(async () => {
  clock = drivenClock(createOffset(0), () => undefined);
  under = await kinesisUnderTest({ now: () => clock.now() });
  checkpointDir = mkdtempSync(join(tmpdir(), 'mapping-'));
  lines = [];
});
afterEach(async () => {
  await Promise.all(running.splice(0).map((mapping) => mapping.stop()));
  clock.close();
  await under.stop();
  rmSync(checkpointDir, { recursive: true, force: true });
});

const create = (ShardCount: number) => under.client.send(new CreateStreamCommand({ StreamName, ShardCount }));
const scale = (TargetShardCount: number) =>
  under.client.send(
    new UpdateShardCountCommand({ StreamName, TargetShardCount, ScalingType: 'UNIFORM_SCALING' }),
  );
const put = (PartitionKey: string, text: string) =>
  under.client.send(new PutRecordCommand({ StreamName, PartitionKey, Data: Buffer.from(text) }));
const putAll = (records: [key: string, text: string][]) =>
  under.client.send(
    new PutRecordsCommand({
      StreamName,
      Records: records.map(([PartitionKey, text]) => ({ PartitionKey, Data: Buffer.from(text) })),
    }),
  );

function start(
  watched: WatchedFunction<KinesisEventRecord>,
  properties: MappingProperties = {},
  options: Partial<StreamMappingOptions> = {},
): RunningMapping {
  const mapping = startStreamMapping({
    mapping: {
      EventSourceArn: `arn:aws:kinesis:eu-central-1:000000000000:stream/${StreamName}`,
      FunctionName: 'record-usage',
      StartingPosition: 'TRIM_HORIZON',
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      ...properties,
    },
    kinesis: clientOf(under.kinesis.endpoint),
    streamName: StreamName,
    invoke: watched.invoke,
    clock,
    checkpointDir,
    log: (line) => lines.push(line),
    ...options,
  });
  running.push(mapping);
  return mapping;
}

const seen = (watched: WatchedFunction<KinesisEventRecord>): string[] => watched.batches.flat().map(textOf);
const range = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i);

/** Moves the clock on by hours until this holds: what is read is known to the player alone. */
const hoursUntil = (holds: () => boolean) => expect.poll(() => clock.advance(hourMs).then(holds)).toBe(true);

/** Texts are `key:number`; of each key the numbers must come in order, whatever comes twice. */
function expectOrder(texts: string[]): void {
  const last = new Map<string, number>();
  for (const text of new Set(texts)) {
    const [key = '', number] = text.split(':');
    expect(Number(number)).toBeGreaterThan(last.get(key) ?? -1);
    last.set(key, Number(number));
  }
}

describe('what reaches the function', () => {
  it('is every record of every shard, those from before its start too', async () => {
    await create(3);
    await putAll(range(0, 100).map((i) => [`k${i}`, `before ${i}`]));
    const watched = watchedFunction<KinesisEventRecord>();
    start(watched);
    await putAll(range(0, 100).map((i) => [`k${i}`, `after ${i}`]));
    await watched.until(() => seen(watched).length >= 200);
    expect(new Set(seen(watched)).size).toBe(200);
    expect(new Set(watched.batches.flat().map(({ eventID }) => eventID.split(':')[0])).size).toBe(3);
  });

  it('is what the window gathered, and at once what was gathered when the clock moves on', async () => {
    await create(1);
    const watched = watchedFunction<KinesisEventRecord>();
    start(watched, { MaximumBatchingWindowInSeconds: 300 });
    await putAll([
      ['a', '1'],
      ['b', '2'],
    ]);
    await put('a', '3');
    await hoursUntil(() => seen(watched).length === 3);
    await put('a', '4');
    await hoursUntil(() => seen(watched).length === 4);
    expect(seen(watched)).toEqual(['1', '2', '3', '4']);
  });

  it('keeps each partition key in order while a shard is processed in parallel', async () => {
    await create(1);
    const { changed, until } = watch();
    let released = false;
    const watched = watchedFunction<KinesisEventRecord>(async () => {
      await until(() => released);
      return done;
    });
    start(watched, { ParallelizationFactor: 10, BatchSize: 5 });
    await putAll(range(0, 400).map((i) => [`k${i % 64}`, `k${i % 64}:${i}`]));
    await watched.until(() => watched.concurrencySeen() === 10);
    released = true;
    changed();
    await watched.until(() => seen(watched).length === 400);
    expect(watched.concurrencySeen()).toBe(10);
    expectOrder(seen(watched));
  });

  it('comes of the parents first when shards split and merge', async () => {
    await create(1);
    const watched = watchedFunction<KinesisEventRecord>();
    start(watched, { BatchSize: 7 });
    const keys = range(0, 20);
    for (const round of range(0, 6)) {
      await putAll(keys.map((key) => [`k${key}`, `k${key}:${round}`]));
      if (round === 1) await scale(2);
      if (round === 2) await scale(4);
      if (round === 4) await scale(2);
    }
    await watched.until(() => seen(watched).length === 120);
    expectOrder(seen(watched));
    expect(new Set(seen(watched)).size).toBe(120);
  });

  it('waits with a merged shard for the slower of its parents', async () => {
    await create(2);
    const { changed, until } = watch();
    let released = false;
    const watched = watchedFunction<KinesisEventRecord>(async (records) => {
      if (records.some((record) => textOf(record) === 'slow')) await until(() => released);
      return done;
    });
    start(watched);
    await under.client.send(
      new PutRecordsCommand({
        StreamName,
        Records: [
          { PartitionKey: 'a', ExplicitHashKey: '0', Data: Buffer.from('slow') },
          { PartitionKey: 'b', ExplicitHashKey: String((1n << 128n) - 1n), Data: Buffer.from('quick') },
        ],
      }),
    );
    await under.client.send(
      new MergeShardsCommand({
        StreamName,
        ShardToMerge: 'shardId-000000000000',
        AdjacentShardToMerge: 'shardId-000000000001',
      }),
    );
    await put('a', 'child');
    await watched.until(() => seen(watched).length === 2);
    expect(seen(watched).toSorted()).toEqual(['quick', 'slow']);
    released = true;
    changed();
    await watched.until(() => seen(watched).length === 3);
    expect(seen(watched)[2]).toBe('child');
  });

  it('goes on when the stream was away for a while', async () => {
    await create(1);
    const watched = watchedFunction<KinesisEventRecord>();
    await put('a', '1');
    start(watched);
    await watched.until(() => seen(watched).length === 1);
    const { port } = under.kinesis;
    await under.kinesis.close();
    const again = await kinesisUnderTest({ port, dataDir: under.dataDir, now: () => clock.now() });
    under.client.destroy();
    under.kinesis = again.kinesis;
    under.client = again.client;
    await put('a', '2');
    await watched.until(() => seen(watched).includes('2'));
    expect(new Set(seen(watched))).toEqual(new Set(['1', '2']));
  });
});

describe('a failure', () => {
  const failing = (isBad: (text: string) => boolean) =>
    watchedFunction<KinesisEventRecord>((records) =>
      records.some((record) => isBad(textOf(record))) ? thrown('poison') : done,
    );

  it('of one record takes that record alone to the bucket, and blocks no other shard', async () => {
    await create(2);
    const watched = failing((text) => text === 'k7:7');
    const objects: FailedBatchObject[] = [];
    const { changed, until } = watch();
    start(
      watched,
      {
        BisectBatchOnFunctionError: true,
        MaximumRetryAttempts: 2,
        DestinationConfig: { OnFailure: { Destination: 'arn:aws:s3:::quarantine' } },
      },
      {
        destination: async (object) => {
          objects.push(object);
          changed();
        },
      },
    );
    await putAll(range(0, 64).map((i) => [`k${i}`, `k${i}:${i}`]));
    await until(() => objects.length > 0);
    await watched.until(() => new Set(seen(watched)).size === 64);
    const body = JSON.parse(objects[0]!.body);
    expect(objects).toHaveLength(1);
    expect(body.payload.Records.map(textOf)).toEqual(['k7:7']);
    expect(body.requestContext).toMatchObject({
      condition: 'RetryAttemptsExhausted',
      approximateInvokeCount: 3,
      requestId: 'a-request',
    });
    expect(objects[0]!.key).toMatch(
      /^aws\/lambda\/[0-9a-f-]{36}\/shardId-\d{12}\/\d{4}\/\d\d\/\d\d\/[\dT.-]{19}-[0-9a-f-]{36}$/,
    );
  });

  it('of the bucket is tried again, and the checkpoint waits for it', async () => {
    await create(1);
    const watched = failing((text) => text === 'bad');
    const { changed, until } = watch();
    let puts = 0;
    start(
      watched,
      {
        MaximumRetryAttempts: 0,
        BatchSize: 1,
        DestinationConfig: { OnFailure: { Destination: 'arn:aws:s3:::q' } },
      },
      {
        destination: async () => {
          puts += 1;
          changed();
          if (puts < 3) throw new Error('no space');
        },
      },
    );
    await putAll([
      ['a', 'bad'],
      ['a', 'good'],
    ]);
    await until(() => puts === 3);
    await watched.until(() => seen(watched).includes('good'));
    expect(seen(watched)).toEqual(['bad', 'good']);
    expect(lines.filter((line) => line.includes('no space'))).toHaveLength(1);
  });

  it('that a response names is retried from the lowest record on', async () => {
    await create(1);
    let refused = 0;
    const watched = watchedFunction<KinesisEventRecord>((records) => {
      const bad = records.filter((record) => ['3', '5'].includes(textOf(record)));
      if (bad.length < 2 || refused++ > 0) return done;
      const batchItemFailures = bad
        .toReversed()
        .map(({ kinesis }) => ({ itemIdentifier: kinesis.sequenceNumber }));
      return { ok: true, payload: { batchItemFailures } };
    });
    await putAll(range(0, 8).map((i) => ['k', `${i}`]));
    start(watched);
    await watched.until(() => watched.batches.length === 2);
    expect(watched.batches.map((batch) => batch.map(textOf).join(''))).toEqual(['01234567', '34567']);
  });

  it('to call it at all is no failure of the records', async () => {
    await create(1);
    let calls = 0;
    const watched = watchedFunction<KinesisEventRecord>(() => {
      calls += 1;
      if (calls < 3) throw new Error('no thread is free');
      return done;
    });
    start(watched, { MaximumRetryAttempts: 0 });
    await put('k', 'x');
    await watched.until(() => calls === 3);
    expect(seen(watched)).toEqual(['x', 'x', 'x']);
  });

  it('at random and whatever happens to the shards: all is processed or in the bucket, in order', async () => {
    await create(2);
    let draw = 12_345;
    const chance = (one: number) => {
      draw = (Math.imul(draw, 1_103_515_245) + 12_345) >>> 0;
      return (draw >>> 8) % one === 0;
    };
    const processed: string[] = [];
    const lost: string[] = [];
    const { changed, until } = watch();
    const watched = watchedFunction<KinesisEventRecord>((records) => {
      const texts = records.map(textOf);
      if (chance(4)) return thrown('drawn');
      const failed = chance(3) ? draw % texts.length : texts.length;
      processed.push(...texts.slice(0, failed));
      changed();
      const itemIdentifier = records[failed]?.kinesis.sequenceNumber;
      return { ok: true, payload: { batchItemFailures: itemIdentifier ? [{ itemIdentifier }] : [] } };
    });
    start(
      watched,
      {
        BatchSize: 6,
        ParallelizationFactor: 3,
        BisectBatchOnFunctionError: true,
        MaximumRetryAttempts: 1,
        DestinationConfig: { OnFailure: { Destination: 'arn:aws:s3:::q' } },
      },
      {
        destination: async ({ body }) => {
          lost.push(...JSON.parse(body).payload.Records.map(textOf));
          changed();
        },
      },
    );
    for (const round of range(0, 10)) {
      await putAll(range(0, 30).map((key) => [`k${key}`, `k${key}:${round}`]));
      if (round % 3 === 1) await scale(round === 4 ? 2 : 3);
    }
    await until(() => new Set([...processed, ...lost]).size === 300);
    expectOrder(processed);
    expect(processed.length).toBe(new Set(processed).size);
    expect(lost.filter((text) => processed.includes(text))).toEqual([]);
  });
});

describe('after a restart', () => {
  it('goes on where it was, and delivers nothing again that was done', async () => {
    await create(2);
    const first = watchedFunction<KinesisEventRecord>();
    const mapping = start(first);
    await putAll(range(0, 50).map((i) => [`k${i}`, `${i}`]));
    await first.until(() => seen(first).length === 50);
    await mapping.stop();
    await scale(4);
    await putAll(range(50, 100).map((i) => [`k${i}`, `${i}`]));
    const second = watchedFunction<KinesisEventRecord>();
    start(second);
    await second.until(() => seen(second).length >= 50);
    expect(new Set(seen(second))).toEqual(new Set(range(50, 100).map(String)));
  });

  it('from a checkpoint as a kill left it, misses nothing', async () => {
    await create(2);
    const copies = mkdtempSync(join(tmpdir(), 'copies-'));
    const processed: string[][] = [];
    const first = watchedFunction<KinesisEventRecord>((records) => {
      cpSync(checkpointDir, join(copies, String(processed.length)), { recursive: true });
      processed.push(records.map(textOf));
      return done;
    });
    start(first, { BatchSize: 9, ParallelizationFactor: 2 });
    await putAll(range(0, 200).map((i) => [`k${i % 40}`, `k${i % 40}:${i}`]));
    await first.until(() => seen(first).length === 200);
    for (const kill of [0, 3, Math.floor(processed.length / 2), processed.length - 1]) {
      const after = watchedFunction<KinesisEventRecord>();
      const mapping = start(after, {}, { checkpointDir: join(copies, String(kill)) });
      const before = new Set(processed.slice(0, kill).flat());
      await after.until(() => new Set([...before, ...seen(after)]).size === 200);
      await mapping.stop();
      expectOrder(seen(after));
    }
    rmSync(copies, { recursive: true, force: true });
  });

  it('from LATEST, what came while it was away is not passed over', async () => {
    await create(2);
    await put('a', 'from before it was there');
    await clock.advance(1_000);
    const first = watchedFunction<KinesisEventRecord>();
    const mapping = start(first, { StartingPosition: 'LATEST' });
    await put('a', 'one');
    await first.until(() => seen(first).length === 1);
    await mapping.stop();
    await putAll(range(0, 10).map((i) => [`k${i}`, `away ${i}`]));
    await scale(3);
    await put('a', 'in a child');
    const second = watchedFunction<KinesisEventRecord>();
    start(second, { StartingPosition: 'LATEST' });
    await second.until(() => seen(second).length >= 11);
    expect(seen(first)).toEqual(['one']);
    expect(new Set(seen(second))).toEqual(new Set([...range(0, 10).map((i) => `away ${i}`), 'in a child']));
  });
});

describe('stopping', () => {
  it('waits for what runs, and remembers it', async () => {
    await create(1);
    const { changed, until } = watch();
    let released = false;
    const watched = watchedFunction<KinesisEventRecord>(async () => {
      await until(() => released);
      return done;
    });
    const mapping = start(watched);
    await put('a', '1');
    await watched.until(() => watched.batches.length === 1);
    let stopped = false;
    const stopping = mapping.stop().then(() => {
      stopped = true;
    });
    await put('a', '2');
    expect(stopped).toBe(false);
    released = true;
    changed();
    await stopping;
    const next = watchedFunction<KinesisEventRecord>();
    start(next);
    await next.until(() => seen(next).length === 1);
    expect([seen(watched), seen(next)]).toEqual([['1'], ['2']]);
  });

  it('of a mapping that is not enabled, or whose stream is not there, is no wait', async () => {
    const watched = watchedFunction<KinesisEventRecord>();
    await start(watched, { Enabled: false }).stop();
    await start(watched).stop();
    expect(watched.batches).toEqual([]);
  });
});
