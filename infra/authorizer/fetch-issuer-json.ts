import http from 'node:http';
import https from 'node:https';
import { type IssuerNetwork, issuerUrlFault, publicLookup } from './public-host.ts';

export interface FetchBounds {
  network: IssuerNetwork;
  timeoutMs: number;
  bytesMax: number;
}

export const issuerFetchBounds = { timeoutMs: 2_000, bytesMax: 64 * 1024 };

/** Gets a JSON document of an issuer; throws where there is no whole answer. */
export type FetchJson = (url: string) => Promise<IssuerAnswer>;

/** What an issuer answered: its status, and its JSON where that is 200. */
export interface IssuerAnswer {
  status: number;
  json?: unknown;
}

/**
 * Gets a JSON document from an issuer's host, which may be slow, huge, hostile or not what its name says. Follows
 * no redirect. Throws where there is no whole answer within the bounds.
 */
export function fetchIssuerJson(url: string, bounds: FetchBounds): Promise<IssuerAnswer> {
  const fault = issuerUrlFault(url, bounds.network);
  if (fault) return Promise.reject(new Error(`the URL ${url.slice(0, 100)} ${fault}`));
  const { get } = url.startsWith('https:') ? https : http;
  return new Promise((resolve, reject) => {
    const request = get(
      url,
      {
        signal: AbortSignal.timeout(bounds.timeoutMs),
        headers: { accept: 'application/json', 'accept-encoding': 'identity' },
        // No connection is kept: an issuer is asked once in many minutes.
        agent: false,
        ...(bounds.network === 'public' && { lookup: publicLookup }),
      },
      (response) => {
        const status = response.statusCode ?? 0;
        if (status !== 200) {
          response.destroy();
          return resolve({ status });
        }
        readJson(response, bounds.bytesMax).then((json) => resolve({ status, json }), reject);
      },
    );
    request.on('error', reject);
  });
}

async function readJson(response: http.IncomingMessage, bytesMax: number): Promise<unknown> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    // Leaving the loop destroys the response, and with it the connection.
    if (bytes > bytesMax) throw new Error(`the answer has more than ${bytesMax} bytes`);
    chunks.push(chunk);
  }
  return JSON.parse(Buffer.concat(chunks).toString('utf8'));
}

export const issuerFetch =
  (bounds: FetchBounds): FetchJson =>
  (url) =>
    fetchIssuerJson(url, bounds);
