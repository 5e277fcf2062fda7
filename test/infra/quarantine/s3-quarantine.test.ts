import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Quarantined } from '../../../domain/quarantine/quarantine.ts';
import { s3Quarantine } from '../../../infra/quarantine/s3-quarantine.ts';
import type { S3Bucket } from '../../../infra/s3-objects.ts';

const item: Quarantined = {
  tenantId: 'T001',
  reason: 'undecodable',
  detail: 'the line is not JSON',
  consumer: 'record-usage',
  position: { shardId: 'shardId-000000000000', sequenceNumber: '495', arrivedAt: Date.UTC(2026, 10, 21) },
  bytes: Buffer.from('garbage'),
};

const credentials = async () => ({ accessKeyId: 'AKID', secretAccessKey: 'secret', sessionToken: 'session' });
const bucket: S3Bucket = { bucket: 'kept', region: 'eu-central-1', credentials };

/** An S3 that gives these answers one after the other: a status, or the error of a broken line. */
function put(answers: (number | Error)[], place: S3Bucket = bucket) {
  const requests: { url: string; headers: Headers; body: string }[] = [];
  vi.stubGlobal('fetch', async (url: string, { headers, body }: { headers: Headers; body: string }) => {
    const answer = answers[requests.length] ?? 200;
    requests.push({ url, headers, body });
    if (answer instanceof Error) throw answer;
    return new Response(answer === 200 ? '' : '<Error><Code>SlowDown</Code></Error>', { status: answer });
  });
  const pauses: number[] = [];
  const wait = async (ms: number) => pauses.push(ms);
  const quarantine = s3Quarantine(place, { random: () => 0.5, wait });
  return { done: quarantine.put(item, Date.UTC(2026, 10, 22)), requests, pauses };
}

afterEach(() => vi.unstubAllGlobals());

describe('s3Quarantine', () => {
  it('puts one signed object on the bucket’s own host', async () => {
    const { done, requests } = put([]);
    await done;
    expect(requests).toHaveLength(1);
    expect(requests[0]?.url).toMatch(
      /^https:\/\/kept\.s3\.eu-central-1\.amazonaws\.com\/tenant=T001\/day=2026-11-21\/reason=undecodable\//,
    );
    expect(requests[0]?.headers.get('authorization')).toMatch(
      /^AWS4-HMAC-SHA256 Credential=AKID\/\d{8}\/eu-central-1\/s3\//,
    );
    expect(requests[0]?.headers.get('x-amz-security-token')).toBe('session');
    expect(JSON.parse(requests[0]!.body)).toEqual({
      ...item,
      position: { ...item.position, arrivedAt: '2026-11-21T00:00:00.000Z' },
      quarantinedAt: '2026-11-22T00:00:00.000Z',
      bytes: Buffer.from('garbage').toString('base64'),
    });
  });

  it('goes by path to any other endpoint', async () => {
    const { done, requests } = put([], { ...bucket, endpoint: 'http://127.0.0.1:4566/' });
    await done;
    expect(requests[0]?.url).toMatch(/^http:\/\/127\.0\.0\.1:4566\/kept\/tenant=T001\//);
  });

  it('tries again what passes, with pauses that grow', async () => {
    const broken = Object.assign(new TypeError('fetch failed'), { cause: { code: 'ECONNREFUSED' } });
    const { done, requests, pauses } = put([503, 500, broken, 429]);
    await done;
    expect(requests).toHaveLength(5);
    expect(pauses).toEqual([50, 100, 200, 400]);
    expect(new Set(requests.map(({ url }) => url)).size).toBe(1);
  });

  it('throws once its tries are used up, and says why', async () => {
    const { done, requests } = put([503, 503, 503, 503, 503]);
    await expect(done).rejects.toThrow('S3 refused PUT: 503 SlowDown');
    expect(requests).toHaveLength(5);
    const broken = Object.assign(new TypeError('fetch failed'), { cause: { code: 'ECONNREFUSED' } });
    await expect(put(new Array(5).fill(broken)).done).rejects.toThrow(
      'S3 could not be reached to PUT: ECONNREFUSED',
    );
  });

  it('throws at once what does not pass', async () => {
    const { done, requests } = put([403]);
    await expect(done).rejects.toThrow('S3 refused PUT: 403');
    expect(requests).toHaveLength(1);
  });
});
