import type { RecountReport, RecountReports } from './recount-reports.ts';

/** The double of RecountReports. */
export function memoryRecountReports(): RecountReports {
  const reports = new Map<string, RecountReport>();
  return {
    async last(tenantId) {
      return structuredClone(reports.get(tenantId));
    },
    async put(tenantId, report) {
      reports.set(tenantId, structuredClone(report));
    },
  };
}
