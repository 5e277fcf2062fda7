import { beforeEach, describe, expect, it } from 'vitest';
import { utcDayOf } from '../../../domain/metering/account-registry.ts';
import { memoryAccountRegistry } from '../../../domain/metering/memory-account-registry.ts';
import type { UsageRecord } from '../../../domain/metering/usage-record.ts';
import { hourMs, hourOf } from '../../../domain/metering/window.ts';
import { memoryEventHashKeys } from '../../../domain/metering/windows/memory-event-hash-keys.ts';
import { memoryWindowStore } from '../../../domain/metering/windows/memory-window-store.ts';
import {
  type RecordUsageBounds,
  recordUsage,
  recordUsageBounds,
} from '../../../domain/metering/windows/record-usage.ts';
import type { WindowPage } from '../../../domain/metering/windows/window-page.ts';

const dayMs = 24 * hourMs;
const now = Date.parse('2026-11-21T10:30:00Z');
const window = { tenantId: 'T001', accountId: 'acct-1', meter: 'bytes', hour: hourOf(now) };

let eventCount = 0;
function recordOf(changes: Partial<UsageRecord> = {}): UsageRecord {
  eventCount += 1;
  return { ...window, deviceId: 'phone-7', eventId: `event-${eventCount}`, quantity: 10, ...changes };
}
const recordsOf = (count: number, changes: (index: number) => Partial<UsageRecord> = () => ({})) =>
  Array.from({ length: count }, (_, index) => recordOf(changes(index)));

