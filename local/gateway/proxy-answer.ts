import type { InvocationResult } from '../lambda/function-task.ts';
import { isBinaryType } from './proxy-event.ts';

/** A handler's answer as it goes to the client. */
export interface ProxyAnswer {
  status: number;
  headers: [name: string, value: string][];
  body: Buffer;
}

/** Headers that the gateway keeps for itself; a handler's go out under this prefix. */
const remapped = new Set([
  'authorization',
  'connection',
  'content-length',
  'date',
  'host',
  'server',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'www-authenticate',
]);

/**
 * Reads what a Lambda proxy integration answered. Undefined where it is not of the form that the gateway takes:
 * `statusCode` an integer, `body` a text, headers texts, numbers or booleans.
 */
export function readProxyAnswer(
  { payload, functionError }: InvocationResult,
  accept: string | undefined,
  binaryMediaTypes: string[],
): ProxyAnswer | undefined {
  if (functionError) return undefined;
  const answer = JSON.parse(payload);
  if (answer === null || typeof answer !== 'object') return undefined;
  const { statusCode, body = '', headers = {}, multiValueHeaders = {}, isBase64Encoded = false } = answer;
  const status = Number(statusCode);
  if (!Number.isInteger(status) || status < 100 || status > 599) return undefined;
  if (body !== null && typeof body !== 'string') return undefined;
  const pairs = headerPairs(headers ?? {}, multiValueHeaders ?? {});
  if (!pairs) return undefined;
  if (!pairs.some(([name]) => name.toLowerCase() === 'content-type'))
    pairs.push(['content-type', 'application/json']);
  const isDecoded = isBase64Encoded === true && isBinaryType(binaryMediaTypes, accept?.split(',')[0]);
  return { status, headers: pairs, body: Buffer.from(body ?? '', isDecoded ? 'base64' : 'utf8') };
}

function headerPairs(single: object, multiple: object): [string, string][] | undefined {
  const many = new Set(Object.keys(multiple).map((name) => name.toLowerCase()));
  const pairs: [string, unknown][] = Object.entries(single).filter(([name]) => !many.has(name.toLowerCase()));
  for (const [name, values] of Object.entries(multiple)) {
    for (const value of Array.isArray(values) ? values : [undefined]) pairs.push([name, value]);
  }
  if (!pairs.every(([, value]) => ['string', 'number', 'boolean'].includes(typeof value))) return undefined;
  return pairs.map(([name, value]) => [
    remapped.has(name.toLowerCase()) ? `x-amzn-remapped-${name.toLowerCase()}` : name,
    String(value),
  ]);
}
