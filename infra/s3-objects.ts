import { setTimeout as delay } from 'node:timers/promises';
import { AwsV4Signer } from 'aws4fetch';
import { type Backoff, fullJitterMs } from './full-jitter.ts';
import type { Random } from './random.ts';

const attemptsMax = 5;
/** An object of many megabytes takes a while; a connection that hangs must not take all of a Lambda's time. */
const attemptMsMax = 20_000;
const backoff: Backoff = { baseMs: 100, capMs: 2_000 };

export interface AwsCredentials {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken?: string | undefined;
}

export interface S3Bucket {
  bucket: string;
  region: string;
  /** Where it is not AWS. */
  endpoint?: string | undefined;
  /** Those of an SDK client (`client.config.credentials`), which renews them. */
  credentials: () => Promise<AwsCredentials>;
}

export interface StoredObject {
  key: string;
  bytes: number;
  /** Epoch milliseconds. */
  storedAt: number;
}

/**
 * The objects of one bucket. Every call may be repeated: a put replaces the object whole, a removal of what is not
 * there changes nothing. What passes by itself is tried again a few times; then the call throws.
 */
export interface S3Objects {
  put(key: string, body: string | Uint8Array, contentType?: string): Promise<void>;
  /** Undefined where there is no such object. */
  get(key: string): Promise<Uint8Array | undefined>;
  /** In the order of their keys. */
  list(prefix: string): AsyncIterable<StoredObject>;
  remove(key: string): Promise<void>;
}

export interface S3Pauses {
  random: Random;
  wait?: (ms: number) => Promise<unknown>;
}

/** Signs `fetch` itself: a few calls do not need the SDK's client, which would triple a bundle. */
export function s3Objects(place: S3Bucket, { random, wait = delay }: S3Pauses): S3Objects {
  async function call(request: S3Request): Promise<Response | undefined> {
    for (let attempt = 0; ; attempt += 1) {
      const answer = await callOnce(place, request);
      if (!('detail' in answer)) return answer.response;
      if (!answer.isPassing || attempt + 1 === attemptsMax) throw new Error(answer.detail);
      await wait(fullJitterMs(attempt, backoff, random));
    }
  }
  return {
    async put(key, body, contentType = 'application/json') {
      await call({ method: 'PUT', key, body, contentType });
    },
    async get(key) {
      const response = await call({ method: 'GET', key });
      return response && new Uint8Array(await response.arrayBuffer());
    },
    async *list(prefix) {
      let token: string | undefined;
      do {
        const query = { 'list-type': '2', prefix, ...(token && { 'continuation-token': token }) };
        const text = (await (await call({ method: 'GET', key: '', query }))?.text()) ?? '';
        yield* readContents(text);
        token = /<IsTruncated>true/.test(text) ? element(text, 'NextContinuationToken') : undefined;
      } while (token);
    },
    async remove(key) {
      await call({ method: 'DELETE', key });
    },
  };
}

interface S3Request {
  method: 'GET' | 'PUT' | 'DELETE';
  /** Empty for the bucket itself. */
  key: string;
  query?: Record<string, string>;
  body?: string | Uint8Array;
  contentType?: string;
}

type Answer = { response: Response | undefined } | { isPassing: boolean; detail: string };

async function callOnce(place: S3Bucket, request: S3Request): Promise<Answer> {
  const { method, body, contentType } = request;
  const url = urlOf(place, request);
  const signer = new AwsV4Signer({
    ...(await credentialsOf(place)),
    method,
    url,
    ...(contentType && { headers: { 'content-type': contentType } }),
    ...(body !== undefined && { body }),
    service: 's3',
    region: place.region,
  });
  const { headers } = await signer.sign();
  try {
    const signal = AbortSignal.timeout(attemptMsMax);
    const response = await fetch(url, {
      method,
      headers,
      signal,
      ...(body !== undefined && { body: body as Uint8Array<ArrayBuffer> }),
    });
    if (response.ok) return { response: await whole(response) };
    const answer = await response.text();
    const code = element(answer, 'Code') ?? '';
    if (method === 'GET' && response.status === 404 && code !== 'NoSuchBucket')
      return { response: undefined };
    const isPassing = response.status >= 500 || response.status === 429 || response.status === 408;
    return { isPassing, detail: `S3 refused ${method}: ${response.status} ${code}`.trim() };
  } catch (error) {
    const { name, cause } = error as Error;
    const code = (cause as { code?: unknown } | undefined)?.code ?? name;
    return { isPassing: true, detail: `S3 could not be reached to ${method}: ${String(code)}` };
  }
}

/** Read to its end while a failure on the way is still tried again. */
const whole = async (response: Response): Promise<Response> => new Response(await response.arrayBuffer());

/** Virtual-hosted on AWS; by path elsewhere, where no name but the endpoint's own may resolve. */
function urlOf({ bucket, region, endpoint }: S3Bucket, { key, query }: S3Request): string {
  const base = endpoint
    ? `${endpoint.replace(/\/$/, '')}/${bucket}`
    : `https://${bucket}.s3.${region}.amazonaws.com`;
  const path = key.split('/').map(encodeSegment).join('/');
  return `${base}/${path}${query ? `?${new URLSearchParams(query)}` : ''}`;
}

/** `=` may stand as it is, and makes the keys of a layout readable in a log. */
const encodeSegment = (segment: string): string => encodeURIComponent(segment).replaceAll('%3D', '=');

function* readContents(listing: string): Iterable<StoredObject> {
  for (const [, content = ''] of listing.matchAll(/<Contents>(.*?)<\/Contents>/gs)) {
    const key = element(content, 'Key');
    if (key === undefined) throw new Error('S3 listed an object without a key.');
    yield {
      key,
      bytes: Number(element(content, 'Size')),
      storedAt: Date.parse(element(content, 'LastModified') ?? ''),
    };
  }
}

const entities: Record<string, string> = { lt: '<', gt: '>', quot: '"', apos: "'", amp: '&' };

function element(xml: string, name: string): string | undefined {
  const text = new RegExp(`<${name}>([^<]*)</${name}>`).exec(xml)?.[1];
  return text?.replace(/&(?:#(x?)([0-9a-fA-F]+)|(\w+));/g, (whole, hex, code, entity) =>
    entity ? (entities[entity] ?? whole) : String.fromCodePoint(Number.parseInt(code, hex ? 16 : 10)),
  );
}

async function credentialsOf({ credentials }: S3Bucket) {
  const { accessKeyId, secretAccessKey, sessionToken } = await credentials();
  return { accessKeyId, secretAccessKey, ...(sessionToken !== undefined && { sessionToken }) };
}