describe('recordUsage', () => {
  let store: ReturnType<typeof memoryWindowStore>;
  let registry: ReturnType<typeof memoryAccountRegistry>;
  let pauses: number[];
  const hashKeys = memoryEventHashKeys(() => new Uint8Array(16).fill(9));
  const start = (bounds: Partial<RecordUsageBounds> = {}) =>
    recordUsage(
      { store, registry, hashKeys, pause: async (tries) => void pauses.push(tries) },
      { ...recordUsageBounds, retentionMs: 7 * dayMs, ...bounds },
    );
  const pages = (): Promise<WindowPage[]> => store.readPagesFrom(window, 0, 'consistent');
  const totals = async () =>
    (await store.readWindows(window, { from: window.hour, to: window.hour + 1 })).get(window.hour);

  beforeEach(() => {
    store = memoryWindowStore(() => now);
    registry = memoryAccountRegistry();
    pauses = [];
  });

  it('answers for each window what it counted, what it had, and what the window says', async () => {
    const record = start();
    const [first, second] = [recordOf(), recordOf({ accountId: 'acct-2' })];
    const [touched] = await record([first, first, second, recordOf()], now);
    expect(touched).toEqual({
      window,
      firstRecord: 0,
      records: 3,
      counted: 2,
      duplicates: 1,
      totals: { value: 20, events: 2 },
    });
    const again = await record([second, first], now);
    expect(again).toMatchObject([
      { firstRecord: 0, counted: 0, duplicates: 1, totals: { value: 10, events: 1 } },
      { firstRecord: 1, counted: 0, duplicates: 1, totals: { value: 20, events: 2 } },
    ]);
    expect((await pages()).map(({ rev }) => rev)).toEqual([1]);
  });

  it('tells events apart by device, account, meter and hour, not by id alone', async () => {
    const one = recordOf();
    const others = [
      { ...one, deviceId: 'phone-8' },
      { ...one, accountId: 'acct-2' },
      { ...one, meter: 'sessions' },
      { ...one, hour: one.hour - 1 },
      { ...one, tenantId: 'T002' },
    ];
    const touched = await start()([one, ...others], now);
    expect(touched.reduce((sum, { counted }) => sum + counted, 0)).toBe(6);
  });

  it('sums beyond 2^53 exactly, for the window and the device', async () => {
    const record = start();
    const quantity = Number.MAX_SAFE_INTEGER;
    for (let batch = 0; batch < 3; batch++)
      await record(
        recordsOf(5, () => ({ quantity })),
        now,
      );
    const expected = 15n * (2n ** 53n - 1n);
    expect(await totals()).toEqual({
      value: expected,
      events: 15,
      devices: [{ deviceId: 'phone-7', value: expected, events: 15 }],
    });
  });

  it('fills page after page, names each device once, and keeps its number', async () => {
    const record = start({ pageBytesMax: 400 });
    const deviceId = (index: number) => ({ deviceId: `device-${index % 7}` });
    const batches = [recordsOf(60, deviceId), recordsOf(5, deviceId), recordsOf(60, deviceId)];
    for (const batch of batches) await record(batch, now);
    const stored = await pages();
    expect(stored.length).toBeGreaterThan(5);
    expect(stored.slice(0, -1).every(({ sealed }) => sealed)).toBe(true);
    for (const page of stored) expect(store.billedBytes(window, page)).toBeLessThanOrEqual(400);
    expect((await totals())?.devices.map((device) => device.deviceId).toSorted()).toEqual(
      Array.from({ length: 7 }, (_, index) => `device-${index}`),
    );
    const cold = start({ pageBytesMax: 400 });
    expect(await cold(batches.flat(), now)).toMatchObject([{ counted: 0, duplicates: 125 }]);
    expect(await totals()).toMatchObject({ value: 1_250n, events: 125 });
  });

  it('seals a page by the write after which the next one would be dearer than on a fresh page', async () => {
    const record = start();
    const billed: number[] = [];
    for (let batch = 0; batch < 30; batch++) {
      await record(recordsOf(10), now);
      billed.push(Math.ceil(store.billedBytes(window, (await pages()).at(-1) as WindowPage) / 1024));
    }
    expect(billed).toEqual(billed.map(() => 1));
    const stored = await pages();
    expect(stored).toHaveLength(3);
    for (const page of stored.slice(0, -1)) expect(page.events).toBeGreaterThan(80);
  });

  it('reads again, consistently and after a pause, what another writer changed', async () => {
    const [ours, theirs] = [start(), start()];
    const readPages = store.readPages;
    const freshness: string[] = [];
    store.readPages = async (keys, fresh) => {
      const read = await readPages(keys, fresh);
      freshness.push(fresh);
      if (freshness.length === 1) await theirs([recordOf()], now);
      return read;
    };
    expect(await ours([recordOf()], now)).toMatchObject([{ counted: 1, totals: { events: 2 } }]);
    expect(freshness).toEqual(['eventual', 'eventual', 'consistent']);
    expect(pauses).toEqual([1]);
  });

  it('gives a window up that never holds still, and answers for the others', async () => {
    const putPage = store.putPage;
    store.putPage = async (key, page) => key.accountId !== 'acct-1' && putPage(key, page);
    const touched = await start({ triesMax: 3 })([recordOf(), recordOf({ accountId: 'acct-2' })], now);
    expect(touched[0]?.failure?.message).toBe('Others still changed the window after 3 tries.');
    expect(touched[0]).toMatchObject({ counted: 0, duplicates: 0 });
    expect(touched[0]?.totals).toBeUndefined();
    expect(touched[1]).toMatchObject({ counted: 1, totals: { events: 1 } });
    expect(pauses).toEqual([1, 2]);
  });

  it('takes a put whose answer was lost for what it is: counted', async () => {
    const putPage = store.putPage;
    let isLost = true;
    store.putPage = async (...put) => {
      const isDone = await putPage(...put);
      if (isLost) throw new Error('The answer was lost.');
      return isDone;
    };
    const batch = recordsOf(3);
    expect((await start()(batch, now))[0]?.failure?.message).toBe('The answer was lost.');
    isLost = false;
    expect(await start()(batch, now)).toMatchObject([{ counted: 0, duplicates: 3, totals: { events: 3 } }]);
  });

  it('registers the account and marks the day before it creates a window, and not again while the mark stands', async () => {
    const putPage = store.putPage;
    store.putPage = async (...put) => {
      expect((await registry.find('T001', 'acct-1'))?.dirtyDays.get(utcDayOf(window.hour))).toBe(now);
      return putPage(...put);
    };
    const record = start();
    await record([recordOf()], now);
    await record([recordOf()], now + 60_000);
    expect((await registry.find('T001', 'acct-1'))?.dirtyDays).toEqual(
      new Map([[utcDayOf(window.hour), now]]),
    );
  });

  it('marks the day before every write once it ended over 24 hours ago', async () => {
    const day = utcDayOf(window.hour);
    const dayEnd = (day + 1) * dayMs;
    const record = start();
    await record([recordOf()], now);
    await record([recordOf()], dayEnd + dayMs);
    expect((await registry.find('T001', 'acct-1'))?.dirtyDays.get(day)).toBe(now);
    await record([recordOf()], dayEnd + dayMs + 1);
    expect((await registry.find('T001', 'acct-1'))?.dirtyDays.get(day)).toBe(dayEnd + dayMs + 1);
  });

  it('does not mark what it does not write', async () => {
    const batch = [recordOf()];
    await start()(batch, now);
    await registry.clearMark('T001', 'acct-1', utcDayOf(window.hour), now);
    await start()(batch, now + 3 * dayMs);
    expect((await registry.find('T001', 'acct-1'))?.dirtyDays.size).toBe(0);
  });

  it('lets all pages of a window expire together, 7 days after it can last be written', async () => {
    const record = start({ pageBytesMax: 300 });
    await record(recordsOf(50), now);
    const windowEnd = (window.hour + 1) * hourMs;
    const expiries = new Set((await pages()).map(({ expiresAt }) => expiresAt));
    expect(expiries).toEqual(new Set([(windowEnd + (35 + 7 + 7) * dayMs) / 1_000]));
    const changed = start({ pageBytesMax: 300, retentionMs: dayMs });
    await changed(recordsOf(50), now);
    expect(new Set((await pages()).map(({ expiresAt }) => expiresAt))).toEqual(expiries);
  });

  it('refuses to write a window that may have been forgotten', async () => {
    const late = (window.hour + 1) * hourMs + 42 * dayMs;
    expect(await start()([recordOf()], late)).toMatchObject([{ counted: 1 }]);
    await expect(start()([recordOf()], late + 1)).rejects.toThrow('beyond the horizon');
  });
});
