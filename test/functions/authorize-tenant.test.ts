import type { APIGatewayAuthorizerResult } from 'aws-lambda';
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT, UnsecuredJWT } from 'jose';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { drawApiKey, formatApiKey } from '../../domain/tenancy/api-key.ts';
import { memoryTenantDirectory } from '../../domain/tenancy/memory-tenant-directory.ts';
import type { ApiKey, Issuer, TenantDirectory } from '../../domain/tenancy/tenant-directory.ts';
import { hashSecret } from '../../infra/authorizer/api-key-verifier.ts';

vi.hoisted(() => {
  Object.assign(process.env, { TENANTS_TABLE: 'tenants', ISSUER_NETWORK: 'public' });
});
const { createHandler } = await import('../../functions/authorize-tenant.ts');

const methodArn = 'arn:aws:execute-api:eu-central-1:123456789012:a1b2c3/prod/GET/v1/whoami';
const start = Date.parse('2026-11-21T10:00:00Z');
const second = 1_000;

/** The directory, and what was asked of it. */
function counted(directory: TenantDirectory) {
  const asked: string[] = [];
  const faults = { noteUse: undefined as Error | undefined, find: undefined as Error | undefined };
  const watched: TenantDirectory = {
    ...directory,
    find: async (id) => {
      asked.push(`tenant ${id}`);
      if (faults.find) throw faults.find;
      return directory.find(id);
    },
    findKey: async (id) => {
      asked.push(`key ${id}`);
      return directory.findKey(id);
    },
    findTenantClaim: async (url) => {
      asked.push(`issuer ${url}`);
      return directory.findTenantClaim(url);
    },
    noteUse: async (id, day) => {
      asked.push(`note ${day}`);
      if (faults.noteUse) throw faults.noteUse;
      return directory.noteUse(id, day);
    },
  };
  return { watched, asked, faults };
}

interface Stand {
  directory: TenantDirectory;
  asked: string[];
  faults: { noteUse: Error | undefined; find: Error | undefined };
  fetched: string[];
  /** What issuers answer, by URL. */
  documents: Map<string, unknown>;
  logged: unknown[];
  authorize(credential: string): Promise<APIGatewayAuthorizerResult>;
  advance(ms: number): void;
  now(): number;
}

async function stand(): Promise<Stand> {
  const directory = memoryTenantDirectory();
  for (const tenantId of ['T001', 'T002', 'a_b-c']) {
    await directory.createOnce({
      tenantId,
      createdAt: start,
      rate: 'standard',
      gatewayKey: `gateway-${tenantId}`,
      topics: {},
      issuers: [],
    });
  }
  const { watched, asked, faults } = counted(directory);
  const fetched: string[] = [];
  const documents = new Map<string, unknown>();
  const logged: unknown[] = [];
  let now = start;
  const log = (...line: unknown[]) => void logged.push(line);
  const handler = createHandler({
    directory: watched,
    fetchJson: async (url) => {
      fetched.push(url);
      const json = documents.get(url);
      if (json instanceof Error) throw json;
      return json === undefined ? { status: 404 } : { status: 200, json };
    },
    clock: () => now,
    logger: { info: log, warn: log },
  });
  return {
    directory,
    asked,
    faults,
    fetched,
    documents,
    logged,
    authorize: (credential) =>
      handler({ type: 'TOKEN', authorizationToken: `Bearer ${credential}`, methodArn }),
    advance: (ms) => {
      now += ms;
    },
    now: () => now,
  };
}

let at: Stand;
beforeEach(async () => {
  at = await stand();
});

let drawn = 0;
const bytes = (count: number) => Uint8Array.from({ length: count }, () => (drawn++ * 7919) % 256);

async function issue(tenantId: string, more: Partial<ApiKey> = {}): Promise<{ keyId: string; key: string }> {
  const { keyId, secret } = drawApiKey(tenantId, bytes);
  const secretHash = hashSecret(secret);
  await at.directory.addKey({ keyId, tenantId, secretHash, scopes: ['ingest'], createdAt: start, ...more });
  return { keyId, key: formatApiKey(keyId, secret) };
}

const refusal = (credential: string) =>
  at.authorize(credential).then(
    () => 'accepted',
    (error: Error) => error.message,
  );

