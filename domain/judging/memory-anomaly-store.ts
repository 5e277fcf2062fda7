import { type Anomaly, type AnomalyRecord, type AnomalyStatus, parseAnomalyId } from './anomaly.ts';
import type { AnomalyStore } from './anomaly-store.ts';

interface Stored {
  judged: Anomaly;
  rev: number;
  status: AnomalyStatus;
  note?: string;
  told: { detectedToldAt?: number; endedToldAt?: number };
}

/** The double of an AnomalyStore. */
export function memoryAnomalyStore(): AnomalyStore {
  const tenants = new Map<string, Map<string, Stored>>();
  const of = (tenantId: string) => {
    const own = tenants.get(tenantId) ?? new Map<string, Stored>();
    tenants.set(tenantId, own);
    return own;
  };
  const put = (tenantId: string, judged: Anomaly, rev: number) => {
    const former = of(tenantId).get(judged.id);
    if (former && former.rev > rev) return;
    of(tenantId).set(judged.id, { status: 'open', told: {}, ...former, judged, rev });
  };
  const recordOf = ({ judged, status, note, told }: Stored): AnomalyRecord =>
    structuredClone({ ...judged, status, ...(note !== undefined && { note }), ...told });
  const placeOf = (id: string) => {
    const { series, start } = parseAnomalyId(id) ?? { series: '', start: 0 };
    return `${new Date(start).toISOString()}#${series}`;
  };
  return {
    async putJudged(tenantId, anomalies, rev) {
      for (const anomaly of anomalies) put(tenantId, structuredClone(anomaly), rev);
    },
    async withdraw(tenantId, id, rev) {
      const former = of(tenantId).get(id);
      if (former) put(tenantId, { ...former.judged, isWithdrawn: true }, rev);
    },
    async find(tenantId, id) {
      const found = of(tenantId).get(id);
      return found && recordOf(found);
    },
    async list(tenantId, { from = 0, to = Number.POSITIVE_INFINITY, after, limit }) {
      return [...of(tenantId)]
        .map(([id, stored]) => ({ id, place: placeOf(id), stored }))
        .filter(({ id }) => {
          const start = parseAnomalyId(id)?.start ?? 0;
          return from <= start && start < to;
        })
        .filter(({ place }) => after === undefined || place < placeOf(after))
        .toSorted((one, other) => (one.place < other.place ? 1 : -1))
        .slice(0, limit)
        .map(({ stored }) => recordOf(stored));
    },
    async setStatus(tenantId, id, status, note) {
      const former = of(tenantId).get(id);
      if (!former) return false;
      const { note: _, ...rest } = former;
      of(tenantId).set(id, { ...rest, status, ...(note !== undefined && { note }) });
      return true;
    },
    async markTold(tenantId, id, what, at) {
      const former = of(tenantId).get(id);
      if (former) of(tenantId).set(id, { ...former, told: { [`${what}ToldAt`]: at, ...former.told } });
    },
  };
}
