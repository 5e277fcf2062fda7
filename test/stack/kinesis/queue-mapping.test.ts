import {
  CreateQueueCommand,
  GetQueueAttributesCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { startFauxqs } from 'fauxqs';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type DrivenClock, drivenClock } from '../../../local/clock/driven-clock.ts';
import { createOffset } from '../../../local/clock/offset-clock.ts';
import type { MappingProperties } from '../../../local/mappings/mapping-settings.ts';
import type { QueueEventRecord } from '../../../local/mappings/queue-event.ts';
import { startQueueMapping } from '../../../local/mappings/queue-mapping.ts';
import type { RunningMapping } from '../../../local/mappings/stream-mapping.ts';
import { done, thrown, type WatchedFunction, watch, watchedFunction } from './watched-function.ts';

/** The player against an emulated SQS. */

let server: Awaited<ReturnType<typeof startFauxqs>>;
let sqs: SQSClient;
let clock: DrivenClock;
const running: RunningMapping[] = [];

beforeEach(async () => {
  server = await startFauxqs({ port: 0, logger: false, defaultRegion: 'eu-central-1' });
  clock = drivenClock(createOffset(0), () => undefined);
  sqs = new SQSClient({
    endpoint: `http://127.0.0.1:${server.port}`,
    region: 'eu-central-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });
});
afterEach(async () => {
  await Promise.all(running.splice(0).map((mapping) => mapping.stop()));
  clock.close();
  sqs.destroy();
  await server.stop();
});

async function queue(fifo = false, VisibilityTimeout = 30): Promise<string> {
  const { QueueUrl } = await sqs.send(
    new CreateQueueCommand({
      QueueName: fifo ? 'limits.fifo' : 'limits',
      Attributes: { VisibilityTimeout: String(VisibilityTimeout), ...(fifo && { FifoQueue: 'true' }) },
    }),
  );
  return QueueUrl!;
}

function start(
  queueUrl: string,
  watched: WatchedFunction<QueueEventRecord>,
  properties: MappingProperties = {},
) {
  const mapping = startQueueMapping({
    mapping: {
      EventSourceArn: `arn:aws:sqs:eu-central-1:000000000000:${queueUrl.split('/').at(-1)}`,
      FunctionName: 'enforce-limit',
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      ...properties,
    },
    sqs,
    queueUrl,
    invoke: watched.invoke,
    clock,
    log: () => undefined,
  });
  running.push(mapping);
  return mapping;
}

const send = (QueueUrl: string, bodies: string[]) =>
  sqs.send(
    new SendMessageBatchCommand({
      QueueUrl,
      Entries: bodies.map((MessageBody, index) => ({ Id: String(index), MessageBody })),
    }),
  );
const left = async (QueueUrl: string): Promise<number> => {
  const AttributeNames = [
    'ApproximateNumberOfMessages' as const,
    'ApproximateNumberOfMessagesNotVisible' as const,
  ];
  const { Attributes } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames }));
  return Object.values(Attributes ?? {}).reduce((sum, count) => sum + Number(count), 0);
};
const bodies = (watched: WatchedFunction<QueueEventRecord>) => watched.batches.flat().map(({ body }) => body);
const range = (count: number) => Array.from({ length: count }, (_, i) => String(i));

it('gives the function every message and deletes what was processed', async () => {
  const url = await queue();
  const watched = watchedFunction<QueueEventRecord>();
  const mapping = start(url, watched);
  await send(url, range(10));
  await send(url, range(10));
  await watched.until(() => bodies(watched).length === 20);
  await mapping.stop();
  expect(await left(url)).toBe(0);
  expect(watched.batches[0]?.[0]).toMatchObject({
    eventSource: 'aws:sqs',
    awsRegion: 'eu-central-1',
    attributes: { ApproximateReceiveCount: '1' },
  });
});

