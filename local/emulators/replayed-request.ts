import type { IncomingMessage } from 'node:http';
import { PassThrough } from 'node:stream';

/** The request again, with another body: what serves it reads it as it would the first one. */
export function replayed(request: IncomingMessage, body: Buffer): IncomingMessage {
  const { method, url, httpVersion, socket, rawHeaders } = request;
  const headers = { ...request.headers, 'content-length': String(body.length) };
  const stream = Object.assign(new PassThrough(), { method, url, httpVersion, socket, rawHeaders, headers });
  stream.end(body);
  return stream as unknown as IncomingMessage;
}

/** The whole body. Rejects where its sender goes away. */
export async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks);
}
