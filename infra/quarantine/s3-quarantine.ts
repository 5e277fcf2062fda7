import { createHash } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { AwsV4Signer } from 'aws4fetch';
import { type Quarantine, type Quarantined, quarantineKey } from '../../domain/quarantine/quarantine.ts';
import { type Backoff, fullJitterMs } from '../full-jitter.ts';
import type { Random } from '../random.ts';

const attemptsMax = 5;
const attemptMsMax = 5_000;
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

/** What is stored: the item with its bytes in base64. */
export interface QuarantineObject extends Omit<Quarantined, 'bytes' | 'position'> {
  position: { shardId: string; sequenceNumber: string; arrivedAt: string };
  quarantinedAt: string;
  bytes: string;
}

export function encodeQuarantineObject(item: Quarantined, quarantinedAt: number): QuarantineObject {
  return {
    ...item,
    position: { ...item.position, arrivedAt: new Date(item.position.arrivedAt).toISOString() },
    quarantinedAt: new Date(quarantinedAt).toISOString(),
    bytes: Buffer.from(item.bytes).toString('base64'),
  };
}

/** Tells the lines of one record apart; 48 bits do for the few that one record has. */
export const digestOf = (bytes: Uint8Array): string =>
  createHash('sha256').update(bytes).digest('hex').slice(0, 12);

/**
 * The quarantine in an S3 bucket. Signs `fetch` itself: a put of one object does not need the SDK's client, which
 * would triple the bundle.
 */
export function s3Quarantine(
  place: S3Bucket,
  { random, wait = delay }: { random: Random; wait?: (ms: number) => Promise<unknown> },
): Quarantine {
  return {
    async put(item, quarantinedAt) {
      const url = objectUrl(place, quarantineKey(item, digestOf(item.bytes)));
      const body = JSON.stringify(encodeQuarantineObject(item, quarantinedAt));
      for (let attempt = 0; ; attempt += 1) {
        const refusal = await putOnce(place, url, body);
        if (refusal === undefined) return;
        if (!refusal.isPassing || attempt + 1 === attemptsMax) throw new Error(refusal.detail);
        await wait(fullJitterMs(attempt, backoff, random));
      }
    },
  };
}

/** Virtual-hosted on AWS; by path elsewhere, where no name but the endpoint's own may resolve. */
function objectUrl({ bucket, region, endpoint }: S3Bucket, key: string): string {
  const base = endpoint
    ? `${endpoint.replace(/\/$/, '')}/${bucket}`
    : `https://${bucket}.s3.${region}.amazonaws.com`;
  return `${base}/${key}`;
}

interface Refusal {
  isPassing: boolean;
  detail: string;
}

async function putOnce(place: S3Bucket, url: string, body: string): Promise<Refusal | undefined> {
  const signer = new AwsV4Signer({
    ...(await credentialsOf(place)),
    method: 'PUT',
    url,
    headers: { 'content-type': 'application/json' },
    body,
    service: 's3',
    region: place.region,
  });
  const { method, headers } = await signer.sign();
  try {
    const signal = AbortSignal.timeout(attemptMsMax);
    const response = await fetch(url, { method, headers, body, signal });
    const answer = await response.text();
    if (response.ok) return undefined;
    const isPassing = response.status >= 500 || response.status === 429 || response.status === 408;
    const code = /<Code>(\w+)<\/Code>/.exec(answer)?.[1] ?? '';
    return { isPassing, detail: `S3 refused to quarantine: ${response.status} ${code}`.trim() };
  } catch (error) {
    const { name, cause } = error as Error;
    const code = (cause as { code?: unknown } | undefined)?.code ?? name;
    return { isPassing: true, detail: `S3 could not be reached to quarantine: ${String(code)}` };
  }
}

async function credentialsOf({ credentials }: S3Bucket) {
  const { accessKeyId, secretAccessKey, sessionToken } = await credentials();
  return { accessKeyId, secretAccessKey, ...(sessionToken !== undefined && { sessionToken }) };
}
