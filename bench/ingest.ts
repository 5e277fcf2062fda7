import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { Logger } from '@aws-lambda-powertools/logger';
import { CreateStreamCommand, KinesisClient, PutRecordsCommand } from '@aws-sdk/client-kinesis';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import type { APIGatewayProxyEvent, Context } from 'aws-lambda';
import { memoryConfigHistory } from '../domain/tenancy/memory-config-history.ts';
import { encodeStreamRecords } from '../events/stream-record.ts';
import { toAuthorizerContext } from '../infra/http/api-request.ts';
import { kinesisEventStream } from '../infra/metering/kinesis-event-stream.ts';
import { currentConfig } from '../infra/tenancy/config-cache.ts';
import { workloads } from './cost/workload.ts';
import { config, hourStartsAt, linesOf, tenantId } from './fold-batch.ts';
import { median, type Part, percentile } from './report.ts';

const streamName = 'events';
const sizes = [1, 50, 1_000];
const rounds = 150;
const now = hourStartsAt + 3_600_000;

/** The ingest handler's own time a request, beside parsing the body and one PutRecords call of the same records. */
export const ingest: Part = async ({ seed, progress }) => {
  const folder = mkdtempSync(join(tmpdir(), 'tidegate-ingest-'));
  const worker = new Worker(new URL('kinesis-thread.ts', import.meta.url), {
    workerData: { dataDir: folder },
  });
  try {
    const port = await new Promise<number>((resolve, reject) =>
      worker.once('message', resolve).once('error', reject),
    );
    const client = kinesisOn(port);
    await client.send(new CreateStreamCommand({ StreamName: streamName, ShardCount: 4 }));
    const rows: (string | number)[][] = [];
    for (const events of sizes) {
      progress(`ingest: ${events} events a request`);
      rows.push(await measure(client, events, seed));
    }
    client.destroy();
    return [
      {
        title: 'Ingest: the handler beside parse and one PutRecords',
        columns: [
          'events a request',
          'handler p50 ms',
          'handler p99 ms',
          'parse + PutRecords p50 ms',
          'handler beside it',
        ],
        rows,
        notes: [
          `Median of ${rounds} requests each, in turn; the local Kinesis runs in a thread of its own.`,
          'The handler takes the gateway’s event and answers the receipt; the parse is base64 and JSON.parse.',
        ],
      },
    ];
  } finally {
    await worker.terminate();
    rmSync(folder, { recursive: true, force: true });
  }
};

async function measure(client: KinesisClient, events: number, seed: number): Promise<(string | number)[]> {
  const request = requestOf(events, seed);
  const handler = await handlerOver(client);
  const records = recordsOf(events, seed);
  const handled: number[] = [];
  const bare: number[] = [];
  for (let round = -20; round < rounds; round++) {
    const handlerMs = await timed(async () => {
      const { statusCode } = await handler(request, context);
      if (statusCode !== 202) throw new Error(`The handler answered ${statusCode}.`);
    });
    const bareMs = await timed(async () => {
      JSON.parse(Buffer.from(request.body as string, 'base64').toString('utf8'));
      await client.send(new PutRecordsCommand({ StreamName: streamName, Records: records }));
    });
    if (round >= 0) {
      handled.push(handlerMs);
      bare.push(bareMs);
    }
  }
  const ratio = median(handled) / median(bare);
  return [events, median(handled), percentile(handled, 0.99), median(bare), ratio];
}

async function handlerOver(client: KinesisClient) {
  const history = memoryConfigHistory();
  await history.appendOnce(tenantId, config);
  // The module makes its own handler too, which looks for its names; that one is not used.
  Object.assign(process.env, {
    TENANTS_TABLE: 'bench',
    ACCOUNTS_TABLE: 'bench',
    EVENT_STREAM: streamName,
    AWS_REGION: 'eu-central-1',
  });
  const { createHandler } = await import('../functions/ingest-events.ts');
  return createHandler({
    configs: currentConfig(history, () => now),
    suspensions: { among: async () => new Map() },
    stream: kinesisEventStream(client, streamName, { random: () => 0.5 }),
    clock: () => now,
    logger: new Logger({ logLevel: 'SILENT' }),
  });
}

const firstLines = (events: number, seed: number) =>
  linesOf({ ...(workloads[0] as (typeof workloads)[number]), accounts: 500, duplicates: 0 }, seed).slice(
    0,
    events,
  );

const recordsOf = (events: number, seed: number) =>
  encodeStreamRecords(firstLines(events, seed)).map(({ partitionKey, data }) => ({
    PartitionKey: partitionKey,
    Data: data,
  }));

function requestOf(events: number, seed: number): APIGatewayProxyEvent {
  const body = JSON.stringify(firstLines(events, seed).map(({ event }) => event));
  const resource = '/v1/tenants/{tenantId}/events';
  return {
    resource,
    path: `/v1/tenants/${tenantId}/events`,
    httpMethod: 'POST',
    headers: { 'content-type': 'application/cloudevents-batch+json' },
    body: Buffer.from(body).toString('base64'),
    isBase64Encoded: true,
    requestContext: { requestId: 'bench', authorizer: toAuthorizerContext({ tenantId, scopes: ['ingest'] }) },
  } as unknown as APIGatewayProxyEvent;
}

const context = { awsRequestId: 'bench', getRemainingTimeInMillis: () => 29_000 } as Context;

const kinesisOn = (port: number): KinesisClient =>
  new KinesisClient({
    endpoint: `http://127.0.0.1:${port}`,
    region: 'eu-central-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    requestHandler: new NodeHttpHandler({ httpAgent: { keepAlive: true, maxSockets: 4 } }),
  });

async function timed(work: () => Promise<void>): Promise<number> {
  const before = process.hrtime.bigint();
  await work();
  return Number(process.hrtime.bigint() - before) / 1e6;
}
