import type { Hour } from '../metering/window.ts';
import type { DuplicateCount, DuplicateCounts } from './duplicate-counts.ts';

/** The double of DuplicateCounts. */
export function memoryDuplicateCounts(): DuplicateCounts {
  const tenants = new Map<string, Map<Hour, DuplicateCount>>();
  return {
    async add(tenantId, hour, { records, duplicates }) {
      const ofTenant = tenants.get(tenantId) ?? new Map<Hour, DuplicateCount>();
      const known = ofTenant.get(hour) ?? { records: 0, duplicates: 0 };
      ofTenant.set(hour, { records: known.records + records, duplicates: known.duplicates + duplicates });
      tenants.set(tenantId, ofTenant);
    },
    async read(tenantId, from, to) {
      const hours = [...(tenants.get(tenantId) ?? [])];
      return new Map(hours.filter(([hour]) => hour >= from && hour < to));
    },
  };
}
