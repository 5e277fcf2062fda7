import { createLocalJWKSet, errors, type JSONWebKeySet, type JWTVerifyGetKey } from 'jose';
import type { Clock } from '../clock.ts';
import type { FetchJson } from './fetch-issuer-json.ts';

/** The keys that an issuer signs with. `keyFor` throws jose's JWKSNoMatchingKey where it has none of this kind. */
export interface IssuerKeys {
  keyFor(issuerUrl: string): JWTVerifyGetKey;
}

export const issuerKeyTimes = {
  /** Keys are asked for again after this. */
  freshMs: 10 * 60_000,
  /** While the issuer does not answer, its former keys hold this long. */
  staleMs: 60 * 60_000,
  /** A token with an unknown `kid` is a reason to ask once in this time, however many there are. */
  unknownKidMs: 60_000,
  /** An issuer that did not answer is asked again after this. */
  failedMs: 5_000,
};

const issuersMax = 500;

interface Entry {
  keys?: JWTVerifyGetKey;
  fetchedAt: number;
  attemptedAt: number;
  pending?: Promise<void> | undefined;
}

/** Keeps the keys of the issuers that are in use, and asks for them no oftener than `issuerKeyTimes` says. */
export function issuerKeys({ clock, fetchJson }: { clock: Clock; fetchJson: FetchJson }): IssuerKeys {
  const entries = new Map<string, Entry>();

  function entryOf(issuerUrl: string): Entry {
    const entry = entries.get(issuerUrl) ?? {
      fetchedAt: Number.NEGATIVE_INFINITY,
      attemptedAt: Number.NEGATIVE_INFINITY,
    };
    // Set anew, so that the first of the map is the one whose last use is longest ago.
    entries.delete(issuerUrl);
    entries.set(issuerUrl, entry);
    const [oldest] = entries.keys();
    if (entries.size > issuersMax && oldest !== undefined) entries.delete(oldest);
    return entry;
  }

  /** Asks for the keys unless that was done within `waitMs`. Throws where nothing usable is left. */
  async function refresh(issuerUrl: string, entry: Entry, waitMs: number): Promise<void> {
    const now = clock();
    if (!entry.pending && now - entry.attemptedAt >= waitMs) {
      entry.attemptedAt = now;
      entry.pending = fetchKeys(issuerUrl, fetchJson)
        .then((keys) => Object.assign(entry, { keys, fetchedAt: now }))
        .then(() => {})
        .finally(() => {
          entry.pending = undefined;
        });
    }
    await entry.pending?.catch((error) => {
      if (!entry.keys) throw error;
    });
    if (!entry.keys || clock() - entry.fetchedAt >= issuerKeyTimes.staleMs) {
      throw new Error(`The keys of ${issuerUrl} cannot be had now.`);
    }
  }

  return {
    keyFor: (issuerUrl) => async (header, token) => {
      const entry = entryOf(issuerUrl);
      if (!entry.keys || clock() - entry.fetchedAt >= issuerKeyTimes.freshMs) {
        await refresh(issuerUrl, entry, issuerKeyTimes.failedMs);
      }
      const keys = entry.keys as JWTVerifyGetKey;
      try {
        return await keys(header, token);
      } catch (error) {
        if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
        await refresh(issuerUrl, entry, issuerKeyTimes.unknownKidMs);
        if (entry.keys === keys) throw error;
        return (entry.keys as JWTVerifyGetKey)(header, token);
      }
    },
  };
}

/**
 * Where the keys are stands in the issuer's OpenID configuration; an issuer without one has them at
 * `/.well-known/jwks.json`.
 */
async function fetchKeys(issuerUrl: string, fetchJson: FetchJson): Promise<JWTVerifyGetKey> {
  const base = issuerUrl.replace(/\/$/, '');
  const discovery = await fetchJson(`${base}/.well-known/openid-configuration`);
  const keysUrl =
    discovery.status === 200 ? keysUrlIn(discovery.json, issuerUrl) : `${base}/.well-known/jwks.json`;
  const answer = await fetchJson(keysUrl);
  if (answer.status !== 200) throw new Error(`${keysUrl} answered ${answer.status}`);
  return createLocalJWKSet(answer.json as JSONWebKeySet);
}

function keysUrlIn(configuration: unknown, issuerUrl: string): string {
  const { issuer, jwks_uri } = (configuration ?? {}) as { issuer?: unknown; jwks_uri?: unknown };
  if (issuer !== issuerUrl || typeof jwks_uri !== 'string') {
    throw new Error(`The OpenID configuration of ${issuerUrl} names another issuer or no jwks_uri.`);
  }
  return jwks_uri;
}
