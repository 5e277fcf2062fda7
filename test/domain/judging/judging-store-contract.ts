import { beforeEach, describe, expect, it } from 'vitest';
import type { JudgedPoint } from '../../../domain/judging/point.ts';
import type { JudgingStore, SeriesState } from '../../../domain/judging/series-state.ts';
import { anomalyOf } from './sample-anomaly.ts';

const hour = 3_600_000;
const start = Date.parse('2026-11-21T10:00:00Z');
const key = { tenantId: 'T001', series: 'orders' };
const fence = (rev: number, epoch = 1) => ({ rev, epoch });

const point = (at: number, value: bigint, more: Partial<JudgedPoint> = {}): JudgedPoint => ({
  start: at,
  end: at + 300_000,
  state: 'complete',
  scale: 0,
  value,
  verdict: { expected: 10.5, lower: 3, upper: 19, severity: 12.5, direction: 'below' },
  ...more,
});

const soFar = {
  snapshot: new Uint8Array([0, 1, 2, 255, 254]),
  isLearning: false,
  remembered: [{ start, end: start + hour, observed: 1, expected: 2, distance: -0.5 }],
  ongoing: { anomaly: anomalyOf(), last: { start, end: start + hour }, calm: 1 },
};

const stateOf = (rev: number): SeriesState => ({
  rev,
  epoch: 3,
  detector: '300000 UTC ',
  begin: start,
  judgedUntil: start + hour,
  soFar,
  openPoints: [point(start, 2n ** 70n, { scale: 6, special: 'Black Friday' })],
  rejudging: {
    until: start + 2 * hour,
    former: [{ id: 'orders~x', start, direction: 'above', isDue: true }],
  },
  rewoundAt: start,
  unsettled: {
    pages: [{ start, points: [point(start, 3n, { isImported: true, duplicatesShare: 0.25 })] }],
    kept: [{ start, soFar }],
    anomalies: [anomalyOf({ end: start + hour, isWithdrawn: true })],
    withdrawn: ['orders~y'],
  },
});

export function judgingStoreContract(make: () => Promise<JudgingStore>): void {
  let store: JudgingStore;
  beforeEach(async () => {
    store = await make();
  });

  describe('a state', () => {
    it('is stored whole, and by one alone of those who read the former', async () => {
      expect(await store.readState(key)).toBeUndefined();
      expect(await store.putState(key, stateOf(1))).toBe(true);
      expect(await store.readState(key)).toEqual(stateOf(1));
      expect(await store.putState(key, stateOf(1))).toBe(false);
      expect(await store.putState(key, stateOf(3))).toBe(false);
      const both = await Promise.all([store.putState(key, stateOf(2)), store.putState(key, stateOf(2))]);
      expect(both.toSorted()).toEqual([false, true]);
      expect(await store.readState(key)).toEqual(stateOf(2));
    });

    it('is of its tenant and series alone', async () => {
      await store.putState(key, stateOf(1));
      expect(await store.readState({ ...key, series: 'order' })).toBeUndefined();
      expect(await store.readState({ ...key, tenantId: 'T002' })).toBeUndefined();
    });
  });

  describe('pages', () => {
    it('are read in order, from and up to a time', async () => {
      const pages = [2, 0, 1].map((index) => ({
        start: start + index * hour,
        points: [point(start + index * hour, 7n)],
      }));
      await store.putPages(key, pages, fence(1));
      const found = await store.readPages(key, start, start + 2 * hour);
      expect(found).toEqual([pages[1], pages[2]]);
      expect(await store.readPages(key, start, start)).toEqual([]);
      expect(await store.readPages({ ...key, series: 'x' }, 0, start + 9 * hour)).toEqual([]);
    });

    it('hold every kind of point', async () => {
      const { verdict, ...unjudged } = point(start, 5n);
      const { value, ...missing } = unjudged;
      const points = [
        unjudged,
        { ...missing, state: 'missing' as const },
        point(start + 600_000, 0n, {
          state: 'learning',
          verdict: { ...(verdict as NonNullable<typeof verdict>), isQuieted: true },
        }),
      ];
      await store.putPages(key, [{ start, points }], fence(1));
      expect(await store.readPages(key, start, start + 1)).toEqual([{ start, points }]);
    });

    it('give way to a later state and not to an earlier one', async () => {
      await store.putPages(key, [{ start, points: [point(start, 2n)] }], fence(2));
      await store.putPages(key, [{ start, points: [point(start, 1n)] }], fence(1));
      expect((await store.readPages(key, start, start + 1))[0]?.points[0]?.value).toBe(2n);
      await store.putPages(key, [{ start, points: [point(start, 3n)] }], fence(2));
      expect((await store.readPages(key, start, start + 1))[0]?.points[0]?.value).toBe(3n);
    });
  });

  describe('what was known before an interval', () => {
    it('is found by the last one before a time, of the same epoch', async () => {
      await store.keep(
        key,
        [0, 1, 2].map((index) => ({ start: start + index * hour, soFar })),
        fence(1),
      );
      await store.keep(key, [{ start: start + 2 * hour, soFar }], fence(2, 2));
      expect(await store.lastKept(key, start + hour, 1)).toEqual({ start: start + hour, soFar });
      expect((await store.lastKept(key, start + 9 * hour, 1))?.start).toBe(start + hour);
      expect((await store.lastKept(key, start + 9 * hour, 2))?.start).toBe(start + 2 * hour);
      expect(await store.lastKept(key, start - 1, 1)).toBeUndefined();
    });
  });
}
