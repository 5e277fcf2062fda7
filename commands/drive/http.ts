import { type IncomingMessage, Agent as PlainAgent, request as plainRequest } from 'node:http';
import { Agent as TlsAgent, request as tlsRequest } from 'node:https';
import { gzipSync } from 'node:zlib';

export interface ApiAnswer {
  status: number;
  headers: IncomingMessage['headers'];
  text: string;
}

export interface ApiCall {
  method: 'GET' | 'POST' | 'PUT';
  /** From `/v1` on, its segments percent-encoded. */
  path: string;
  key?: string;
  headers?: Record<string, string>;
  body?: string | Buffer;
}

/** Speaks HTTP with one API over a bounded number of kept connections. Rejects when there is no whole answer. */
export interface ApiClient {
  call(call: ApiCall): Promise<ApiAnswer>;
  close(): void;
}

/** The gateway gives up after 29 s, so whoever waits longer than this waits for nobody. */
const answerWithinMs = 35_000;

/** `base` may end in a deployment's stage. */
export function createApiClient(base: string, connections: number): ApiClient {
  const url = new URL(base);
  const prefix = url.pathname.replace(/\/$/, '');
  const tls = url.protocol === 'https:';
  const agent = new (tls ? TlsAgent : PlainAgent)({ keepAlive: true, maxSockets: connections });
  const request = tls ? tlsRequest : plainRequest;

  return {
    call: ({ method, path, key, headers = {}, body }) =>
      new Promise((resolve, reject) => {
        const sent = request(
          {
            agent,
            method,
            host: url.hostname.replace(/^\[(.*)\]$/, '$1'),
            port: url.port === '' ? (tls ? 443 : 80) : Number(url.port),
            path: prefix + path,
            headers: {
              ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
              ...(body === undefined ? {} : { 'content-length': Buffer.byteLength(body) }),
              ...headers,
            },
          },
          (answer) => {
            const chunks: Buffer[] = [];
            answer.on('data', (chunk: Buffer) => chunks.push(chunk));
            answer.on('error', reject);
            answer.on('end', () => {
              const text = Buffer.concat(chunks).toString('utf8');
              resolve({ status: answer.statusCode ?? 0, headers: answer.headers, text });
            });
          },
        );
        sent.setTimeout(answerWithinMs, () => sent.destroy(new Error('no answer in time')));
        sent.on('error', reject);
        sent.end(body);
      }),
    close: () => agent.destroy(),
  };
}

/** The fastest level: what is sent is made as quickly as it is read. */
export const gzipped = (text: string): Buffer => gzipSync(text, { level: 1 });

/** A JSON answer, or undefined where it is none. */
export function jsonOf(answer: ApiAnswer): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(answer.text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

/** One line about an answer, for a person. */
export function described(answer: ApiAnswer): string {
  const { code, detail } = jsonOf(answer) ?? {};
  return code === undefined
    ? `${answer.status} ${answer.text.slice(0, 200)}`
    : `${answer.status} ${code}: ${detail}`;
}
