import { areLimitsChanged } from '../../domain/limits/limits-changed.ts';
import type { ConfigHistory } from '../../domain/tenancy/config-history.ts';
import type { LimitEvaluation } from '../limits/limit-evaluation.ts';

/**
 * A history that has a tenant's accounts evaluated when a revision changes their limits. The second evaluation is
 * asked for before the revision is stored: whoever dies after that leaves no account as it should not be.
 */
export const evaluatedHistory = (history: ConfigHistory, evaluation: LimitEvaluation): ConfigHistory => ({
  ...history,
  async appendOnce(tenantId, config) {
    const previous = await history.at(tenantId, config.revision - 1);
    if (!previous || !areLimitsChanged(previous, config)) return history.appendOnce(tenantId, config);
    await evaluation.announce(tenantId);
    const isStored = await history.appendOnce(tenantId, config);
    if (isStored) await evaluation.evaluate(tenantId);
    return isStored;
  },
});
