import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  checkApiKey,
  drawApiKey,
  formatApiKey,
  keyIdTenant,
  parseApiKey,
} from '../../../domain/tenancy/api-key.ts';
import type { ApiKey } from '../../../domain/tenancy/tenant-directory.ts';

const tenantId = fc.stringMatching(/^[A-Za-z0-9_-]{1,64}$/);
const random = fc.uint8Array({ minLength: 44, maxLength: 44 });

function draw(tenant: string, bits: Uint8Array) {
  let at = 0;
  return drawApiKey(tenant, (count) => {
    at += count;
    return bits.subarray(at - count, at);
  });
}

describe('an API key', () => {
  it('is read back for any tenant and any chance', () => {
    fc.assert(
      fc.property(tenantId, random, (tenant, bits) => {
        const { keyId, secret } = draw(tenant, bits);
        expect(parseApiKey(formatApiKey(keyId, secret))).toEqual({ keyId, tenantId: tenant, secret });
        expect(keyIdTenant(keyId)).toBe(tenant);
      }),
    );
  });

  it('keeps all 256 bits of its secret', () => {
    const secretOf = (...last: number[]) =>
      drawApiKey('T', (count) =>
        Uint8Array.from({ length: count }, (_, at) => last[at - count + last.length] ?? 0),
      ).secret;
    expect(secretOf(0)).toBe('0'.repeat(43));
    expect(secretOf(61)).toBe(`${'0'.repeat(42)}z`);
    expect(secretOf(1, 0)).toBe(`${'0'.repeat(41)}48`);
    expect(drawApiKey('T', (count) => new Uint8Array(count).fill(255)).secret).toHaveLength(43);
  });

  it('is nothing else, and nothing makes the reading throw', () => {
    for (const text of ['', 'tg_', 'tg_a_b', 'tg_T-aaaaaaaaaaa1_', `tg_-aaaaaaaaaaaa_${'a'.repeat(43)}`]) {
      expect(parseApiKey(text)).toBeUndefined();
    }
    fc.assert(fc.property(fc.string(), (text) => parseApiKey(text) === undefined));
    expect(keyIdTenant('T001')).toBeUndefined();
    expect(keyIdTenant('T#1-aaaaaaaaaaaa')).toBeUndefined();
  });
});

describe('checkApiKey', () => {
  const key: ApiKey = {
    keyId: 'T001-aaaaaaaaaaaa',
    tenantId: 'T001',
    secretHash: 'ab'.repeat(32),
    scopes: ['ingest'],
    devices: ['d'],
    createdAt: 0,
  };

  it('grants what stands in the key to the right secret alone', () => {
    expect(checkApiKey(key, key.secretHash)).toEqual({
      tenantId: 'T001',
      scopes: ['ingest'],
      devices: ['d'],
    });
    expect(checkApiKey(undefined, key.secretHash)).toBeUndefined();
    expect(checkApiKey({ ...key, revokedAt: 5 }, key.secretHash)).toBeUndefined();
    for (const wrong of ['', 'ab', `${'ab'.repeat(31)}ac`, `${key.secretHash}ab`, 'b'.repeat(64)]) {
      expect(checkApiKey(key, wrong)).toBeUndefined();
    }
  });
});
