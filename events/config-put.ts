import type { Put } from '../domain/tenancy/put-settings.ts';
import type { TenantSettings } from '../domain/tenancy/tenant-config.ts';
import { parseTenantSettings } from '../domain/tenancy/tenant-settings.ts';
import { Problem } from './problem.ts';

/** As sent, with whatever space the sender likes to see; what is kept of it is bounded by its own rules. */
export const configBodyBytesMax = 256 * 1024;

/** Decodes the contract's TenantConfig. Throws a Problem that names every fault. */
export function decodeSettings(body: Buffer): TenantSettings {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch {
    throw new Problem('invalid_json', 'The body must be a configuration as JSON in UTF-8.');
  }
  const parsed = parseTenantSettings(value);
  if (!parsed.ok) throw putProblem({ ok: false, code: 'invalid_config', faults: parsed.faults });
  return parsed.settings;
}

/** What is answered where a configuration was not put. */
export function putProblem(refused: Exclude<Put, { ok: true }>): Problem {
  switch (refused.code) {
    case 'not_found':
      return new Problem('not_found', 'The tenant has no configuration.');
    case 'revision_conflict': {
      const { revision } = refused;
      const detail = `Revision ${revision} is in force; read it and change that one.`;
      return new Problem('revision_conflict', detail, { members: { revision } });
    }
    case 'lost': {
      const detail = 'Others are changing the configuration now; sending the same request again is safe.';
      return new Problem('unavailable', detail, { headers: { 'retry-after': '1' } });
    }
    default: {
      const detail = 'The configuration was refused, the one in force stays; see faults.';
      return new Problem(refused.code, detail, { members: { faults: refused.faults } });
    }
  }
}

/**
 * The revisions that an If-Match header names: `"7"`, `7`, `W/"7"`, several with commas. What is no revision
 * matches none. No header, or `*`, matches any.
 */
export function ifMatchRevisions(header: string | undefined): number[] | 'any' {
  if (header === undefined || header.trim() === '*') return 'any';
  return header
    .split(',')
    .map((tag) => /^\s*(?:W\/)?(?:"(\d{1,15})"|(\d{1,15}))\s*$/.exec(tag))
    .map((match) => Number(match?.[1] ?? match?.[2] ?? Number.NaN));
}