describe('an API key', () => {
  it('is answered with its tenant, scopes and bounds, and the gateway key of its tenant', async () => {
    const { keyId, key } = await issue('T001', { accounts: ['a'], devices: ['d'] });
    const result = await at.authorize(key);
    expect(result).toMatchObject({
      principalId: keyId,
      usageIdentifierKey: 'gateway-T001',
      context: { tenantId: 'T001', scopes: 'ingest', accounts: '["a"]', devices: '["d"]' },
    });
    expect(JSON.stringify(result.policyDocument)).toContain('prod/POST/v1/tenants/T001/events');
  });

  it('may belong to a tenant whose id looks like the parts of a key', async () => {
    const { key } = await issue('a_b-c');
    expect((await at.authorize(key)).context).toMatchObject({ tenantId: 'a_b-c' });
  });

  it('is refused where anything of it is wrong, alike and without a read for what can be no key', async () => {
    const { keyId, key } = await issue('T001');
    const { key: others } = await issue('T002');
    const wrong = [
      ...[
        '',
        'tg_',
        'tg_x',
        `${key}x`,
        key.slice(0, -1),
        key.toUpperCase(),
        `x${key}`,
        key.replace('tg_', 'tg'),
      ],
      ...[`tg_${'x'.repeat(9_000)}`, `${key} ${key}`],
    ];
    for (const credential of wrong) expect(await refusal(credential)).toBe('Unauthorized');
    expect(at.asked).toEqual([]);
    const otherSecret = formatApiKey(keyId, others.slice(-43));
    const otherTenant = key.replace('T001', 'T002');
    for (const credential of [otherSecret, otherTenant])
      expect(await refusal(credential)).toBe('Unauthorized');
    expect(await refusal(key)).toBe('accepted');
  });

  it('is refused where its tenant is gone', async () => {
    const { key } = await issue('T404');
    expect(await refusal(key)).toBe('Unauthorized');
  });

  it('stops within a minute of its end, the gateway having kept the last answer for 30 s', async () => {
    const { keyId, key } = await issue('T001');
    const gatewayTtl = 30 * second;
    let kept = { until: 0, isAllowed: false };
    const throughGateway = async () => {
      if (at.now() >= kept.until) {
        kept = { until: at.now() + gatewayTtl, isAllowed: (await refusal(key)) === 'accepted' };
      }
      return kept.isAllowed;
    };
    for (const aheadMs of [0, 1, 9_999, 19_999, 29_999]) {
      expect(await refusal(key)).toBe('accepted');
      at.advance(aheadMs);
    }
    expect(await throughGateway()).toBe(true);
    const revokedAt = at.now();
    await at.directory.revokeKey(keyId, revokedAt);
    let lastAllowed = revokedAt;
    for (; at.now() < revokedAt + 120 * second; at.advance(100)) {
      if (await throughGateway()) lastAllowed = at.now();
    }
    expect(lastAllowed - revokedAt).toBeGreaterThan(0);
    expect(lastAllowed - revokedAt).toBeLessThan(60 * second);
  });

  it('costs one read of each kind while it is kept', async () => {
    const { keyId, key } = await issue('T001');
    for (let request = 0; request < 10; request += 1) await at.authorize(key);
    expect(at.asked).toEqual([`key ${keyId}`, 'tenant T001', 'note 2026-11-21']);
  });

  it('that is probed in vain costs a read in 5 s, and works 5 s after it came into being', async () => {
    const { keyId, secret } = drawApiKey('T001', bytes);
    const key = formatApiKey(keyId, secret);
    for (let request = 0; request < 100; request += 1) expect(await refusal(key)).toBe('Unauthorized');
    expect(at.asked).toEqual([`key ${keyId}`]);
    await at.directory.addKey({
      keyId,
      tenantId: 'T001',
      secretHash: hashSecret(secret),
      scopes: ['read'],
      createdAt: start,
    });
    at.advance(5 * second);
    expect(await refusal(key)).toBe('accepted');
  });

  it('has its day of use noted once a day', async () => {
    const { keyId, key } = await issue('T001');
    for (let hours = 0; hours < 30; hours += 1) {
      await at.authorize(key);
      at.advance(3_600 * second);
    }
    expect(at.asked.filter((what) => what.startsWith('note'))).toEqual([
      'note 2026-11-21',
      'note 2026-11-22',
    ]);
    expect((await at.directory.findKey(keyId))?.lastUsedDay).toBe('2026-11-22');
  });

  it('is accepted though its day of use cannot be noted, which is tried again', async () => {
    const { keyId, key } = await issue('T001');
    at.faults.noteUse = new Error('throttled');
    expect(await refusal(key)).toBe('accepted');
    at.faults.noteUse = undefined;
    expect(await refusal(key)).toBe('accepted');
    expect((await at.directory.findKey(keyId))?.lastUsedDay).toBe('2026-11-21');
  });

  it('is neither accepted nor refused where that cannot be known now', async () => {
    const { key } = await issue('T001');
    at.faults.find = new Error('throttled');
    expect(await refusal(key)).toBe('throttled');
    at.faults.find = undefined;
    expect(await refusal(key)).toBe('accepted');
  });

  it('never stands in the log, nor does its secret', async () => {
    const { key } = await issue('T001');
    await at.authorize(key);
    await refusal(`${key.slice(0, -1)}!`);
    await refusal(key.replace('T001', 'T002'));
    expect(at.logged.length).toBeGreaterThan(2);
    expect(JSON.stringify(at.logged)).not.toContain(key.slice(-43));
  });
});