it('gathers a batch over its window, beyond the ten of one call', async () => {
  const url = await queue();
  const watched = watchedFunction<QueueEventRecord>();
  for (let i = 0; i < 3; i += 1) await send(url, range(10));
  start(url, watched, { BatchSize: 30, MaximumBatchingWindowInSeconds: 300 });
  await watched.until(() => watched.batches.length === 1);
  expect(watched.batches[0]).toHaveLength(30);
});

it('closes a waiting window at once when the clock moves on', async () => {
  const url = await queue();
  const watched = watchedFunction<QueueEventRecord>();
  start(url, watched, { BatchSize: 30, MaximumBatchingWindowInSeconds: 300 });
  await send(url, ['a']);
  const hours = () => clock.advance(3_600_000).then(() => watched.batches.length);
  await expect.poll(hours).toBe(1);
  expect(bodies(watched)).toEqual(['a']);
});

it('leaves what failed to its visibility timeout, and deletes the rest', async () => {
  const url = await queue(false, 1);
  const failedOnce = new Set<string>();
  const watched = watchedFunction<QueueEventRecord>((records) => {
    const bad = records.filter(({ body }) => body === '3' && !failedOnce.has(body));
    for (const { body } of bad) failedOnce.add(body);
    return {
      ok: true,
      payload: { batchItemFailures: bad.map(({ messageId }) => ({ itemIdentifier: messageId })) },
    };
  });
  const mapping = start(url, watched);
  await send(url, range(6));
  await watched.until(() => bodies(watched).length === 7);
  await mapping.stop();
  expect(bodies(watched).at(-1)).toBe('3');
  expect(watched.batches.at(-1)?.[0]?.attributes.ApproximateReceiveCount).toBe('2');
  expect(await left(url)).toBe(0);
});

it('brings all of a batch again when the function throws', async () => {
  const url = await queue(false, 1);
  const watched: WatchedFunction<QueueEventRecord> = watchedFunction(() =>
    watched.batches.length === 1 ? thrown('no') : done,
  );
  await send(url, range(3));
  start(url, watched);
  await watched.until(() => bodies(watched).length >= 6);
  expect(bodies(watched).slice(3).toSorted()).toEqual(range(3));
});

it('runs no more batches at once than MaximumConcurrency', async () => {
  const url = await queue();
  const { changed, until } = watch();
  let released = false;
  const watched = watchedFunction<QueueEventRecord>(async () => {
    await until(() => released);
    return done;
  });
  await send(url, range(10));
  start(url, watched, { BatchSize: 1, ScalingConfig: { MaximumConcurrency: 3 } });
  await watched.until(() => watched.concurrencySeen() === 3);
  released = true;
  changed();
  await watched.until(() => bodies(watched).length === 10);
  expect(watched.concurrencySeen()).toBe(3);
});

it('keeps the order of each group of a FIFO queue', async () => {
  const url = await queue(true);
  const watched = watchedFunction<QueueEventRecord>();
  for (const i of range(30)) {
    const MessageGroupId = `g${Number(i) % 3}`;
    await sqs.send(
      new SendMessageCommand({ QueueUrl: url, MessageBody: i, MessageGroupId, MessageDeduplicationId: i }),
    );
  }
  start(url, watched);
  await watched.until(() => bodies(watched).length === 30);
  for (const group of [0, 1, 2]) {
    const ofGroup = bodies(watched).filter((body) => Number(body) % 3 === group);
    expect(ofGroup).toEqual(range(30).filter((i) => Number(i) % 3 === group));
  }
});

it('hands back on stopping what the function was not given', async () => {
  const url = await queue(false, 300);
  const watched = watchedFunction<QueueEventRecord>();
  const mapping = start(url, watched, { BatchSize: 20, MaximumBatchingWindowInSeconds: 300 });
  const received = server.inspectQueue.bind(server);
  await send(url, range(3));
  await expect.poll(() => received('limits')?.messages.inflight.length).toBe(3);
  await mapping.stop();
  expect(watched.batches).toEqual([]);
  const next = watchedFunction<QueueEventRecord>();
  start(url, next);
  await next.until(() => bodies(next).length === 3);
});
