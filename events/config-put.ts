import type { Fault } from '../domain/tenancy/json-shape.ts';
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
  if (!parsed.ok) throw configRefused('invalid_config', parsed.faults);
  return parsed.settings;
}

/** A configuration is refused whole, with every fault that it has. */
export const configRefused = (code: 'invalid_config' | 'immutable_meter', faults: Fault[]): Problem =>
  new Problem(code, 'The configuration was refused, the one in force stays; see faults.', {
    members: { faults },
  });

/** If-Match names another revision than the one in force. */
export const revisionConflict = (revision: number): Problem =>
  new Problem('revision_conflict', `Revision ${revision} is in force; read it and change that one.`, {
    members: { revision },
  });

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
