import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { listenOn } from '../listen-on.ts';
import type { Gateway } from './gateway.ts';
import type { ProxyAnswer } from './proxy-answer.ts';
import { headersOf } from './proxy-event.ts';
import { parseTarget } from './request-target.ts';

/** The gateway's bound on a request's body. */
const bodyBytesMax = 10 * 1024 * 1024;
/** Its bound on the request line and headers together. */
const headerBytesMax = 10_240;
/** Longer than load balancers and clients keep an idle connection. */
const keepAliveMs = 75_000;

/**
 * Serves the gateway over HTTP on loopback; requests that come before it is ready wait for it. Rejects with a
 * StackFault where the port is in use.
 */
export async function serveGateway(
  gateway: Promise<Gateway>,
  port: number,
  now: () => number,
): Promise<Server> {
  const server = createServer(
    { maxHeaderSize: headerBytesMax, keepAliveTimeout: keepAliveMs },
    (request, response) => {
      gateway.then((ready) => serve(ready, request, response, now)).catch(() => response.destroy());
    },
  );
  await listenOn(server, port);
  return server;
}

async function serve(
  gateway: Gateway,
  request: IncomingMessage,
  response: ServerResponse,
  now: () => number,
): Promise<void> {
  const requestId = randomUUID();
  const target = parseTarget(request.url ?? '');
  const body = await readBody(request);
  if (body === undefined) response.setHeader('connection', 'close');
  if (!target) return send(response, requestId, gateway.refuse('BAD_REQUEST', requestId));
  if (body === undefined) return send(response, requestId, gateway.refuse('REQUEST_TOO_LARGE', requestId));
  const answer = await gateway.answer({
    requestId,
    httpMethod: request.method ?? '',
    target,
    headers: headersOf(request),
    sourceIp: request.socket.remoteAddress ?? '',
    body,
    receivedAt: now(),
  });
  send(response, requestId, answer);
}

/** Undefined where it is larger than the gateway takes. */
async function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
  if (Number(request.headers['content-length'] ?? 0) > bodyBytesMax) {
    request.resume();
    return undefined;
  }
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    bytes += chunk.length;
    if (bytes <= bodyBytesMax) chunks.push(chunk);
    else chunks.length = 0;
  }
  return bytes > bodyBytesMax ? undefined : Buffer.concat(chunks);
}

function send(response: ServerResponse, requestId: string, { status, headers, body }: ProxyAnswer): void {
  if (response.destroyed) return;
  response.statusCode = status;
  for (const [name, value] of headers) response.appendHeader(name, value);
  response.setHeader('x-amzn-requestid', requestId);
  response.end(body);
}
