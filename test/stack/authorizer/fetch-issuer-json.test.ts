import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fetchIssuerJson } from '../../../infra/authorizer/fetch-issuer-json.ts';

const bounds = { network: 'any' as const, timeoutMs: 60_000, bytesMax: 64 * 1024 };

describe('fetchIssuerJson', () => {
  let server: Server;
  let url: string;
  let answer: RequestListener;
  let asked: string[];
  beforeEach(async () => {
    asked = [];
    server = createServer((request, response) => {
      asked.push(request.url ?? '');
      answer(request, response);
    });
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/keys`;
  });
  afterEach(async () => {
    server.closeAllConnections();
    await new Promise((closed) => server.close(closed));
  });

  it('answers the document', async () => {
    answer = (_, response) => response.end('{"keys":[]}');
    expect(await fetchIssuerJson(url, bounds)).toEqual({ status: 200, json: { keys: [] } });
  });

  it('follows no redirect', async () => {
    answer = (_, response) => response.writeHead(302, { location: '/elsewhere' }).end();
    expect(await fetchIssuerJson(url, bounds)).toEqual({ status: 302 });
    expect(asked).toEqual(['/keys']);
  });

  it.each([404, 500])('answers %i as it is', async (status) => {
    answer = (_, response) => response.writeHead(status).end('{}');
    expect(await fetchIssuerJson(url, bounds)).toEqual({ status });
  });

  it('reads no more than 64 KiB, also of what never ends', async () => {
    answer = (_, response) => {
      const more = () => {
        while (response.write('x'.repeat(16 * 1024)));
      };
      response.on('drain', more);
      more();
    };
    await expect(fetchIssuerJson(url, bounds)).rejects.toThrow('65536 bytes');
  });

  it('takes exactly 64 KiB', async () => {
    const text = JSON.stringify('x'.repeat(64 * 1024 - 2));
    answer = (_, response) => response.end(text);
    expect(await fetchIssuerJson(url, bounds)).toMatchObject({ status: 200 });
  });

  it('waits no longer than it may, for the first byte or the last', async () => {
    answer = () => {};
    await expect(fetchIssuerJson(url, { ...bounds, timeoutMs: 50 })).rejects.toThrow(/abort|timeout/i);
    answer = (_, response) => response.write('{');
    await expect(fetchIssuerJson(url, { ...bounds, timeoutMs: 50 })).rejects.toThrow(/abort|timeout/i);
  });

  it('fails on what is cut off or no JSON', async () => {
    answer = (_, response) => response.end('<html>');
    await expect(fetchIssuerJson(url, bounds)).rejects.toThrow(SyntaxError);
    answer = (_, response) => {
      response.writeHead(200, { 'content-length': '10' });
      response.write('{}', () => response.destroy());
    };
    await expect(fetchIssuerJson(url, bounds)).rejects.toThrow();
  });

  it('asks no host that is not public, whether named by address or by name', async () => {
    answer = (_, response) => response.end('{}');
    const { port } = server.address() as AddressInfo;
    const atHome = { ...bounds, network: 'public' as const };
    await expect(fetchIssuerJson(url, atHome)).rejects.toThrow('https://');
    await expect(fetchIssuerJson(`https://127.0.0.1:${port}/`, atHome)).rejects.toThrow('public host');
    await expect(fetchIssuerJson(`https://localhost:${port}/`, atHome)).rejects.toThrow('not a public host');
    expect(asked).toEqual([]);
  });
});
