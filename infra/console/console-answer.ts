import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';
import type { ConsoleFile, ConsoleFiles } from './console-files.ts';

/**
 * Nothing inline, nothing from elsewhere, in no frame, and no text of a tenant ever becomes markup: a browser that
 * knows Trusted Types refuses even the attempt.
 */
const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ');

const guards = {
  'content-security-policy': contentSecurityPolicy,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=()',
};

/** What is asked below /console. Relative addresses only: the deployment's URL has a stage before it. */
export function answerConsole(event: APIGatewayProxyEvent, files: ConsoleFiles): APIGatewayProxyResult {
  if (event.resource === '/console' && !event.path.endsWith('/')) {
    const headers = { ...guards, location: 'console/', 'cache-control': 'no-cache' };
    return { statusCode: 302, headers: { ...headers, 'content-type': 'text/plain' }, body: '' };
  }
  const file = files.get(event.resource === '/console' ? 'index.html' : (event.pathParameters?.proxy ?? ''));
  if (!file) {
    const headers = { ...guards, 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' };
    return { statusCode: 404, headers, body: 'There is no such file. The console is at /console/.\n' };
  }
  return answerFile(file, event);
}

function answerFile(file: ConsoleFile, event: APIGatewayProxyEvent): APIGatewayProxyResult {
  const headers = {
    ...guards,
    'content-type': file.contentType,
    'cache-control': file.isImmutable ? 'public, max-age=31536000, immutable' : 'no-cache',
    etag: file.etag,
    vary: 'accept-encoding',
  };
  if (
    header(event, 'if-none-match')
      .split(/\s*,\s*/)
      .includes(file.etag)
  ) {
    return { statusCode: 304, headers, body: '' };
  }
  if (!takesGzip(event)) return { statusCode: 200, headers, body: file.text };
  return {
    statusCode: 200,
    headers: { ...headers, 'content-encoding': 'gzip' },
    body: file.gzip.toString('base64'),
    isBase64Encoded: true,
  };
}

/** The gateway makes bytes of base64 only for who says what he accepts: anybody else gets the text as it is. */
const takesGzip = (event: APIGatewayProxyEvent): boolean =>
  header(event, 'accept') !== '' &&
  /\bgzip\b(?!\s*;\s*q=0(\.0*)?\s*(,|$))/i.test(header(event, 'accept-encoding'));

function header({ headers }: APIGatewayProxyEvent, name: string): string {
  const found = Object.entries(headers ?? {}).find(([key]) => key.toLowerCase() === name);
  return found?.[1] ?? '';
}
