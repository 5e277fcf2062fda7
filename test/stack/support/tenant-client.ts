import { request } from 'node:http';
import type { LocalJson } from '../../../local/local-json.ts';

export interface Answer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: Record<string, unknown>;
}

interface Call {
  method?: string;
  body?: Buffer | string;
  headers?: Record<string, string>;
}

/** Sends a request whose target is exactly this text: nothing makes `..`, `//` or `%2e` simpler on the way. */
export function rawRequest(
  api: string,
  target: string,
  { method = 'GET', body, headers = {} }: Call,
): Promise<Answer> {
  const { hostname, port } = new URL(api);
  return new Promise((resolve, reject) => {
    const sent = request({ hostname, port, path: target, method, headers, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString();
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: text ? JSON.parse(text) : {},
        });
      });
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

type Scope = 'ingest' | 'read' | 'manage';

/** Calls the API as a tenant of the demo, with its key of a scope. */
export function tenantClient({ api, tenants }: LocalJson, tenantId: string) {
  const keys = tenants.find((tenant) => tenant.tenantId === tenantId)?.keys;
  if (!keys) throw new Error(`local.json knows no tenant ${tenantId}.`);
  const call = (scope: Scope, target: string, { headers, ...rest }: Call = {}) =>
    rawRequest(api, target, { ...rest, headers: { authorization: `Bearer ${keys[scope]}`, ...headers } });
  const at = (path: string) => `/v1/tenants/${tenantId}/${path}`;
  return {
    keys,
    call,
    get: (path: string) => call('read', at(path)),
    putConfig: (config: object) =>
      call('manage', at('config'), {
        method: 'PUT',
        body: JSON.stringify(config),
        headers: { 'content-type': 'application/json' },
      }),
    post: (
      body: Buffer | object,
      type = 'application/cloudevents-batch+json',
      headers: Record<string, string> = {},
    ) =>
      call('ingest', at('events'), {
        method: 'POST',
        body: Buffer.isBuffer(body) ? body : JSON.stringify(body),
        headers: { 'content-type': type, ...headers },
      }),
    usage: (account: string, query: string) =>
      call('read', at(`accounts/${encodeURIComponent(account)}/usage?${query}`)),
  };
}