const url = 'https://id.example.com/realm';
const issuer: Issuer = { url, audience: 'tidegate', tenantClaim: 'tenant', scopeClaim: 'scope' };

async function addIssuer(tenantId: string, one = issuer): Promise<void> {
  const tenant = await at.directory.find(tenantId);
  if (!tenant) throw new Error(tenantId);
  await at.directory.update({ ...tenant, issuers: [...tenant.issuers, one] });
  await at.directory.putTenantClaim(one.url, one.tenantClaim);
}

const pair = await generateKeyPair('ES256', { extractable: true });
const otherPair = await generateKeyPair('ES256', { extractable: true });
const jwk = async (keys: typeof pair, kid: string) => ({
  ...(await exportJWK(keys.publicKey)),
  kid,
  alg: 'ES256',
});

const claims = (more: JWTPayload = {}): JWTPayload => ({
  iss: url,
  aud: 'tidegate',
  sub: 'somebody',
  tenant: 'T001',
  scope: 'openid read ingest',
  exp: at.now() / second + 300,
  ...more,
});

const sign = (payload: JWTPayload, { keys = pair, kid = 'k1' } = {}) =>
  new SignJWT(payload).setProtectedHeader({ alg: 'ES256', kid }).sign(keys.privateKey);

describe('a JWT', () => {
  beforeEach(async () => {
    at.documents.set(`${url}/.well-known/openid-configuration`, { issuer: url, jwks_uri: `${url}/keys` });
    at.documents.set(`${url}/keys`, { keys: [await jwk(pair, 'k1')] });
    await addIssuer('T001');
  });

  it("of the tenant's issuer is answered with what its claims say, and its end", async () => {
    const result = await at.authorize(await sign(claims()));
    expect(result).toMatchObject({
      usageIdentifierKey: 'gateway-T001',
      context: { tenantId: 'T001', scopes: 'ingest read', expiresAt: String(start + 300 * second) },
    });
    expect(result.principalId).toMatch(/^jwt-[0-9a-f]{32}$/);
  });

  it('may list its scopes, and have none that is ours', async () => {
    const listed = await at.authorize(await sign(claims({ scope: ['manage', 5] })));
    expect(listed.context).toMatchObject({ scopes: 'manage' });
    const none = await at.authorize(await sign(claims({ scope: { manage: true } })));
    expect(none.context).toMatchObject({ scopes: '' });
    expect(JSON.stringify(none.policyDocument)).not.toContain('tenants');
  });

  it.each<[string, JWTPayload]>([
    ['another audience', { aud: 'other' }],
    ['no audience', { aud: undefined as never }],
    ['no end', { exp: undefined as never }],
    ['an end in the past', { exp: start / second - 1 }],
    ['its end now', { exp: start / second }],
    ['a beginning in the future', { nbf: start / second + 60 }],
    ['no tenant', { tenant: undefined }],
    ['a tenant that is no id', { tenant: 'T001/../T002' }],
    ['a tenant that is no text', { tenant: ['T001'] }],
    ['a tenant whose issuer it is not', { tenant: 'T002' }],
    ['a tenant that there is not', { tenant: 'T404' }],
    ['another issuer', { iss: 'https://id.example.com' }],
    ['no issuer', { iss: undefined as never }],
    ['an issuer without end', { iss: `https://${'x'.repeat(3_000)}` }],
  ])('with %s is refused', async (_, change) => {
    expect(await refusal(await sign(claims(change)))).toBe('Unauthorized');
  });

  it('is refused without a signature, with a foreign one, or one made of the public key', async () => {
    const unsigned = new UnsecuredJWT(claims()).encode();
    expect(await refusal(unsigned)).toBe('Unauthorized');
    expect(await refusal(`${unsigned}x`)).toBe('Unauthorized');
    expect(await refusal(await sign(claims(), { keys: otherPair }))).toBe('Unauthorized');
    const publicKey = new TextEncoder().encode(JSON.stringify(await jwk(pair, 'k1')));
    const confused = await new SignJWT(claims())
      .setProtectedHeader({ alg: 'HS256', kid: 'k1' })
      .sign(publicKey);
    expect(await refusal(confused)).toBe('Unauthorized');
    const token = await sign(claims());
    const [header, , signature] = token.split('.');
    const forged = btoa(JSON.stringify(claims({ scope: 'manage' }))).replaceAll('=', '');
    expect(await refusal(`${header}.${forged}.${signature}`)).toBe('Unauthorized');
    expect(await refusal('a.b.c')).toBe('Unauthorized');
  });

  it('is not accepted for another tenant of the same issuer than it claims', async () => {
    await addIssuer('T002', { ...issuer, audience: 'second' });
    expect(await refusal(await sign(claims({ tenant: 'T002' })))).toBe('Unauthorized');
    const result = await at.authorize(await sign(claims({ tenant: 'T002', aud: 'second' })));
    expect(result.context).toMatchObject({ tenantId: 'T002' });
  });

  it('stops within a minute once its issuer is taken from the tenant', async () => {
    const token = await sign(claims());
    await at.authorize(token);
    const tenant = await at.directory.find('T001');
    if (tenant) await at.directory.update({ ...tenant, issuers: [] });
    at.advance(20 * second);
    expect(await refusal(token)).toBe('Unauthorized');
  });

  it('of a host that nobody set as issuer makes us ask nobody', async () => {
    await refusal(await sign(claims({ iss: 'https://169.254.169.254/' })));
    expect(at.fetched).toEqual([]);
  });

  it('is verified with keys that are asked for once in ten minutes', async () => {
    for (let request = 0; request < 50; request += 1) await at.authorize(await sign(claims()));
    expect(at.fetched).toHaveLength(2);
    at.advance(10 * 60 * second);
    await at.authorize(await sign(claims()));
    expect(at.fetched).toHaveLength(4);
  });

  it('with an unknown kid makes us ask once a minute, however many there are', async () => {
    await at.authorize(await sign(claims()));
    at.fetched.length = 0;
    at.advance(60 * second);
    for (let probe = 0; probe < 200; probe += 1) {
      expect(await refusal(await sign(claims(), { keys: otherPair, kid: `k${probe + 2}` }))).toBe(
        'Unauthorized',
      );
      at.advance(second / 2);
    }
    expect(at.fetched.filter((one) => one.endsWith('/keys'))).toHaveLength(2);
    expect(await refusal(await sign(claims()))).toBe('accepted');
  });

  it('with a new kid is accepted once the issuer shows it', async () => {
    await at.authorize(await sign(claims()));
    at.documents.set(`${url}/keys`, { keys: [await jwk(pair, 'k1'), await jwk(otherPair, 'k2')] });
    at.advance(60 * second);
    expect(await refusal(await sign(claims(), { keys: otherPair, kid: 'k2' }))).toBe('accepted');
  });

  it('is neither accepted nor refused while the issuer does not answer; known keys hold an hour', async () => {
    at.documents.set(`${url}/.well-known/openid-configuration`, new Error('timed out'));
    expect(await refusal(await sign(claims()))).toBe('timed out');
    at.documents.set(`${url}/.well-known/openid-configuration`, { issuer: url, jwks_uri: `${url}/keys` });
    at.advance(5 * second);
    expect(await refusal(await sign(claims()))).toBe('accepted');
    at.documents.set(`${url}/.well-known/openid-configuration`, new Error('timed out'));
    at.advance(30 * 60 * second);
    expect(await refusal(await sign(claims()))).toBe('accepted');
    at.advance(31 * 60 * second);
    expect(await refusal(await sign(claims()))).toContain('cannot be had now');
  });

  it('of an issuer without OpenID configuration is verified with its jwks.json', async () => {
    at.documents.delete(`${url}/.well-known/openid-configuration`);
    at.documents.set(`${url}/.well-known/jwks.json`, { keys: [await jwk(pair, 'k1')] });
    expect(await refusal(await sign(claims()))).toBe('accepted');
  });

  it('of an issuer whose configuration is that of another is not accepted', async () => {
    at.documents.set(`${url}/.well-known/openid-configuration`, {
      issuer: 'https://x',
      jwks_uri: `${url}/keys`,
    });
    expect(await refusal(await sign(claims()))).toContain('names another issuer');
  });
});
