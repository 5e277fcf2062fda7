import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import { createOffset } from '../../../local/clock/offset-clock.ts';
import { startEmulator } from '../../../local/emulators/emulator.ts';
import type { StackHandle } from '../../../local/start.ts';

/** When the strike comes: before the write has reached the database, or after it is done and not yet answered. */
export type Moment = 'before' | 'after';

/** Stands where the stack's DynamoDB stood, and lets a test strike at any of its writes. */
export interface DynamoProxy {
  /** Calls `strike` once, at the n-th write to the table from now on (from 1); the writer never hears of it. */
  strikeAt(n: number, moment: Moment, strike: () => Promise<void>): void;
  /** Writes to the table since `strikeAt`. */
  readonly writes: number;
  stop(): Promise<void>;
}

const writing = /\.(PutItem|UpdateItem|DeleteItem|BatchWriteItem|TransactWriteItems)$/;

/** Moves the emulator of a running stack to another port, on its data, and takes its place. */
export async function takeDynamodbsPlace(stack: StackHandle, table: string): Promise<DynamoProxy> {
  const port = Number(new URL(stack.localJson.aws.endpoints.dynamodb).port);
  await stack.stopEmulator('dynamodb');
  const emulator = await startEmulator(
    {
      name: 'dynamodb',
      port: 0,
      folder: join(stack.dataDir, 'dynamodb'),
      clock: createOffset(0),
      region: stack.localJson.aws.region,
      accountId: '000000000000',
    },
    (fault) => {
      throw fault;
    },
  );
  let writes = 0;
  let armed: { n: number; moment: Moment; strike: () => Promise<void> } | undefined;

  const serve = async (incoming: IncomingMessage, response: ServerResponse) => {
    const body = await bodyOf(incoming);
    const isWrite = writing.test(String(incoming.headers['x-amz-target'])) && body.includes(`"${table}"`);
    const struck = isWrite && ++writes === armed?.n ? armed : undefined;
    if (struck) armed = undefined;
    if (struck?.moment === 'before') {
      await struck.strike();
      response.destroy();
      return;
    }
    const answer = await forward(emulator.port, incoming, body);
    await struck?.strike();
    if (struck) return void response.destroy();
    response.writeHead(answer.status, answer.headers);
    response.end(answer.body);
  };
  const server = createServer((incoming, response) => {
    serve(incoming, response).catch(() => response.destroy());
  });
  server.keepAliveTimeout = 0;
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');

  return {
    strikeAt(n, moment, strike) {
      writes = 0;
      armed = { n, moment, strike };
    },
    get writes() {
      return writes;
    },
    async stop() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
      await emulator.stop('in order');
    },
  };
}

async function bodyOf(incoming: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk);
  return Buffer.concat(chunks);
}

async function forward(port: number, { method, url, headers }: IncomingMessage, body: Buffer) {
  const sent = request({ host: '127.0.0.1', port, method, path: url, headers });
  sent.end(body);
  const [answer] = (await once(sent, 'response')) as [IncomingMessage];
  return { status: answer.statusCode ?? 500, headers: answer.headers, body: await bodyOf(answer) };
}
