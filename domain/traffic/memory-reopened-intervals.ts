import { type ReopenedInterval, type ReopenedIntervals, reopenedMax } from './traffic-reader.ts';

/** The double of ReopenedIntervals. */
export function memoryReopenedIntervals(): ReopenedIntervals {
  const tenants = new Map<string, Map<string, ReopenedInterval>>();
  const keyOf = (series: string, start: number): string => `${series}#${start}`;
  let marks = 0;
  return {
    async mark(tenantId, series, start) {
      const ofTenant = tenants.get(tenantId) ?? new Map<string, ReopenedInterval>();
      marks += 1;
      ofTenant.set(keyOf(series, start), { series, start, rev: String(marks) });
      tenants.set(tenantId, ofTenant);
    },
    async list(tenantId) {
      return [...(tenants.get(tenantId)?.values() ?? [])].slice(0, reopenedMax);
    },
    async clear(tenantId, { series, start, rev }) {
      const ofTenant = tenants.get(tenantId);
      if (ofTenant?.get(keyOf(series, start))?.rev === rev) ofTenant.delete(keyOf(series, start));
    },
  };
}
