import { noTweak, type SeriesTweak, type SeriesTweaks } from './series-tweak.ts';

/** The double of SeriesTweaks. */
export function memorySeriesTweaks(): SeriesTweaks {
  const tenants = new Map<string, Map<string, SeriesTweak>>();
  return {
    async readAll(tenantId) {
      return structuredClone(tenants.get(tenantId) ?? new Map());
    },
    async read(tenantId, series) {
      return structuredClone(tenants.get(tenantId)?.get(series) ?? noTweak);
    },
    async put(tenantId, series, tweak) {
      const own = tenants.get(tenantId) ?? new Map<string, SeriesTweak>();
      if ((own.get(series)?.rev ?? 0) !== tweak.rev - 1) return false;
      tenants.set(tenantId, own.set(series, structuredClone(tweak)));
      return true;
    },
  };
}
