import { beforeEach, expect, it } from 'vitest';
import { anomalyId } from '../../../domain/judging/anomaly.ts';
import type { AnomalyStore } from '../../../domain/judging/anomaly-store.ts';
import { anomalyOf } from './sample-anomaly.ts';

const hour = 3_600_000;
const at = Date.parse('2026-11-21T10:00:00Z');

export function anomalyStoreContract(make: () => Promise<AnomalyStore>): void {
  let store: AnomalyStore;
  beforeEach(async () => {
    store = await make();
  });

  it('keeps what was judged beside what people and telling have added', async () => {
    const anomaly = anomalyOf({ observed: 2n ** 70n });
    await store.putJudged('T001', [anomaly], 1);
    expect(await store.find('T001', anomaly.id)).toEqual({ ...anomaly, status: 'open' });
    expect(await store.setStatus('T001', anomaly.id, 'dismissed', 'a sale')).toBe(true);
    await store.markTold('T001', anomaly.id, 'detected', at);
    await store.markTold('T001', anomaly.id, 'detected', at + hour);
    await store.putJudged('T001', [{ ...anomaly, severity: 95, end: at + hour }], 2);
    await store.markTold('T001', anomaly.id, 'ended', at + hour);
    expect(await store.find('T001', anomaly.id)).toEqual({
      ...anomaly,
      severity: 95,
      end: at + hour,
      status: 'dismissed',
      note: 'a sale',
      detectedToldAt: at,
      endedToldAt: at + hour,
    });
    await store.setStatus('T001', anomaly.id, 'confirmed', undefined);
    const { note, status } = (await store.find('T001', anomaly.id)) ?? {};
    expect({ note, status }).toEqual({ note: undefined, status: 'confirmed' });
  });

  it('takes nothing from a state that is older than the one it has', async () => {
    const anomaly = anomalyOf();
    await store.putJudged('T001', [{ ...anomaly, severity: 60 }], 5);
    await store.putJudged('T001', [{ ...anomaly, severity: 50 }], 4);
    expect((await store.find('T001', anomaly.id))?.severity).toBe(60);
    await store.withdraw('T001', anomaly.id, 5);
    await store.withdraw('T001', anomaly.id, 5);
    expect((await store.find('T001', anomaly.id))?.isWithdrawn).toBe(true);
    await store.putJudged('T001', [anomaly], 6);
    expect((await store.find('T001', anomaly.id))?.isWithdrawn).toBeUndefined();
  });

  it('knows of nothing that was never judged, and no ids of others', async () => {
    const { id } = anomalyOf();
    expect(await store.setStatus('T001', id, 'confirmed', undefined)).toBe(false);
    await store.withdraw('T001', id, 1);
    await store.markTold('T001', id, 'detected', at);
    for (const odd of [id, 'orders', 'orders~2026', '__proto__', '', `${id}x`]) {
      expect(await store.find('T001', odd)).toBeUndefined();
    }
    await store.putJudged('T001', [anomalyOf()], 1);
    expect(await store.find('T002', id)).toBeUndefined();
    expect(await store.list('T002', { limit: 10 })).toEqual([]);
  });

  it('lists newest first, in parts that do not overlap', async () => {
    const given = [3, 1, 2, 0].flatMap((hours) => [
      anomalyOf({ start: at + hours * hour, series: 'orders' }),
      anomalyOf({ start: at + hours * hour, series: 'views' }),
    ]);
    await store.putJudged('T001', given, 1);
    const ids = (hours: number) => ['views', 'orders'].map((name) => anomalyId(name, at + hours * hour));
    const all = [3, 2, 1, 0].flatMap(ids);
    expect((await store.list('T001', { limit: 20 })).map(({ id }) => id)).toEqual(all);
    const first = await store.list('T001', { limit: 3 });
    expect(first.map(({ id }) => id)).toEqual(all.slice(0, 3));
    const next = await store.list('T001', { limit: 3, after: first.at(-1)?.id as string });
    expect(next.map(({ id }) => id)).toEqual(all.slice(3, 6));
    const span = await store.list('T001', { from: at + hour, to: at + 3 * hour, limit: 20 });
    expect(span.map(({ id }) => id)).toEqual([2, 1].flatMap(ids));
  });
}
