import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { DrivenClock } from '../clock/driven-clock.ts';
import { listenOn } from '../listen-on.ts';
import { reasonOf } from '../stack-fault.ts';
import { parseDuration } from './duration.ts';
import type { ControlAnswer } from './gateway-control.ts';

const bodyBytesMax = 64 * 1024;
/** A clock is moved on by at most a year at a time. */
const advanceMsMax = 366 * 86_400_000;

type GatewayControl = (
  method: string,
  url: URL,
  input: Record<string, unknown>,
  now: number,
) => ControlAnswer | undefined;

/**
 * What operators and tests tell the stack: `GET /clock`, `POST /clock {"advance":"PT1H"}`, `GET /capacity`, and the
 * calls of the gateway's control plane. On loopback, and only for those who name it so: a page in a browser, whatever name
 * it came by, is turned away.
 */
export async function serveControl(
  clock: DrivenClock,
  gatewayControl: GatewayControl,
  database: string,
  port: number,
): Promise<Server> {
  const server = createServer({ keepAliveTimeout: 75_000 }, (request, response) => {
    answer(clock, gatewayControl, database, request)
      .catch((error): ControlAnswer => ({ status: 500, body: { message: reasonOf(error) } }))
      .then((given) => send(response, given));
  });
  await listenOn(server, port);
  return server;
}

async function answer(
  clock: DrivenClock,
  gatewayControl: GatewayControl,
  database: string,
  request: IncomingMessage,
): Promise<ControlAnswer> {
  const { method = '', headers } = request;
  if (!/^(127\.0\.0\.1|localhost)(:\d+)?$/.test(headers.host ?? '') || headers.origin !== undefined) {
    return { status: 403, body: { message: 'The control API is for this machine, and not for browsers.' } };
  }
  const url = new URL(request.url ?? '/', 'http://127.0.0.1');
  const input = await readJson(request);
  if (!input) return { status: 400, body: { message: 'The body must be a JSON object.' } };
  if (url.pathname === '/clock') return tellClock(clock, method, input);
  if (method === 'GET' && url.pathname === '/capacity') return tellCapacity(database);
  const missing = {
    status: 404,
    body: { message: `There is no ${method} ${url.pathname} here; try GET /clock.` },
  };
  return gatewayControl(method, url, input, clock.now()) ?? missing;
}

/** What the database has spent since it was started, by table and operation. */
async function tellCapacity(database: string): Promise<ControlAnswer> {
  const answer = await fetch(new URL('/capacity', database));
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
}

async function tellClock(
  clock: DrivenClock,
  method: string,
  input: Record<string, unknown>,
): Promise<ControlAnswer> {
  const told = (now: number): ControlAnswer => ({ status: 200, body: { now: new Date(now).toISOString() } });
  if (method === 'GET') return told(clock.now());
  const durationMs = parseDuration(input.advance);
  if (method !== 'POST' || durationMs === undefined || durationMs > advanceMsMax) {
    const message =
      'POST {"advance":"PT1H"}: a duration of ISO 8601 of at most 366 days. The clock never goes back.';
    return { status: 400, body: { message } };
  }
  return told(await clock.advance(durationMs));
}

async function readJson(request: IncomingMessage): Promise<Record<string, unknown> | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    bytes += chunk.length;
    if (bytes > bodyBytesMax) return undefined;
    chunks.push(chunk);
  }
  if (bytes === 0) return {};
  try {
    const value = JSON.parse(Buffer.concat(chunks).toString());
    return value !== null && typeof value === 'object' ? value : undefined;
  } catch {
    return undefined;
  }
}

function send(response: ServerResponse, { status, body, errorType }: ControlAnswer): void {
  response.writeHead(status, {
    'content-type': 'application/json',
    ...(errorType !== undefined && { 'x-amzn-errortype': errorType }),
  });
  response.end(body === undefined ? '' : JSON.stringify(body));
}
