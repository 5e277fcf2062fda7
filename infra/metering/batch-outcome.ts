import type { TouchedWindow } from '../../domain/metering/windows/record-usage.ts';
import type { UsageBatch } from './usage-batch.ts';

/** Tenants that one line of the log names; the others are summed up. */
const namedTenantsMax = 50;

/** What became of a tenant's part of a batch: usage records, and lines that were set aside. */
export interface OutcomeCounts {
  counted: number;
  duplicates: number;
  quarantined: number;
  failed: number;
}

/** The outcome of a batch by tenant, for the log: counts, never what was counted. */
export function outcomeByTenant(
  batch: UsageBatch,
  touched: readonly TouchedWindow[],
): Record<string, OutcomeCounts> {
  const tenants = new Map<string, OutcomeCounts>();
  const of = (tenantId: string): OutcomeCounts => {
    const name = tenants.has(tenantId) || tenants.size < namedTenantsMax ? tenantId : '(others)';
    const counts = tenants.get(name) ?? { counted: 0, duplicates: 0, quarantined: 0, failed: 0 };
    tenants.set(name, counts);
    return counts;
  };
  for (const { window, counted, duplicates, records } of touched) {
    const counts = of(window.tenantId);
    counts.counted += counted;
    counts.duplicates += duplicates;
    counts.failed += records - counted - duplicates;
  }
  for (const { item } of batch.setAside) of(item.tenantId ?? '(unknown)').quarantined += 1;
  return Object.fromEntries(tenants);
}

/**
 * Why windows failed, configurations could not be read and lines not be kept, and how many for each reason. The
 * texts of our own errors name no tenant's data.
 */
export function failureCauses(
  { failures }: UsageBatch,
  touched: readonly TouchedWindow[],
): Record<string, number> {
  const causes: Record<string, number> = {};
  for (const failure of [...touched.flatMap((window) => window.failure ?? []), ...failures]) {
    const cause = failure.name === 'Error' ? failure.message : failure.name;
    causes[cause] = (causes[cause] ?? 0) + 1;
  }
  return causes;
}
