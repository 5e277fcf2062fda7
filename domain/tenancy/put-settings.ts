import type { ConfigHistory } from './config-history.ts';
import type { Fault } from './json-shape.ts';
import { reviseConfig } from './revise-config.ts';
import type { TenantConfig, TenantSettings } from './tenant-config.ts';

export type Put =
  | { ok: true; config: TenantConfig }
  | { ok: false; code: 'immutable_meter' | 'invalid_config'; faults: Fault[] }
  | { ok: false; code: 'revision_conflict'; revision: number }
  /** `lost`: others changed the configuration at the same time, again and again. */
  | { ok: false; code: 'not_found' | 'lost' };

export interface PutRules {
  now: number;
  /** Revisions of which one must be in force. */
  ifRevisions: readonly number[] | 'any';
}

/** A put that loses a race against another is tried again on what the other stored, this often. */
const attemptsMax = 5;

/** Puts settings in force as the next revision. Repeating it makes no further one. */
export async function putSettings(
  history: ConfigHistory,
  tenantId: string,
  settings: TenantSettings,
  { now, ifRevisions }: PutRules,
): Promise<Put> {
  for (let attempt = 0; attempt < attemptsMax; attempt += 1) {
    const previous = await history.latest(tenantId);
    if (!previous) return { ok: false, code: 'not_found' };
    const { revision } = previous;
    if (ifRevisions !== 'any' && !ifRevisions.includes(revision)) {
      return { ok: false, code: 'revision_conflict', revision };
    }
    const revised = reviseConfig(previous, settings, now);
    if (!revised.ok) return revised;
    const { config } = revised;
    if (config === previous || (await history.appendOnce(tenantId, config))) return { ok: true, config };
  }
  return { ok: false, code: 'lost' };
}
