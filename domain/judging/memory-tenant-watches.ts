import { nothingWatched, type TenantWatch, type TenantWatches } from './tenant-watch.ts';

/** The double of TenantWatches. */
export function memoryTenantWatches(): TenantWatches {
  const watches = new Map<string, TenantWatch>();
  return {
    async read(tenantId) {
      return structuredClone(watches.get(tenantId) ?? nothingWatched);
    },
    async put(tenantId, watch) {
      if ((watches.get(tenantId)?.rev ?? 0) !== watch.rev - 1) return false;
      watches.set(tenantId, structuredClone(watch));
      return true;
    },
  };
}
