import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { listenOn } from '../listen-on.ts';
import { type FaultPlan, faultsOf } from './injected-faults.ts';
import { invalidRequest, KinesisError } from './kinesis-error.ts';
import type { Call, Kinesis, Operation } from './operation.ts';
import { putOperations } from './put-operations.ts';
import { readOperations } from './read-operations.ts';
import { object } from './request-input.ts';
import { iteratorCodec } from './shard-iterator.ts';
import { shardOperations } from './shard-operations.ts';
import { streamOperations } from './stream-operations.ts';
import { openStreamStore, type StreamStore } from './stream-store.ts';
import { tagOperations } from './tag-operations.ts';
import { waitHeader } from './wait-header.ts';
import { awsWriteLimits, noWriteLimits } from './write-limits.ts';

const waitMsMax = 5_000;
/** Base64 of the 10 MiB that a request may hold, and room for what is around it. */
const bodyBytesMax = 16 * 1_048_576;
const trimEveryMs = 60_000;
const segmentBytes = 16 * 1_048_576;

const operations: Record<string, Operation> = {
  ...streamOperations,
  ...shardOperations,
  ...putOperations,
  ...readOperations,
  ...tagOperations,
};

export interface KinesisOptions {
  /** 0 takes any free port. */
  port: number;
  /** Where records, streams and shards are kept; made where it is not there. */
  dataDir: string;
  /** Epoch milliseconds of the stack's clock: arrival times, retention and throttles follow it. */
  now?: () => number;
  region?: string;
  accountId?: string;
  /** Throttle writes as AWS does: 1,000 records and 1 MiB a second and shard. */
  awsLimits?: boolean;
  faults?: FaultPlan;
  segmentBytesMax?: number;
}

export interface RunningKinesis {
  endpoint: string;
  port: number;
  /** Fails calls from now on by this plan; undefined ends that. */
  setFaults(plan: FaultPlan | undefined): void;
  close(): Promise<void>;
}

/** Serves the Kinesis API on loopback, over HTTP/1.1 and JSON, from a data folder that survives kills. */
export async function startKinesis(options: KinesisOptions): Promise<RunningKinesis> {
  const { port, dataDir, now = Date.now, region = 'eu-central-1', accountId = '000000000000' } = options;
  const { awsLimits = false, segmentBytesMax = segmentBytes } = options;
  const store = openStreamStore({ dataDir, region, accountId, segmentBytesMax });
  let faults = faultsOf(options.faults);
  const kinesis: Kinesis = {
    store,
    iterators: iteratorCodec(() => performance.now(), randomUUID()),
    limits: awsLimits ? awsWriteLimits(now) : noWriteLimits,
    faults: () => faults,
    now,
  };
  const server = createServer((request, response) => void serve(kinesis, request, response));
  // Idle connections stay open: a client that reuses one just as it is closed would see its call fail.
  server.keepAliveTimeout = 0;
  const trimming = setInterval(() => tryTrim(store, now()), trimEveryMs);
  trimming.unref();
  const bound = await listenOn(server, port).catch((error: unknown) => {
    clearInterval(trimming);
    store.close();
    throw error;
  });
  return {
    endpoint: `http://127.0.0.1:${bound}`,
    port: bound,
    setFaults(plan) {
      faults = faultsOf(plan);
    },
    async close() {
      clearInterval(trimming);
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
      store.close();
    },
  };
}

/** What cannot be dropped now, as on a read-only disk, is dropped another time; readers never see it. */
function tryTrim(store: StreamStore, now: number): void {
  try {
    store.trim(now);
  } catch {
    return;
  }
}

async function serve(kinesis: Kinesis, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const gone = new AbortController();
  response.on('close', () => gone.abort());
  const waitMs = Math.min(Number(request.headers[waitHeader]) || 0, waitMsMax);
  try {
    const operation = operationOf(request);
    const input = parseBody(await readBody(request));
    answer(response, 200, await operation(kinesis, input, { waitMs, signal: gone.signal } satisfies Call));
  } catch (error) {
    const known = error instanceof KinesisError ? error : undefined;
    const type = known?.type ?? 'InternalFailure';
    response.setHeader('x-amzn-errortype', type);
    answer(response, known?.status ?? 500, { __type: type, message: String((error as Error).message) });
  }
}

function operationOf({ headers, method }: IncomingMessage): Operation {
  const target = String(headers['x-amz-target'] ?? '');
  const type = String(headers['content-type'] ?? '');
  if (method !== 'POST' || !type.startsWith('application/x-amz-json-1.1')) {
    throw new KinesisError(
      'SerializationException',
      `This is a local Kinesis: it takes POSTs of application/x-amz-json-1.1, not ${method} of ${type || 'nothing'}`,
    );
  }
  const name = target.replace(/^Kinesis_20131202\./, '');
  if (Object.hasOwn(operations, name)) return operations[name]!;
  throw new KinesisError(
    'UnknownOperationException',
    `The local Kinesis has no operation ${name || '(none named)'}`,
  );
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > bodyBytesMax) throw invalidRequest(`a request has at most ${bodyBytesMax} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

function parseBody(body: string) {
  try {
    return object(JSON.parse(body || '{}'), 'the request');
  } catch {
    throw new KinesisError('SerializationException', 'The body of the request is not a JSON object');
  }
}

function answer(response: ServerResponse, status: number, members: unknown): void {
  if (response.destroyed) return;
  response.writeHead(status, {
    'content-type': 'application/x-amz-json-1.1',
    'x-amzn-requestid': randomUUID(),
  });
  response.end(members === undefined ? '' : JSON.stringify(members));
}
