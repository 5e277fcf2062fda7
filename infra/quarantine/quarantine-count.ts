import type { S3Objects } from '../s3-objects.ts';

/** How much of a tenant was set aside. */
export interface QuarantineCount {
  /** Objects of the 24 hours before `now`, at most `quarantineCountMax`. */
  last24h(tenantId: string, now: number): Promise<number>;
}

/** Beyond this nobody needs the exact number. */
export const quarantineCountMax = 5_000;

const dayMs = 86_400_000;

/** Lists the keys of the two days; see quarantineKey. */
export function s3QuarantineCount(objects: Pick<S3Objects, 'list'>): QuarantineCount {
  return {
    async last24h(tenantId, now) {
      let count = 0;
      for (const at of [now - dayMs, now]) {
        const day = new Date(at).toISOString().slice(0, 10);
        for await (const { storedAt } of objects.list(`tenant=${tenantId}/day=${day}/`)) {
          if (storedAt > now - dayMs) count += 1;
          if (count === quarantineCountMax) return count;
        }
      }
      return count;
    },
  };
}
