import { gunzipSync, gzipSync } from 'node:zlib';
import type { APIGatewayProxyEvent } from 'aws-lambda';
import { describe, expect, it } from 'vitest';
import { createHandler } from '../../functions/serve-console.ts';
import type { ConsoleFile } from '../../infra/console/console-files.ts';

const file = (given: Pick<ConsoleFile, 'text' | 'contentType'> & Partial<ConsoleFile>): ConsoleFile => ({
  gzip: gzipSync(given.text),
  etag: `W/"${given.text.length}"`,
  isImmutable: false,
  ...given,
});

const files = new Map([
  ['index.html', file({ text: '<!doctype html>', contentType: 'text/html; charset=utf-8' })],
  ['assets/a.js', file({ text: 'let ä', contentType: 'text/javascript; charset=utf-8', isImmutable: true })],
]);

const handler = createHandler(() => files);

const ask = (path: string, headers: Record<string, string> = { accept: '*/*' }) => {
  const proxy = /^\/console\/(.+)$/.exec(path)?.[1];
  return handler({
    resource: proxy === undefined ? '/console' : '/console/{proxy+}',
    path,
    httpMethod: 'GET',
    headers,
    pathParameters: proxy === undefined ? null : { proxy },
  } as unknown as APIGatewayProxyEvent);
};

describe('serve-console', () => {
  it('answers its page, which is asked for again each time', async () => {
    const { statusCode, headers, body } = await ask('/console/');
    expect({ statusCode, body }).toEqual({ statusCode: 200, body: '<!doctype html>' });
    expect(headers).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-cache',
      etag: 'W/"15"',
    });
  });

  it('sends who left out the slash on, whatever stands before the path', async () => {
    const { statusCode, headers } = await ask('/console');
    expect({ statusCode, location: headers?.location }).toEqual({ statusCode: 302, location: 'console/' });
  });

  it('has what a name says never change kept for ever', async () => {
    const { headers } = await ask('/console/assets/a.js');
    expect(headers).toMatchObject({ 'cache-control': 'public, max-age=31536000, immutable' });
  });

  it('answers gzip to who takes it', async () => {
    const answer = await ask('/console/assets/a.js', { Accept: '*/*', 'Accept-Encoding': 'gzip, br' });
    expect(answer).toMatchObject({ isBase64Encoded: true, headers: { 'content-encoding': 'gzip' } });
    expect(gunzipSync(Buffer.from(answer.body, 'base64')).toString()).toBe('let ä');
  });

  it.each([
    ['does not take gzip', { accept: '*/*', 'accept-encoding': 'br' }],
    ['takes anything but gzip', { accept: '*/*', 'accept-encoding': 'br, gzip;q=0' }],
    // For him the gateway would leave base64 as it is.
    ['does not say what he accepts', { 'accept-encoding': 'gzip' }],
  ])('answers text to who %s', async (_, headers) => {
    const answer = await ask('/console/assets/a.js', headers);
    expect(answer.body).toBe('let ä');
    expect(answer.isBase64Encoded).toBeUndefined();
    expect(answer.headers).not.toHaveProperty('content-encoding');
  });

  it('answers 304 to who has it', async () => {
    const answer = await ask('/console/', { accept: '*/*', 'if-none-match': '"x", W/"15"' });
    expect(answer).toMatchObject({ statusCode: 304, body: '' });
  });

  it.each(['/console/nothing', '/console/../index.html', '/console/assets/', '/console/__proto__'])(
    'has nothing at %s',
    async (path) => {
      expect((await ask(path)).statusCode).toBe(404);
    },
  );

  it('lets a page do no more than it needs, whatever it answers', async () => {
    for (const path of ['/console', '/console/', '/console/assets/a.js', '/console/nothing']) {
      const { headers } = await ask(path);
      const policy = String(headers?.['content-security-policy']);
      expect(policy, path).toContain("default-src 'none'");
      expect(policy, path).toContain("frame-ancestors 'none'");
      expect(policy, path).not.toContain('unsafe');
      expect(headers, path).toMatchObject({
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'no-referrer',
      });
    }
  });
});
